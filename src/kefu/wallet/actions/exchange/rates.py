"""Staff's words on market rates that jumped."""

from datetime import datetime

from kefu.core.actor import Actor
from kefu.identity import queries as identity
from kefu.rails import actions as rails


def decide_rate(*, actor: Actor, rate_id: int, accept: bool, words: str, now: datetime) -> None:
    """Believe a rate that jumped, or set it aside: until then nobody exchanges its currency.

    Refuses `identity.role.insufficient`, `rails.rates.settled`, `core.thing.not_found`.
    """
    identity.require(actor=actor, action="wallet.decide_rate", now=now)
    rails.decide_rate(actor=actor, rate_id=rate_id, accept=accept, words=words, now=now)
