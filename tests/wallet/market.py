"""A market whose rates are told by hand."""

from datetime import datetime
from decimal import Decimal

from kefu.rails import actions as rails
from kefu.rails.connectors.market import RatesTold, RateTold

MIDS = {"USD": "7.1000", "EUR": "8.2000", "HKD": "0.9100", "JPY": "4.5500"}


def tell_rates(now: datetime, *, source: str = "test-market", **mids: str) -> int:
    """The middle rates as of `now`: of all currencies, those named with another value."""
    rates = tuple(
        RateTold(currency=code, units=100 if code == "JPY" else 1, mid=Decimal(mid))
        for code, mid in (MIDS | mids).items()
    )
    return rails.note_rates(told=RatesTold(source=source, as_of=now, rates=rates), now=now)
