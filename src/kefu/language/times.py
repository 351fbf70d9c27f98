"""Times in a text, as intervals: 昨天下午, 前天晚上8点, 一个小时前, "last Tuesday", "at 8 pm yesterday".

`times_zh` and `times_en` find the pieces (days, parts of the day, clock times, whole spans); here
neighbouring pieces become one interval. Money has moved in the past: what could be meant for the future is
read as the last time it was so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kefu.language import times_en, times_zh
from kefu.language.pieces import DAY, HOUR, MINUTE, Clock, Days, Part, Piece, Span

SLACK = 10 * MINUTE
"""Around a clock time: watches differ, and people round."""

_GAP = re.compile(r"(?:的|在|,|\s|-|at|on|in the|in|around|about|of|the)*", re.I)


@dataclass(frozen=True)
class Moment:
    """From `start` until before `end`, both aware, meant by `text`."""

    start: datetime
    end: datetime
    text: str


def read_times(text: str, *, now: datetime) -> tuple[tuple[Moment, int, int], ...]:
    """The intervals that a `segment.folded` text names, with where they stand in it, local to the zone of
    `now`.
    """
    found = []
    for group in _groups(text, _pieces(text, now)):
        at, to = min(p.at for p in group), max(p.to for p in group)
        start, end = _resolve(group, now)
        found.append((Moment(start, end, text[at:to].strip()), at, to))
    return tuple(found)


def _pieces(text: str, now: datetime) -> list[Piece]:
    """All pieces that do not overlap; of two that do, the one that starts earlier, then the longer."""
    every = sorted([*times_zh.pieces(text, now), *times_en.pieces(text, now)], key=lambda p: (p.at, -p.to))
    kept: list[Piece] = []
    for piece in every:
        if not kept or piece.at >= kept[-1].to:
            kept.append(piece)
    return kept


def _groups(text: str, pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Neighbours that may be said of one moment: at most one of each kind, spans alone."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1] if groups else []
        kinds = {type(p.value) for p in last}
        joins = (
            last
            and not isinstance(piece.value, Span)
            and Span not in kinds
            and type(piece.value) not in kinds
            and _GAP.fullmatch(text[last[-1].to : piece.at])
        )
        if joins:
            last.append(piece)
        else:
            groups.append([piece])
    return groups


def _resolve(group: list[Piece], now: datetime) -> tuple[datetime, datetime]:
    values = [piece.value for piece in group]
    span = next((v for v in values if isinstance(v, Span)), None)
    if span:
        return span.start, span.end
    days = next((v for v in values if isinstance(v, Days)), None)
    part = next((v for v in values if isinstance(v, Part)), None)
    clock = next((v for v in values if isinstance(v, Clock)), None)
    if clock:
        return _around(clock, part, days.first if days else None, now)
    if part:
        first = days.first if days else _last_day_with(part.start, now)
        midnight = _midnight(first, now)
        return midnight + part.start * HOUR, midnight + part.end * HOUR
    if days is None:
        raise AssertionError("a group holds at least one piece")
    return _midnight(days.first, now), _midnight(days.last, now) + DAY


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _last_day_with(hour: int, now: datetime) -> date:
    return now.date() if now.hour >= hour else now.date() - DAY


def _around(clock: Clock, part: Part | None, day: date | None, now: datetime) -> tuple[datetime, datetime]:
    hours = _hours(clock, part)
    minutes = timedelta(minutes=clock.minute or 0)
    if day is None:
        days = (now.date(), now.date() - DAY)
        starts = sorted((_midnight(d, now) + h * HOUR + minutes for d in days for h in hours), reverse=True)
        start = next(s for s in [*starts, starts[-1]] if s <= now or s == starts[-1])
    else:
        starts = [_midnight(day, now) + h * HOUR + minutes for h in hours]
        past = [s for s in starts if s <= now]
        start = past[-1] if day == now.date() and past else starts[_likelier(clock.hour) if len(starts) > 1 else 0]
    if clock.minute is None:
        return start - SLACK, start + HOUR
    return start - SLACK, start + SLACK


def _likelier(hour: int) -> int:
    """Of a bare 1 to 6 o'clock the afternoon is meant, of a bare 7 to 11 the morning, of 12 noon (index 1:
    later).
    """
    return 1 if hour <= 6 else 0


def _hours(clock: Clock, part: Part | None) -> list[int]:
    """The hours of the day that a clock time may mean, the earlier first."""
    hour = clock.hour % 24 if clock.hour != 24 else 24
    if part is not None and hour <= 12:
        if part.start >= 12 or (part.start == 11 and hour <= 2):
            return [24 if part.start >= 18 else 12] if hour == 12 else [hour + 12]
        return [0 if hour == 12 and part.end <= 11 else hour]
    if hour > 12 or hour == 0 or clock.certain:
        return [hour]
    return [12] if hour == 12 else [hour, hour + 12]
