"""Looking ahead at a bill just checked: when a payment on a later day would be booked, and until when it is safe."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.rails import queries as outside
from kefu.rails.queries import AccountCheckView
from kefu.wallet.actions.bills.bill import account_of
from kefu.wallet.actions.wallet import owner_ref
from kefu.wallet.refusals import BillCheckOver, NothingDue
from kefu.wallet.rules.payee import PAYEES, last_safe, posts_on


@dataclass(frozen=True, kw_only=True)
class BillAhead:
    """A bill as it would be paid at `pay_at`: booked on `posts_on`, `late` when that is after `due_on`.

    What is paid before `safe_at` is booked in time.
    """

    payee_name: Any
    kind: str
    number_masked: str
    holder_masked: str
    amount_due: Money
    minimum: Money
    partial: bool
    due_on: date
    posts_on: date
    late: bool
    safe_at: datetime


def look_ahead(*, actor: Actor, check_id: UUID, pay_at: datetime, now: datetime) -> BillAhead:
    """What paying the bill of this check at `pay_at` would mean. Nothing is written.

    Refuses `core.thing.not_found`, `wallet.bill.check_over` (also an account without bills), `.nothing_due`.
    """
    check = _own(actor, check_id)
    if check.status != "FOUND" or check.expires_at <= now or check.amounts:
        raise BillCheckOver()
    if not check.amount_due:
        raise NothingDue()
    assert check.due_on is not None
    assert check.cutoff is not None
    zone = brand().zone
    on = posts_on(cutoff=check.cutoff, days=check.days, now=pay_at, zone=zone)
    return BillAhead(
        payee_name=PAYEES[check.payee].name,
        kind=PAYEES[check.payee].kind,
        number_masked=check.number_masked,
        holder_masked=check.holder_masked,
        amount_due=Money(check.amount_due, check.currency),
        minimum=Money(check.minimum, check.currency),
        partial=check.partial,
        due_on=check.due_on,
        posts_on=on,
        late=on > check.due_on,
        safe_at=last_safe(due_on=check.due_on, cutoff=check.cutoff, days=check.days, zone=zone),
    )


def know_account(*, actor: Actor, check_id: UUID, now: datetime) -> UUID:
    """The account of a check that found one, kept so that it can be asked about again. Refuses as `look_ahead`."""
    check = _own(actor, check_id)
    if check.status != "FOUND":
        raise BillCheckOver()
    return account_of(actor.uuid, check, now=now).id


def _own(actor: Actor, check_id: UUID) -> AccountCheckView:
    check = outside.account_check(check_id)
    if actor.kind != "customer" or check.owner_ref != owner_ref(actor.uuid) or check.payee not in PAYEES:
        raise NotFound()
    return check
