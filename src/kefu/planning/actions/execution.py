"""Schedules carried out at their time: once, or told plainly why not; and the reminders before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kefu.core import audit
from kefu.core.actor import SYSTEM
from kefu.core.ids import descendant
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.planning.actions import telling
from kefu.planning.actions.schedule import go_on
from kefu.planning.actions.targets import PAYMENTS
from kefu.planning.models import Occurrence, Schedule
from kefu.planning.refusals import NothingToPay, NoUseToTryAgain
from kefu.planning.rules.days import LATE_MOST, REMIND_DAYS, TRY_AGAIN_AFTER
from kefu.planning.rules.reason import reason_text
from kefu.wallet.queries import OrderView

_LIVE = Q(status=Occurrence.WAITING, schedule__status=Schedule.ACTIVE)


def occurrences_due(*, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """What is to be carried out, the longest due first."""
    due = Occurrence.objects.filter(_LIVE, next_try_at__lte=now).order_by("next_try_at")
    return list(due.values_list("id", flat=True)[:limit])


def execute_occurrence(*, occurrence_id: UUID, now: datetime) -> str:
    """Carry out what is due; returns its status after it. Safe to repeat, also by two workers at once.

    The order and the word that it was made are one transaction: a worker that dies in between leaves neither, and
    whoever comes next starts again. The order's key follows from the occurrence and the try.
    """
    with transaction.atomic():
        # The schedule's row first, as pausing and cancelling do: who has it decides.
        schedule = Schedule.objects.select_for_update().filter(occurrences=occurrence_id).first()
        one = Occurrence.objects.select_for_update().filter(pk=occurrence_id).first()
        if schedule is None or one is None:
            return ""
        if one.status != Occurrence.WAITING or schedule.status != Schedule.ACTIVE or one.next_try_at > now:
            return one.status
        if now - one.run_at > LATE_MOST:
            return _miss(schedule, one, "late", now=now)
        order, refused = _try(schedule, one, now=now)
        if order is None and refused is None:
            return Occurrence.WAITING  # the other side was asked; the next tick hears the answer
        if order is not None and order.status != "FAILED":
            return _done(schedule, one, order, now=now)
        return _again(schedule, one, refused, now=now)


def _try(schedule: Schedule, one: Occurrence, *, now: datetime) -> tuple[OrderView | None, Refusal | None]:
    key = descendant(one.id, f"try {one.tries}")
    try:
        with transaction.atomic():
            person = identity.customer_actor(schedule.customer_id)
            actor = replace(person, session=f"schedule:{schedule.id}")
            return PAYMENTS[schedule.kind](actor, schedule, one, key, now), None
    except Refusal as refused:
        return None, refused


def _done(schedule: Schedule, one: Occurrence, order: OrderView, *, now: datetime) -> str:
    transition(
        Occurrence, one.id, Occurrence.WAITING, Occurrence.DONE, order_id=order.id, tries=one.tries + 1, ended_at=now
    )
    go_on(schedule, after=one.due_on, now=now)
    _record(schedule, one, "done", now=now, order=order.id)
    return Occurrence.DONE


def _again(schedule: Schedule, one: Occurrence, refused: Refusal | None, *, now: datetime) -> str:
    """Not this time: tried again the same day, as the notice says, or missed."""
    reason = refused.code if refused else "insufficient_funds"
    later = [at for at in (one.run_at + after for after in TRY_AGAIN_AFTER) if at > now]
    if schedule.safe_at is not None:
        later = [at for at in later if at < schedule.safe_at]  # a try after the cut-off would be a late payment
    if isinstance(refused, NothingToPay):
        return _clear(schedule, one, now=now)
    if not later or isinstance(refused, NotFound | NoUseToTryAgain):
        return _miss(schedule, one, reason, now=now)
    Occurrence.objects.filter(pk=one.pk).update(
        next_try_at=later[0], tries=one.tries + 1, reason=reason, check_id=None
    )
    _tell(schedule, "retry", reason, now=now, next_at=later[0].isoformat())
    _record(schedule, one, reason, now=now)
    return Occurrence.WAITING


def _miss(schedule: Schedule, one: Occurrence, reason: str, *, now: datetime) -> str:
    transition(Occurrence, one.id, Occurrence.WAITING, Occurrence.FAILED, reason=reason, ended_at=now)
    go_on(schedule, after=one.due_on, now=now)
    _tell(schedule, "missed", reason, now=now)
    _record(schedule, one, reason, now=now)
    return Occurrence.FAILED


def _clear(schedule: Schedule, one: Occurrence, *, now: datetime) -> str:
    """The bill is paid already: nothing is left to do, and the customer hears so."""
    transition(Occurrence, one.id, Occurrence.WAITING, Occurrence.SKIPPED, reason="nothing_due", ended_at=now)
    go_on(schedule, after=one.due_on, now=now)
    _tell(schedule, "clear", "nothing_due", now=now)
    _record(schedule, one, "nothing_due", now=now)
    return Occurrence.SKIPPED


NOTICES = {
    "transfer": {"retry": "schedule_retry", "missed": "schedule_missed", "soon": "schedule_soon"},
    "bill": {
        "retry": "schedule_bill_retry",
        "missed": "schedule_bill_missed",
        "soon": "schedule_bill_soon",
        "clear": "schedule_bill_clear",
    },
}
"""By which notice the customer hears of each turn, a row a kind of schedule."""


def _tell(schedule: Schedule, turn: str, reason: str, *, now: datetime, **more: object) -> None:
    if schedule.safe_at is not None:
        more["safe_at"] = schedule.safe_at.isoformat()
    telling.tell(
        schedule.customer_id,
        NOTICES[schedule.kind][turn],
        actor=SYSTEM,
        ref=f"schedule:{schedule.id}",
        now=now,
        payee=schedule.label,
        amount=Money(schedule.amount, schedule.currency).text(),
        reason=reason_text(reason),
        **more,
    )


def _record(schedule: Schedule, one: Occurrence, outcome: str, *, now: datetime, order: UUID | None = None) -> None:
    data = {"due_on": one.due_on, "outcome": outcome, "order": order}
    subject = f"schedule:{schedule.id}"
    audit.record(actor=SYSTEM, action="planning.execute_schedule", subject=subject, now=now, data=data)
    telling.schedule_changed(schedule.customer_id, now=now)


def remind_due(*, now: datetime, limit: int = 500) -> int:
    """Remind of what falls due in three days, and in one; each once. Returns how many notices.

    What was planned later than a reminder would have gone has none of it.
    """
    told = 0
    for days in REMIND_DAYS:
        soon = Q(run_at__lte=now + timedelta(days=days), run_at__gt=now)
        fresh = Q(reminded=None) | Q(reminded__gt=days)
        rows = Occurrence.objects.filter(_LIVE & soon & fresh).select_related("schedule").order_by("run_at")[:limit]
        for one in rows:
            late = one.created_at > one.run_at - timedelta(days=days)
            over = days != min(REMIND_DAYS) and one.run_at <= now + timedelta(days=min(REMIND_DAYS))
            told += _remind(one, days, silent=late or over, now=now)
    return told


def _remind(one: Occurrence, days: int, *, silent: bool, now: datetime) -> int:
    with transaction.atomic():
        fresh = Q(reminded=None) | Q(reminded__gt=days)
        if not Occurrence.objects.filter(fresh, pk=one.pk, status=Occurrence.WAITING).update(reminded=days) or silent:
            return 0
        schedule = one.schedule
        telling.tell(
            schedule.customer_id,
            NOTICES[schedule.kind]["soon"],
            actor=SYSTEM,
            ref=f"schedule:{schedule.id}",
            now=now,
            run_at=one.run_at.isoformat(),
            payee=schedule.label,
            amount=Money(schedule.amount, schedule.currency).text(),
        )
    return 1
