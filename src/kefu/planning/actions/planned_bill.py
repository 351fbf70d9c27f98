"""A bill or repayment arranged early, for a day before it is due: never for one whose cut-off would make it late.

Two ticks carry it out: the first asks the biller (the worker carries the question), the second pays what was agreed,
if the bill is not above what the customer allowed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.when import spoken, spoken_day
from kefu.identity import actions as proofs
from kefu.identity import queries as identity
from kefu.planning.actions import telling
from kefu.planning.actions.schedule import SCHEDULES_MOST, add_occurrence, proof_ref, run_time
from kefu.planning.models import ONCE, Occurrence, Schedule
from kefu.planning.queries.schedule import ScheduleView, schedule_for
from kefu.planning.queries.spending import local_day
from kefu.planning.refusals import (
    BillMoved,
    BillUnreachable,
    BillWishUnfit,
    NoSafeDay,
    NothingToPay,
    OverMost,
    SchedulesTooMany,
    TooLateDay,
)
from kefu.planning.rules import amount as amounts
from kefu.wallet import actions as wallet
from kefu.wallet.actions.bills.plan import BillAhead, know_account, look_ahead
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.bill import AccountBillView, account_check_for

FULL, MINIMUM = "full", "minimum"
NEXT_TICK, ANSWER_WITHIN = timedelta(seconds=10), timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class BillWish:
    """What of the bill just checked is to be paid on which day, and how much at most."""

    check_id: UUID
    choice: str
    most: Money
    on: date


@dataclass(frozen=True, kw_only=True)
class BillWishView:
    """What would be arranged: when it is paid and booked, and until when a payment by hand is in time."""

    ahead: BillAhead
    label: str
    run_at: datetime
    last_on: date
    most: Money


def safe_days(*, actor: Actor, check_id: UUID, now: datetime) -> tuple[BillAhead, date]:
    """The bill as it stands, and the last day on which it can be paid automatically and in time.

    Refuses what `look_ahead` does, `planning.bill.no_safe_day`.
    """
    tomorrow = local_day(now) + timedelta(days=1)
    ahead = look_ahead(actor=actor, check_id=check_id, pay_at=run_time(tomorrow), now=now)
    last = local_day(ahead.safe_at)
    # At nine the payment goes: a cut-off before that leaves the day before.
    last = last if run_time(last) < ahead.safe_at else last - timedelta(days=1)
    if last < tomorrow:
        raise NoSafeDay(due=spoken_day(ahead.due_on), safe_at=spoken(ahead.safe_at, now=now))
    return ahead, last


def check_bill_schedule(*, actor: Actor, wish: BillWish, now: datetime) -> BillWishView:
    """When it would be paid and booked; nothing is written. A day that would make it late is refused with the last
    safe one.

    Refuses `core.amount.*`, `planning.bill.unfit`, `.too_late`, `.no_safe_day`, and what `look_ahead` does.
    """
    minor = amounts.check(wish.most, most=amounts.SCHEDULE_MOST)
    ahead, last = safe_days(actor=actor, check_id=wish.check_id, now=now)
    least = ahead.amount_due if wish.choice == FULL else ahead.minimum
    known = wish.choice == FULL or (wish.choice == MINIMUM and ahead.partial)
    if not known or minor < least.minor or wish.on <= local_day(now):
        raise BillWishUnfit(least=least.text())
    at = run_time(wish.on)
    then = look_ahead(actor=actor, check_id=wish.check_id, pay_at=at, now=now)
    if then.late:
        raise TooLateDay(posts=spoken_day(then.posts_on), due=spoken_day(then.due_on), safe=spoken_day(last))
    label = f"{then.payee_name} ({then.number_masked})"
    return BillWishView(ahead=then, label=label, run_at=at, last_on=last, most=Money(minor))


def create_bill_schedule(*, actor: Actor, key: UUID, wish: BillWish, now: datetime) -> ScheduleView:
    """Arrange it, with the payment PIN given for `schedule:<key>`; once a key.

    Refuses what `check_bill_schedule` does, `identity.level.insufficient`, `core.request.key_reused`,
    `planning.schedule.too_many`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.create_schedule", ref=proof_ref(key), now=now)
    with transaction.atomic():
        body = {"check": wish.check_id, "choice": wish.choice, "most": wish.most.minor, "on": wish.on}
        known = keyed.claim(principal=actor.ref, key=key, body={"bill_schedule": body})
        if known is not None:
            return schedule_for(actor, UUID(known["schedule"]))
        seen = check_bill_schedule(actor=actor, wish=wish, now=now)
        live = Schedule.objects.filter(customer_id=actor.uuid, status__in=(Schedule.ACTIVE, Schedule.PAUSED))
        if live.count() >= SCHEDULES_MOST:
            raise SchedulesTooMany(most=SCHEDULES_MOST)
        schedule = _write(actor, key, wish, seen, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"schedule": str(schedule.id)})
    return schedule_for(actor, schedule.id)


