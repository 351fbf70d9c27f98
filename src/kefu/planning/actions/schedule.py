"""Standing instructions: made with the payment PIN, paused, skipped, cancelled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.planning.actions import telling
from kefu.planning.models import MONTHLY, ONCE, Occurrence, Schedule
from kefu.planning.queries.schedule import ScheduleView, schedule_for
from kefu.planning.queries.spending import local_day
from kefu.planning.refusals import ScheduleNotOpen, SchedulesTooMany, ScheduleUnfit
from kefu.planning.rules import amount as amounts
from kefu.planning.rules.days import in_month, next_monthly, run_at
from kefu.sla import queries as calendar
from kefu.wallet import actions as wallet

SCHEDULES_MOST, DAYS_AHEAD = 20, 366


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A transfer to whom, how much, how often. `first_on`: the first day; monthly ones keep its day number."""

    payee_phone: str
    amount: Money
    rhythm: str
    first_on: date
    working_days: bool = False
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class WishView:
    """What would be made: whom, and when it would go first."""

    payee_id: UUID
    payee: str
    payee_phone: str
    amount: Money
    first_run_at: datetime
    remark: str


def check_schedule(*, actor: Actor, wish: Wish, now: datetime) -> WishView:
    """Whom and when; nothing is written but a quote that proves that such a transfer is possible for this payee.

    Refuses `core.amount.*`, `planning.schedule.unfit`, `wallet.transfer.payee_unknown`, `.to_oneself`,
    `.remark_unfit`. That the money is not there yet does not stand against a schedule.
    """
    if actor.kind != "customer":
        raise NotFound()
    minor = amounts.check(wish.amount, most=amounts.SCHEDULE_MOST)
    today = local_day(now)
    if wish.rhythm not in (ONCE, MONTHLY) or not today < wish.first_on <= today + timedelta(days=DAYS_AHEAD):
        raise ScheduleUnfit()
    payee, remark = wallet.check_payee(actor=actor, payee_phone=wish.payee_phone, remark=wish.remark, now=now)
    return WishView(
        payee_id=payee.id,
        payee=payee.masked_name,
        payee_phone=payee.masked_phone,
        amount=Money(minor),
        first_run_at=run_time(wish.first_on, working_days=wish.working_days),
        remark=remark,
    )


def run_time(due_on: date, *, working_days: bool = False) -> datetime:
    """When on that day, or the next one that is worked, a schedule is carried out."""
    return run_at(due_on, zone=brand().zone, shift=calendar.working_day if working_days else None)


def proof_ref(key: UUID) -> str:
    """What the payment PIN is given for: the form's own key."""
    return f"schedule:{key}"


def create_schedule(*, actor: Actor, key: UUID, wish: Wish, now: datetime) -> ScheduleView:
    """The standing instruction, with the payment PIN given for `schedule:<key>`; once a key.

    Refuses what `check_schedule` does, `identity.level.insufficient`, `core.request.key_reused`,
    `planning.schedule.too_many`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.create_schedule", ref=proof_ref(key), now=now)
    with transaction.atomic():
        body = {"payee": wish.payee_phone, "amount": wish.amount.minor, "rhythm": wish.rhythm}
        body |= {"first_on": wish.first_on, "working_days": wish.working_days, "remark": wish.remark}
        known = keyed.claim(principal=actor.ref, key=key, body={"schedule": body})
        if known is not None:
            return schedule_for(actor, UUID(known["schedule"]))
        seen = check_schedule(actor=actor, wish=wish, now=now)
        live = Schedule.objects.filter(customer_id=actor.uuid, status__in=(Schedule.ACTIVE, Schedule.PAUSED))
        if live.count() >= SCHEDULES_MOST:
            raise SchedulesTooMany(most=SCHEDULES_MOST)
        schedule = Schedule.objects.create(
            customer_id=actor.uuid,
            kind="transfer",
            target_ref=f"customer:{seen.payee_id}",
            label=seen.payee,
            amount=seen.amount.minor,
            currency=seen.amount.currency,
            remark=seen.remark,
            rhythm=wish.rhythm,
            day=wish.first_on.day,
            working_days=wish.working_days,
            proof_ref=proof_ref(key),
            created_at=now,
        )
        add_occurrence(schedule, wish.first_on, now=now)
        ref = f"schedule:{schedule.id}"
        data = {"amount": schedule.amount, "rhythm": schedule.rhythm, "target": schedule.target_ref}
        audit.record(actor=actor, action="planning.create_schedule", subject=ref, now=now, data=data)
        first = {"run_at": seen.first_run_at.isoformat(), "payee": seen.payee, "amount": seen.amount.text()}
        telling.tell(actor.uuid, "schedule_made", actor=actor, ref=ref, now=now, **first)
        telling.schedule_changed(actor.uuid, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"schedule": str(schedule.id)})
    return schedule_for(actor, schedule.id)


def add_occurrence(schedule: Schedule, due_on: date, *, now: datetime) -> None:
    """The next time that it falls due."""
    at = run_time(due_on, working_days=schedule.working_days)
    Occurrence.objects.get_or_create(
        schedule=schedule, due_on=due_on, defaults={"run_at": at, "next_try_at": at, "created_at": now}
    )


def go_on(schedule: Schedule, *, after: date, now: datetime) -> None:
    """What comes after a time that is over: the next month's, or the end. The schedule's row is locked."""
    if schedule.rhythm == MONTHLY:
        add_occurrence(schedule, next_monthly(schedule.day, after=after), now=now)
    else:
        transition(Schedule, schedule.id, (Schedule.ACTIVE, Schedule.PAUSED), Schedule.ENDED, ended_at=now)


def locked(actor: Actor, schedule_id: UUID, *, now: datetime) -> Schedule:
    """The actor's own schedule, its row locked. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.change_schedule", now=now)
    row = Schedule.objects.select_for_update().filter(pk=schedule_id, customer_id=actor.uuid).first()
    if row is None:
        raise NotFound()
    return row


