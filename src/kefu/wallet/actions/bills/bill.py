"""Bills and repayments: the account is checked, the bill quoted with its due date, then paid to the biller once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.queries import AccountCheckView
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.instruct import send_out
from kefu.wallet.actions.quote import carry_out, write_quote
from kefu.wallet.actions.wallet import owner_ref
from kefu.wallet.models import BillAccount, BillTerms, Order, Quote, Wallet
from kefu.wallet.queries.bill import AccountBillView, see_check
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import (
    BillAmountUnfit,
    BillCheckOver,
    BillLate,
    BillPaidSince,
    BillUnderWay,
    NothingDue,
    PayeeNotOffered,
)
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules.payee import PAYEES, Payee, payee_ref, posts_on


def check_account(*, actor: Actor, payee: str, number: str, now: datetime) -> AccountBillView:
    """Ask the biller whose account it is and what it owes; the answer follows as `rails.account_check_changed`.

    The number is not kept. Refuses `wallet.bill.payee_unknown`, `rails.account.number_wrong`.
    """
    return _ask(actor, _payee(payee), number=number, now=now)


def check_saved_account(*, actor: Actor, account_id: UUID, now: datetime) -> AccountBillView:
    """The same for an account that was found before and not taken off the list. Refuses `core.thing.not_found`."""
    row = BillAccount.objects.filter(pk=account_id, customer_id=actor.uuid).first()
    if row is None or row.status == BillAccount.REMOVED:
        raise NotFound()
    return _ask(actor, _payee(row.payee), token=row.token, now=now)


def _payee(code: str) -> Payee:
    if code not in PAYEES:
        raise PayeeNotOffered()
    return PAYEES[code]


def _ask(actor: Actor, payee: Payee, *, now: datetime, number: str = "", token: str = "") -> AccountBillView:
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.check_account", now=now)
    check = rails.open_account_check(
        actor=actor,
        owner_ref=owner_ref(actor.uuid),
        connector_code=payee.connector,
        payee_code=payee.code,
        number=number,
        token=token,
        now=now,
    )
    return see_check(check, now=now)


def quote_bill(*, actor: Actor, check_id: UUID, amount: Money, now: datetime) -> QuoteView:
    """What paying `amount` of the bill just checked would be; nothing is moved or held.

    Refuses `core.amount.*`, `core.thing.not_found`, `wallet.bill.check_over`, `.nothing_due`, `.amount_unfit`,
    `.under_way`, `.paid_since`, and what `write_quote` refuses.
    """
    if actor.kind != "customer":
        raise NotFound()
    check = outside.account_check(check_id)
    if check.owner_ref != owner_ref(actor.uuid):
        raise NotFound()
    payee = _payee(check.payee)
    identity.require(actor=actor, action=f"wallet.quote_{payee.kind}", now=now)
    minor = amounts.check(amount, most=amounts.BILL_MOST)
    _check_amount(check, minor, now=now)
    with transaction.atomic():
        account = account_of(actor.uuid, check, now=now)
        _check_unpaid(account, check, minor)
        quote = write_quote(
            actor,
            kind=payee.kind,
            mode=m.NOW,
            amount=minor,
            now=now,
            priced_as=payee.priced_as,
            account=account,
            payee_name=f"{payee.name} ({account.number_masked})",
        )
        _write_terms(quote.id, check, now=now)
    return quote


def _check_amount(check: AccountCheckView, minor: int, *, now: datetime) -> None:
    if check.status != "FOUND" or check.expires_at <= now:
        raise BillCheckOver()
    if check.amounts:
        if minor not in check.amounts:
            raise BillAmountUnfit(most=Money(max(check.amounts), check.currency).text())
        return
    if not check.amount_due:
        raise NothingDue()
    if minor > check.amount_due or (minor < check.amount_due and not check.partial):
        raise BillAmountUnfit(most=Money(check.amount_due, check.currency).text())


def account_of(customer: UUID, check: AccountCheckView, *, now: datetime) -> BillAccount:
    """The account that a check found, kept from now on."""
    known = {"number_masked": check.number_masked, "holder_masked": check.holder_masked}
    row, _ = BillAccount.objects.get_or_create(
        customer_id=customer,
        connector=check.connector,
        token=check.token,
        defaults={"payee": check.payee, "known_at": now, **known},
    )
    return row


def _check_unpaid(account: BillAccount, check: AccountCheckView, minor: int) -> None:
    """This amount is not under way, and nothing was paid since the biller said what is due. A phone has no dues."""
    stands = Q(amount=minor, status__in=m.OPEN)
    if not check.amounts:
        stands |= Q(created_at__gt=check.created_at) & ~Q(status__in=m.CAME_TO_NOTHING)
    first = Order.objects.filter(stands, account=account).order_by("-created_at").first()
    if first is not None:
        refused = BillUnderWay if first.amount == minor and first.status in m.OPEN else BillPaidSince
        raise refused(no=first.no, amount=Money(first.amount, first.currency).text(), order=str(first.id))


def _write_terms(quote_id: UUID, check: AccountCheckView, *, now: datetime) -> None:
    assert check.due_on is not None
    assert check.cutoff is not None
    on = posts_on(cutoff=check.cutoff, days=check.days, now=now, zone=brand().zone)
    BillTerms.objects.create(
        quote_id=quote_id,
        check_id=check.id,
        period=check.period,
        amount_due=check.amount_due,
        minimum=check.minimum,
        due_on=check.due_on,
        cutoff=check.cutoff,
        posts_on=on,
        late=on > check.due_on and not check.amounts,
    )


def pay_bill(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime, late_accepted: bool = False) -> OrderView:
    """Hold amount and fee, and have the biller paid, as the quote said, once.

    Refuses what `carry_out` does, `wallet.bill.under_way` (the same amount to the same account has no end yet),
    `wallet.bill.paid_since` (something was paid to it after the biller had been asked),
    `wallet.bill.late` (it would be booked after the due date, and that was not accepted),
    `wallet.transfer.insufficient_funds`.
    """
    if actor.kind != "customer":
        raise NotFound()
    kind = Quote.objects.filter(pk=quote_id, customer_id=actor.uuid, kind__in=m.TO_PAYEE).values_list("kind", flat=True)

    def make(quote: Quote, wallet: Wallet) -> Order:
        if quote.terms.late and not late_accepted:
            raise BillLate()
        return _make(actor, quote, wallet, now=now)

    return carry_out(actor=actor, kind=kind.first() or m.BILL, key=key, quote_id=quote_id, make=make, now=now)


def _make(actor: Actor, quote: Quote, wallet: Wallet, *, now: datetime) -> Order:
    account = quote.account
    assert account is not None
    _check_unpaid(account, outside.account_check(quote.terms.check_id), quote.amount)
    ledger.open_account(code="L31", owner=payee_ref(account.payee), currency=quote.currency, now=now)
    order = send_out(actor, quote, wallet, prefix="B" if quote.kind == m.BILL else "R", to=account, now=now)
    _save(account, now=now)
    data = {"no": order.no, "amount": order.amount, "fee": order.fee, "payee": account.payee}
    audit.record(actor=actor, action=f"wallet.create_{order.kind}", subject=book.ref_of(order.id), now=now, data=data)
    telling.order_changed(order, balance=True, now=now)
    return order


def _save(account: BillAccount, *, now: datetime) -> None:
    transition(BillAccount, account.id, (BillAccount.KNOWN, BillAccount.REMOVED), BillAccount.SAVED, paid_at=now)


def remove_account(*, actor: Actor, account_id: UUID, now: datetime) -> None:
    """Take a saved account off the list; its orders stay. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.remove_account", now=now)
    with transaction.atomic():
        row = BillAccount.objects.filter(pk=account_id, customer_id=actor.uuid).first()
        if row is None or not transition(BillAccount, row.id, BillAccount.SAVED, BillAccount.REMOVED):
            raise NotFound()
        subject, data = f"customer:{actor.uuid}", {"account": row.id}
        audit.record(actor=actor, action="wallet.remove_account", subject=subject, now=now, data=data)