def _write(actor: Actor, key: UUID, wish: BillWish, seen: BillWishView, *, now: datetime) -> Schedule:
    account = know_account(actor=actor, check_id=wish.check_id, now=now)
    schedule = Schedule.objects.create(
        customer_id=actor.uuid,
        kind="bill",
        target_ref=f"bill_account:{account}",
        label=seen.label,
        amount=seen.most.minor,
        currency=seen.most.currency,
        rhythm=ONCE,
        day=wish.on.day,
        choice=wish.choice,
        safe_at=seen.ahead.safe_at,
        proof_ref=proof_ref(key),
        created_at=now,
    )
    add_occurrence(schedule, wish.on, now=now)
    ref = f"schedule:{schedule.id}"
    data = {"most": schedule.amount, "choice": wish.choice, "on": wish.on, "target": schedule.target_ref}
    audit.record(actor=actor, action="planning.create_bill_schedule", subject=ref, now=now, data=data)
    said = {"run_at": seen.run_at.isoformat(), "safe_at": seen.ahead.safe_at.isoformat(), "payee": seen.label}
    telling.tell(
        actor.uuid, "schedule_bill_made", actor=actor, ref=ref, now=now, amount=seen.most.text(), **said
    )
    telling.schedule_changed(actor.uuid, now=now)
    return schedule


def pay_planned_bill(
    actor: Actor, schedule: Schedule, one: Occurrence, key: UUID, now: datetime
) -> OrderView | None:
    """`target_ref` is `bill_account:<id>`. The first tick asks what is due, the next one pays it; None in between.

    Refuses `planning.bill.*` and what quoting and paying a bill refuse.
    """
    if one.check_id is None:
        _ask(actor, schedule, one, now=now)
        return None
    check = account_check_for(actor, one.check_id, now=now)
    if check.status == "ASKED" and now - one.next_try_at < ANSWER_WITHIN:
        return None
    if check.status != "FOUND":
        raise BillUnreachable()
    if check.over:
        _ask(actor, schedule, one, now=now)  # the worker stood still: what is due may have changed
        return None
    amount = _agreed(schedule, check)
    quote = wallet.quote_bill(actor=actor, check_id=check.id, amount=amount, now=now)
    if quote.needs_pin:
        proofs.extend_step_up(actor=actor, given=schedule.proof_ref, ref=f"quote:{quote.id}", now=now)
    return wallet.pay_bill(actor=actor, key=key, quote_id=quote.id, now=now)


def _ask(actor: Actor, schedule: Schedule, one: Occurrence, *, now: datetime) -> None:
    account = UUID(schedule.target_ref.removeprefix("bill_account:"))
    check = wallet.check_saved_account(actor=actor, account_id=account, now=now)
    Occurrence.objects.filter(pk=one.pk).update(check_id=check.id, next_try_at=now + NEXT_TICK)


def _agreed(schedule: Schedule, check: AccountBillView) -> Money:
    """What of the bill is to be paid: never above the customer's limit, never when it would be late."""
    if not check.amount_due.minor:
        raise NothingToPay()
    amount = check.amount_due if schedule.choice == FULL else check.minimum
    if amount.minor > schedule.amount:
        raise OverMost(due=amount.text())
    if check.late:
        raise BillMoved()
    return amount
