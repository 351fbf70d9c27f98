"""Which day a schedule falls on, and when on it it is carried out."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RUN_AT = time(9, 0)
"""Local time: late enough for a person to top up in the morning."""
TRY_AGAIN_AFTER = (timedelta(hours=3), timedelta(hours=9))
"""Noon and six in the evening of the same day; then it is left out, and said so."""
LATE_MOST = timedelta(hours=24)
"""What we could not carry out for a day (we were down) is left out, not paid as a surprise."""
REMIND_DAYS = (3, 1)


def in_month(year: int, month: int, day: int) -> date:
    """The day with that number, or the month's last."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def next_monthly(day: int, *, after: date) -> date:
    """The first date later than `after` that is day `day` of its month (or the last where it is shorter)."""
    here = in_month(after.year, after.month, day)
    if here > after:
        return here
    year, month = (after.year + 1, 1) if after.month == 12 else (after.year, after.month + 1)
    return in_month(year, month, day)


def run_at(due_on: date, *, zone: ZoneInfo, shift: Callable[[date], date] | None) -> datetime:
    """When it is carried out; `shift` moves a day that is not worked to the next that is."""
    return datetime.combine(shift(due_on) if shift else due_on, RUN_AT, zone)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), in_month(day.year, day.month, 31)


def months_back(day: date, count: int) -> list[date]:
    """The first days of `count` months up to that of `day`, the oldest first."""
    months = [day.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]
