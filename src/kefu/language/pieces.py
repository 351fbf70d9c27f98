"""The pieces from which a time is put together, whatever the language."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Days:
    """Whole local days, `last` included."""

    first: date
    last: date


@dataclass(frozen=True)
class Part:
    """A part of a day, in hours from its midnight."""

    start: int
    end: int


@dataclass(frozen=True)
class Clock:
    """A time of day; `minute` None when only the hour is said, `certain` when morning and evening cannot
    be confused.
    """

    hour: int
    minute: int | None = None
    certain: bool = False


@dataclass(frozen=True)
class Span:
    """An interval that is complete in itself."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Piece:
    """What stands at [at, to) of the text."""

    at: int
    to: int
    value: Days | Part | Clock | Span


def one_day(day: date) -> Days:
    return Days(day, day)


def last_date(now: datetime, *, month: int | None, day: int, year: int | None = None) -> date | None:
    """The latest such date that is not after today (or the one in `year`); None when there is no such
    date.
    """
    if year is not None:
        return _date(year, month or now.month, day)
    if month is not None:
        this = _date(now.year, month, day)
        return this if this and this <= now.date() else _date(now.year - 1, month, day)
    this = _date(now.year, now.month, day)
    if this and this <= now.date():
        return this
    before = now.date().replace(day=1) - DAY
    return _date(before.year, before.month, day)


def last_weekday(now: datetime, weekday: int, *, today_counts: bool) -> date:
    """The latest such weekday (Monday is 0) up to today or up to yesterday."""
    back = (now.weekday() - weekday) % 7
    return now.date() - timedelta(days=back or (0 if today_counts else 7))


def month_of(now: datetime, *, months_ago: int) -> Days:
    """The calendar month so many months before this one."""
    index = now.year * 12 + now.month - 1 - months_ago
    return named_month(index // 12, index % 12 + 1)


def named_month(year: int, month: int) -> Days:
    following = date(year + month // 12, month % 12 + 1, 1)
    return Days(date(year, month, 1), following - DAY)


def named_year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31))


def week_of(now: datetime, *, weeks_ago: int) -> Days:
    """The week from Monday to Sunday so many weeks before this one."""
    monday = now.date() - timedelta(days=now.weekday() + 7 * weeks_ago)
    return Days(monday, monday + 6 * DAY)


def ago(now: datetime, amount: float, unit: str) -> Span:
    """About so long before now. `unit`: minute, hour, day, week, month, year. Minutes and hours are
    rounded by half of what is said; of days and more the whole local day (week, month) is meant.
    """
    if unit in ("minute", "hour"):
        length = amount * (MINUTE if unit == "minute" else HOUR)
        return Span(now - length * 1.5, now - length * 0.5)
    days = amount * {"day": 1, "week": 7, "month": 30, "year": 365}[unit]
    slack = 0 if unit == "day" else days / amount / 2
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = (
        midnight - timedelta(days=round(days + slack)),
        midnight - timedelta(days=round(days - slack)),
    )
    return Span(first, last + DAY)


def since(now: datetime, amount: float, unit: str) -> Span:
    """What has lasted so long began about then: wider than `ago`, for 三天了 may be two and a half."""
    if unit in ("minute", "hour"):
        length = amount * (MINUTE if unit == "minute" else HOUR)
        return Span(now - length * 2, now - length * 0.5)
    span = ago(now, amount, unit)
    return Span(span.start - DAY if unit == "day" else span.start, span.end + (DAY if unit == "day" else 0 * DAY))


def within(now: datetime, amount: float, unit: str) -> Span:
    """The last so many minutes, hours, days, weeks, months or years, until now."""
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    length = timedelta(days=amount * days[unit]) if unit in days else amount * (MINUTE if unit == "minute" else HOUR)
    return Span(now - length, now + MINUTE)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