def pause_schedule(*, actor: Actor, schedule_id: UUID, now: datetime) -> ScheduleView:
    """Carry nothing out until it is resumed; safe to repeat. Refuses `planning.schedule.not_open`."""
    with transaction.atomic():
        row = locked(actor, schedule_id, now=now)
        if row.status != Schedule.PAUSED:
            _move(actor, row, Schedule.PAUSED, now=now)
    return schedule_for(actor, schedule_id)


def resume_schedule(*, actor: Actor, schedule_id: UUID, now: datetime) -> ScheduleView:
    """Go on with the next time in the future: what fell due meanwhile is left out. Safe to repeat.

    Refuses `planning.schedule.not_open`.
    """
    with transaction.atomic():
        row = locked(actor, schedule_id, now=now)
        if row.status != Schedule.ACTIVE:
            _move(actor, row, Schedule.ACTIVE, now=now)
            _leave_out_past(row, now=now)
    return schedule_for(actor, schedule_id)


def _leave_out_past(row: Schedule, *, now: datetime) -> None:
    missed = Occurrence.objects.filter(schedule=row, status=Occurrence.WAITING, run_at__lte=now).first()
    if missed is not None:
        transition(Occurrence, missed.id, Occurrence.WAITING, Occurrence.SKIPPED, reason="paused", ended_at=now)
        today = local_day(now)
        # Of this month's day only what is still to come: at nine it may be over.
        after = today if in_month(today.year, today.month, row.day) <= today else today - timedelta(days=1)
        go_on(row, after=max(after, missed.due_on), now=now)


def skip_next(*, actor: Actor, schedule_id: UUID, due_on: date, now: datetime) -> ScheduleView:
    """Leave out the time of `due_on`, the next one. Pressed twice, one time is left out.

    Refuses `planning.schedule.not_open`.
    """
    with transaction.atomic():
        row = locked(actor, schedule_id, now=now)
        if row.status not in (Schedule.ACTIVE, Schedule.PAUSED):
            raise ScheduleNotOpen(status=row.status)
        next_one = Occurrence.objects.filter(schedule=row, due_on=due_on).first()
        if next_one is None:
            raise NotFound()
        if transition(Occurrence, next_one.id, Occurrence.WAITING, Occurrence.SKIPPED, reason="asked", ended_at=now):
            go_on(row, after=next_one.due_on, now=now)
            data = {"due_on": due_on}
            subject = f"schedule:{row.id}"
            audit.record(actor=actor, action="planning.skip_schedule", subject=subject, now=now, data=data)
            telling.schedule_changed(row.customer_id, now=now)
        elif next_one.status != Occurrence.SKIPPED:
            raise ScheduleNotOpen(status=next_one.status)
    return schedule_for(actor, schedule_id)


def cancel_schedule(*, actor: Actor, schedule_id: UUID, now: datetime) -> ScheduleView:
    """Carry nothing out any more; safe to repeat. Refuses `planning.schedule.not_open` when it has ended."""
    with transaction.atomic():
        row = locked(actor, schedule_id, now=now)
        if row.status != Schedule.CANCELLED:
            _move(actor, row, Schedule.CANCELLED, now=now, ended_at=now)
            for one in Occurrence.objects.filter(schedule=row, status=Occurrence.WAITING):
                transition(Occurrence, one.id, Occurrence.WAITING, Occurrence.SKIPPED, reason="cancelled", ended_at=now)
    return schedule_for(actor, schedule_id)


def _move(actor: Actor, row: Schedule, to: str, *, now: datetime, ended_at: datetime | None = None) -> None:
    if (row.status, to) not in Schedule.TRANSITIONS:
        raise ScheduleNotOpen(status=row.status)
    transition(Schedule, row.id, row.status, to, ended_at=ended_at)
    data = {"from": row.status, "to": to}
    subject = f"schedule:{row.id}"
    audit.record(actor=actor, action="planning.change_schedule", subject=subject, now=now, data=data)
    telling.schedule_changed(row.customer_id, now=now)
