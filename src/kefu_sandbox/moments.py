"""Time as the bank keeps it: whole milliseconds since 1970 UTC; its business day is Beijing time."""

from __future__ import annotations

import datetime as dt
import time

# Asia/Shanghai has stood at +08:00 without summer time since 1991, so the bank needs no zone database.
BANK_ZONE = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")


def now_ms() -> int:
    """The bank's clock, milliseconds UTC."""
    return time.time_ns() // 1_000_000


def seconds(value: float) -> int:
    """Seconds as milliseconds."""
    return round(value * 1000)


def iso(moment: int) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC).isoformat(timespec="milliseconds")


def parse_iso(text: str) -> int:
    """Milliseconds UTC of an ISO 8601 moment; ValueError without an offset or outside 2000 to 2999."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None or not 2000 <= moment.year <= 2999:
        raise ValueError(text)
    return round(moment.timestamp() * 1000)


def bank_day(moment: int) -> dt.date:
    """The bank's business day on which `moment` falls."""
    return dt.datetime.fromtimestamp(moment / 1000, tz=BANK_ZONE).date()


def day_bounds(day: dt.date) -> tuple[int, int]:
    """First millisecond of the bank's day and first millisecond of the next one."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=BANK_ZONE)
    return round(start.timestamp() * 1000), round((start + dt.timedelta(days=1)).timestamp() * 1000)


def bank_clock(moment: int) -> str:
    """Month-day and time in Beijing, for the operator's page."""
    return dt.datetime.fromtimestamp(moment / 1000, tz=BANK_ZONE).strftime("%m-%d %H:%M:%S")
