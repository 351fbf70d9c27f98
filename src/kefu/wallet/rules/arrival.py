"""When a transfer arrives, and how long a quote holds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kefu.wallet.models import NEXT_DAY, TWO_HOURS

QUOTE_MINUTES = 5
DELAY_HOURS = 2
NEXT_DAY_AT = time(9, 0)


def release_at(mode: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a delayed transfer goes: two hours on, or at nine the next calendar day. None: at once.

    Nine, not midnight, so that who sends late at night can still cancel in the morning.
    """
    if mode == TWO_HOURS:
        return now + timedelta(hours=DELAY_HOURS)
    if mode == NEXT_DAY:
        return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), NEXT_DAY_AT, zone)
    return None
