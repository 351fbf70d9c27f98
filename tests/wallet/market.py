"""A market whose rates are told by hand."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from kefu.core.actor import Actor
from kefu.rails import actions as rails
from kefu.rails.connectors.market import RatesTold, RateTold
from kefu.rails.queries.rates import in_force, newest

MIDS = {"USD": "7.1000", "EUR": "8.2000", "HKD": "0.9100", "JPY": "4.5500"}


def hear_rates(now: datetime, *, source: str = "test-market", **mids: str) -> int:
    """The middle rates as of `now`: of all currencies, those named with another value."""
    rates = tuple(
        RateTold(currency=code, units=100 if code == "JPY" else 1, mid=Decimal(mid))
        for code, mid in (MIDS | mids).items()
    )
    return rails.note_rates(told=RatesTold(source=source, as_of=now, rates=rates), now=now)


def tell_rates(now: datetime, *, source: str = "test-market", **mids: str) -> int:
    """The same, and two people speak for the first of each currency."""
    made = hear_rates(now, source=source, **mids)
    for currency in MIDS:
        if in_force(currency) is None:
            believe_first(currency, now)
    return made


def believe_first(currency: str, now: datetime) -> None:
    """Two people's word on the newest rate of a currency of which none is believed."""
    told = newest(currency, until=now)
    assert told is not None
    for person in (uuid4(), uuid4()):
        staff = Actor(kind="staff", id=str(person), role="operator")
        rails.decide_rate(actor=staff, rate_id=told.id, accept=True, words="", another=lambda _ref: True, now=now)
