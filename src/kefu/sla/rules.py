"""When something is due. Pure: a row of policy, an anchor and a calendar in, an instant out."""

import calendar as months
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

PACKS = Path(__file__).with_name("packs")
UNITS = ("min", "h", "sm", "cd", "bd", "mo")
_DAY = timedelta(days=1)
_FARTHEST = 800


class PackError(Exception):
    """A policy file that cannot be used; the message names file, row and remedy."""


@dataclass(frozen=True)
class ClockRow:
    """One line of policy. Units: minutes and hours run day and night; `sm` are minutes within open hours;
    `cd`, `bd` and `mo` are calendar days, business days and months and end with the local day.
    """

    id: str
    event_zh: str
    event_en: str
    amount: int
    unit: str
    source: str
    version: str
    on_due: str
    on_breach: str
    cutoff: time | None = None
    open: time | None = None
    close: time | None = None
    internal: bool = False
    pausable: bool = False
    warn_at: tuple[float, ...] = ()

    def event(self, language: str) -> str:
        return self.event_en if language.startswith("en") else self.event_zh


@dataclass(frozen=True)
class Calendar:
    """A zone and which of its days are worked."""

    zone: ZoneInfo
    is_working: Callable[[date], bool]

    def next_working(self, day: date) -> date:
        """`day` itself when it is worked, else the first one after it that is."""
        for _ in range(_FARTHEST):
            if self.is_working(day):
                return day
            day += _DAY
        raise PackError("the calendar has no working day in two years")


def make_calendar(
    *,
    zone: str,
    country: str,
    subdivision: str | None = None,
    working: frozenset[date] = frozenset(),
    closed: frozenset[date] = frozenset(),
) -> Calendar:
    """The `holidays` library's calendar of a country (or a part of it), overruled by the named days."""
    known = holidays.country_holidays(country, subdiv=subdivision)

    def is_working(day: date) -> bool:
        if day in working:
            return True
        return day not in closed and bool(known.is_working_day(day))

    return Calendar(ZoneInfo(zone), is_working)


@functools.cache
def calendar_cn() -> Calendar:
    """Mainland China with its make-up working days, overruled by `packs/cn_days.toml`."""
    days = tomllib.loads((PACKS / "cn_days.toml").read_text("utf-8"))
    return make_calendar(
        zone="Asia/Shanghai",
        country="CN",
        working=frozenset(days["working"]),
        closed=frozenset(days["closed"]),
    )


def _clock_time(text: str) -> time:
    """`24:00` is the last moment of the day."""
    return time.max if text == "24:00" else time.fromisoformat(text)


def _row(given: dict[str, Any], version: str, place: str) -> ClockRow:
    fields = dict(given)
    for name in ("cutoff", "open", "close"):
        if name in fields:
            fields[name] = _clock_time(fields[name])
    fields["warn_at"] = tuple(fields.get("warn_at", ()))
    try:
        row = ClockRow(version=version, **fields)
    except TypeError as problem:
        raise PackError(f"{place}: row {given.get('id')}: {problem}") from problem
    if row.unit not in UNITS or row.amount < 1:
        raise PackError(f"{place}: row {row.id}: unit is one of {', '.join(UNITS)}, amount at least 1")
    if row.unit == "sm" and not (row.open and row.close and row.open < row.close):
        raise PackError(f"{place}: row {row.id}: minutes of service need open and close")
    return row


def read_pack(path: Path) -> dict[str, ClockRow]:
    """id → row. Raises `PackError`."""
    given = tomllib.loads(path.read_text("utf-8"))
    rows = [_row(row, given["version"], path.name) for row in given["row"]]
    found = {row.id: row for row in rows}
    if len(found) != len(rows):
        raise PackError(f"{path.name}: an id stands twice")
    return found


@functools.cache
def pack_cn() -> dict[str, ClockRow]:
    """The shipped policy in force."""
    return read_pack(PACKS / "cn.toml")


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of the local day, as an instant."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def _add_months(day: date, amount: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _add_working(day: date, amount: int, calendar: Calendar) -> date:
    for _ in range(amount):
        day = calendar.next_working(day + _DAY)
    return day


def _add_service_minutes(row: ClockRow, anchor: datetime, calendar: Calendar) -> datetime:
    """Walks from open window to open window; elapsed time is counted in UTC, so a changed clock takes
    nothing.
    """
    left = timedelta(minutes=row.amount)
    day = anchor.astimezone(calendar.zone).date()
    opens, closes = row.open or time.min, row.close or time.max
    for _ in range(_FARTHEST):
        start = max(anchor, datetime.combine(day, opens, calendar.zone).astimezone(UTC))
        if closes == time.max:
            end = datetime.combine(day + _DAY, time.min, calendar.zone).astimezone(UTC)
        else:
            end = datetime.combine(day, closes, calendar.zone).astimezone(UTC)
        if start < end:
            if start + left <= end:
                return start + left
            left -= end - start
        day += _DAY
    raise PackError(f"{row.id}: more minutes of service than two years hold")


def due_at(*, row: ClockRow, anchor: datetime, calendar: Calendar) -> datetime:
    """The last instant (UTC) at which the duty is kept. `anchor` is aware: when it was received.

    Day 0 is the local day of receipt. Business days only: received after the cut-off or on a day off counts
    as received on the next business day. Days end at 23:59:59 local; hours and minutes run through nights
    and days off.
    """
    anchor = anchor.astimezone(UTC)
    if row.unit == "min":
        return anchor + timedelta(minutes=row.amount)
    if row.unit == "h":
        return anchor + timedelta(hours=row.amount)
    if row.unit == "sm":
        return _add_service_minutes(row, anchor, calendar)
    local = anchor.astimezone(calendar.zone)
    day = local.date()
    if row.unit == "cd":
        return _end_of(day + timedelta(days=row.amount), calendar.zone)
    if row.unit == "mo":
        return _end_of(_add_months(day, row.amount), calendar.zone)
    if row.cutoff and local.time() > row.cutoff and calendar.is_working(day):
        day += _DAY
    return _end_of(_add_working(calendar.next_working(day), row.amount, calendar), calendar.zone)
