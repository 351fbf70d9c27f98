"""Standing instructions, and when they fall due next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.utils.translation import gettext

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.planning.models import Occurrence, Schedule
from kefu.planning.rules.reason import reason_text

PAST_SHOWN, ENDED_MOST, LIST_MOST = 12, 20, 100


@dataclass(frozen=True, kw_only=True)
class OccurrenceView:
    """One time: WAITING, DONE, FAILED or SKIPPED. `next_try_at` is later than `run_at` when it is tried again."""

    due_on: date
    run_at: datetime
    next_try_at: datetime
    status: str
    order_id: UUID | None
    reason: str
    reason_text: Any

    @property
    def again(self) -> bool:
        return self.status == Occurrence.WAITING and self.next_try_at > self.run_at and bool(self.reason)


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    """`next` is the time to come (None when it is over); `past` the latest ones, the newest first."""

    id: UUID
    kind: str
    label: str
    amount: Money
    remark: str
    rhythm: str
    day: int
    working_days: bool
    status: str
    created_at: datetime
    next: OccurrenceView | None
    past: tuple[OccurrenceView, ...]
    choice: str = ""
    safe_at: datetime | None = None

    @property
    def title(self) -> str:
        """What it does, in one phrase."""
        name = {"name": self.label}
        return gettext("缴费或还款 · %(name)s") % name if self.kind == "bill" else gettext("转给%(name)s") % name

    @property
    def is_live(self) -> bool:
        return self.status in (Schedule.ACTIVE, Schedule.PAUSED)


def schedule_for(actor: Actor, schedule_id: UUID) -> ScheduleView:
    """One's own. Refuses `core.thing.not_found`."""
    found = _seen(actor, Q(pk=schedule_id))
    if not found:
        raise NotFound()
    return found[0]


def schedules_for(actor: Actor) -> list[ScheduleView]:
    """Those that are live, by their next time; without what is past. As many as a customer may have."""
    live = _seen(actor, Q(status__in=(Schedule.ACTIVE, Schedule.PAUSED)), past=0)
    live.sort(key=lambda one: one.next.next_try_at if one.next else one.created_at)
    return live


def ended_schedules_for(actor: Actor, *, after: int = 0) -> tuple[list[ScheduleView], bool]:
    """Those that have ended, the newest first, from place `after` on; and whether more follow."""
    over = Q(status__in=(Schedule.ENDED, Schedule.CANCELLED))
    found = _seen(actor, over, past=0, rows=slice(after, after + ENDED_MOST + 1))
    return found[:ENDED_MOST], len(found) > ENDED_MOST


def _seen(
    actor: Actor, wanted: Q, *, past: int = PAST_SHOWN, rows: slice = slice(0, LIST_MOST)
) -> list[ScheduleView]:
    """With the time to come and the latest `past` ones: a monthly schedule of many years is read no further."""
    if actor.kind != "customer":
        raise NotFound()
    times = Occurrence.objects.order_by("-due_on")
    times = times[: past + 1] if past else times.filter(status=Occurrence.WAITING)
    found = Schedule.objects.filter(wanted, customer_id=actor.uuid).order_by("-created_at", "-id")[rows]
    return [_see(row) for row in found.prefetch_related(Prefetch("occurrences", times, to_attr="times"))]


def _see(row: Schedule) -> ScheduleView:
    times = [_see_time(one) for one in vars(row)["times"]]
    return ScheduleView(
        id=row.id,
        kind=row.kind,
        label=row.label,
        amount=Money(row.amount, row.currency),
        remark=row.remark,
        rhythm=row.rhythm,
        day=row.day,
        working_days=row.working_days,
        status=row.status,
        created_at=row.created_at,
        next=next((one for one in times if one.status == Occurrence.WAITING), None),
        choice=row.choice,
        safe_at=row.safe_at,
        past=tuple(one for one in times if one.status != Occurrence.WAITING)[:PAST_SHOWN],
    )


def _see_time(one: Occurrence) -> OccurrenceView:
    return OccurrenceView(
        due_on=one.due_on,
        run_at=one.run_at,
        next_try_at=one.next_try_at,
        status=one.status,
        order_id=one.order_id,
        reason=one.reason,
        reason_text=reason_text(one.reason),
    )
