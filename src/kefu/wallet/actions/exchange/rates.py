"""Staff's words on market rates that are doubted."""

from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.rails import actions as rails


def decide_rate(*, actor: Actor, rate_id: int, accept: bool, words: str, now: datetime) -> bool:
    """Say that a doubted rate is to be believed, or set aside: until two people who do not lead one another have
    said the same, nobody exchanges its currency. Whether it is decided now.

    Refuses `identity.role.insufficient`, `rails.rates.said`, `rails.rates.settled`, `core.thing.not_found`.
    """
    if not actor.is_staff:
        raise NotFound()
    identity.require(actor=actor, action="wallet.decide_rate", now=now)

    def another(ref: str) -> bool:
        return not identity.counts_as_one(actor.uuid, UUID(ref.removeprefix("staff:")))

    return rails.decide_rate(actor=actor, rate_id=rate_id, accept=accept, words=words, another=another, now=now)
