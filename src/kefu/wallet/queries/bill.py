"""Accounts at billers and lenders: what one owes now, those paid before, and what was quoted of a bill."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.rails import queries as outside
from kefu.rails.queries import AccountCheckView
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import BillAccount, BillTerms, Order
from kefu.wallet.rules.payee import PAYEES, Payee, check_reason, posts_on

AGENT_AFTER_FAILURES = 3
FAILURES_WITHIN = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class AccountBillView:
    """What a biller says of an account. `status` ASKED, FOUND or REFUSED with `reason_text`; `over`: ask again.

    `late`: a payment made now is booked (`posts_on`) after `due_on`.
    """

    id: UUID
    status: str
    payee: Payee
    number_masked: str
    holder_masked: str
    period: str
    amount_due: Money
    minimum: Money
    partial: bool
    amounts: tuple[Money, ...]
    due_on: date | None
    cutoff: time | None
    posts_on: date | None
    late: bool
    reason_text: str
    over: bool


@dataclass(frozen=True, kw_only=True)
class BillAccountView:
    """An account paid before."""

    id: UUID
    payee: Payee
    number_masked: str
    holder_masked: str
    paid_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BillTermsView:
    """What was shown of a bill before it was paid."""

    payee_name: Any
    category: str
    holder_masked: str
    number_masked: str
    account_id: UUID
    period: str
    amount_due: Money
    due_on: date
    cutoff: time
    posts_on: date
    late: bool


def payees(kind: str) -> list[Payee]:
    """Whom bills, or repayments, can be paid to."""
    return [payee for payee in PAYEES.values() if payee.kind == kind]


def see_check(check: AccountCheckView, *, now: datetime) -> AccountBillView:
    on = None
    if check.cutoff is not None:
        on = posts_on(cutoff=check.cutoff, days=check.days, now=now, zone=brand().zone)
    return AccountBillView(
        id=check.id,
        status=check.status,
        payee=PAYEES[check.payee],
        number_masked=check.number_masked,
        holder_masked=check.holder_masked,
        period=check.period,
        amount_due=Money(check.amount_due),
        minimum=Money(check.minimum),
        partial=check.partial,
        amounts=tuple(Money(minor) for minor in check.amounts),
        due_on=check.due_on,
        cutoff=check.cutoff,
        posts_on=on,
        late=bool(on and check.due_on and on > check.due_on and not check.amounts),
        reason_text=check_reason(check.reason),
        over=check.expires_at <= now,
    )


def account_check_for(actor: Actor, check_id: UUID, *, now: datetime) -> AccountBillView:
    """The answer so far, for who asked. Refuses `core.thing.not_found`."""
    check = outside.account_check(check_id)
    if check.owner_ref != actor.ref:
        raise NotFound()
    return see_check(check, now=now)


def saved_accounts_for(actor: Actor, *, kind: str = "", now: datetime | None = None) -> list[BillAccountView]:
    """The accounts that the customer has paid and kept, of bills or repayments or both; the last paid first."""
    customer = customer_seen_by(actor, None, now=now)
    rows = BillAccount.objects.filter(customer_id=customer, status=BillAccount.SAVED).order_by("-paid_at", "-id")
    found = [
        BillAccountView(
            id=row.id,
            payee=PAYEES[row.payee],
            number_masked=row.number_masked,
            holder_masked=row.holder_masked,
            paid_at=row.paid_at,
        )
        for row in rows
        if row.payee in PAYEES
    ]
    return [view for view in found if kind in ("", view.payee.kind)]


def terms_of(quote_id: UUID | None) -> BillTermsView | None:
    """What a quote, or the order made from it, says of the bill; None for other kinds."""
    row = BillTerms.objects.select_related("quote__account").filter(pk=quote_id).first() if quote_id else None
    if row is None or row.quote.account is None:
        return None
    account = row.quote.account
    return BillTermsView(
        payee_name=PAYEES[account.payee].name,
        category=PAYEES[account.payee].category,
        holder_masked=account.holder_masked,
        number_masked=account.number_masked,
        account_id=account.id,
        period=row.period,
        amount_due=Money(row.amount_due, row.quote.currency),
        due_on=row.due_on,
        cutoff=row.cutoff,
        posts_on=row.posts_on,
        late=row.late,
    )


def failures_for(actor: Actor, account_id: UUID, *, now: datetime) -> int:
    """How often paying this account came to nothing lately: after `AGENT_AFTER_FAILURES` a person is offered."""
    customer = customer_seen_by(actor, None, now=now)
    rows = Order.objects.filter(customer_id=customer, account_id=account_id, status=m.FAILED)
    return rows.filter(created_at__gt=now - FAILURES_WITHIN).count()
