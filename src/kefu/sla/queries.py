"""Every read that others may make."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import get_language

from kefu.core import clock
from kefu.sla import rules
from kefu.sla.models import Deadline


@dataclass(frozen=True)
class ClockView:
    """One clock as a page shows it. `left_seconds` is negative when it is over, None when it stands or
    stopped.
    """

    id: UUID
    ref: str
    clock_id: str
    version: str
    event: str
    anchor_at: datetime
    due_at: datetime
    status: str
    pause_reason: str
    internal: bool
    breached: bool
    stopped_at: datetime | None
    left_seconds: int | None


def view_of(deadline: Deadline, now: datetime) -> ClockView:
    """`now` tells how much is left and whether it is over, even before the minute's sweep wrote it."""
    row = rules.pack_cn().get(deadline.clock_id)
    running = deadline.status == Deadline.RUNNING
    return ClockView(
        id=deadline.id,
        ref=deadline.ref,
        clock_id=deadline.clock_id,
        version=deadline.version,
        event=row.event(get_language() or "zh-hans") if row else deadline.clock_id,
        anchor_at=deadline.anchor_at,
        due_at=deadline.due_at,
        status=deadline.status,
        pause_reason=deadline.pause_reason,
        internal=row.internal if row else False,
        breached=deadline.breached_at is not None or (running and now > deadline.due_at),
        stopped_at=deadline.stopped_at,
        left_seconds=int((deadline.due_at - now).total_seconds()) if running else None,
    )


def clocks_of(ref: str, *, now: datetime | None = None) -> list[ClockView]:
    """The clocks on `ref`: those that run first, the earliest due first. A page may leave `now` out."""
    moment = now or clock.now()
    rows = list(Deadline.objects.filter(ref=ref))
    rows.sort(key=lambda row: (row.status == Deadline.STOPPED, row.due_at))
    return [view_of(row, moment) for row in rows]


def due_soonest(refs: list[str], *, now: datetime) -> dict[str, ClockView]:
    """The earliest running clock of each reference, in one query; for lists."""
    found: dict[str, ClockView] = {}
    rows = Deadline.objects.filter(ref__in=refs, status__in=(Deadline.RUNNING, Deadline.PAUSED))
    for row in rows.order_by("due_at"):
        found.setdefault(row.ref, view_of(row, now))
    return found


def due_if_started(clock_id: str, *, anchor: datetime) -> datetime:
    """What `start_clock` would promise; for texts that name a date before there is a case."""
    return rules.due_at(row=rules.pack_cn()[clock_id], anchor=anchor, calendar=rules.calendar_cn())


def working_day(day: date) -> date:
    """`day` itself when it is worked in the house's calendar, else the first day after it that is."""
    return rules.calendar_cn().next_working(day)


def overdue(clock_id: str, *, now: datetime, limit: int = 200) -> list[str]:
    """The references on which this clock runs and is over, the longest first."""
    rows = Deadline.objects.filter(clock_id=clock_id, status=Deadline.RUNNING, due_at__lt=now)
    return list(rows.order_by("due_at").values_list("ref", flat=True)[:limit])
