"""Money back to the payer: out of what we owe the merchant, and what that cannot carry, owed by the merchant."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.sla import actions as sla
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.shop import sendback
from kefu.wallet.actions.shop.merchant import owner_ref, tell_shop
from kefu.wallet.actions.shop.refusals import MadeGood, OverRefund, RefundMoved
from kefu.wallet.actions.vouchers import locking as vouchers
from kefu.wallet.models import Instrument, Merchant, Order, Payment, Refund, Wallet
from kefu.wallet.queries.provisional import made_good
from kefu.wallet.queries.shop.refund import left_of
from kefu.wallet.rules import voucher as rules

ANSWER_CLOCK = "REFUND-ANSWER"


def lock_payment(order_id: UUID, **mine: UUID) -> Payment:
    """The payment with its order and merchant, its row locked: all refunds of a payment go one after another."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("order__instrument", "merchant", "voucher")
    payment = rows.filter(pk=order_id, **mine).first()
    if payment is None:
        raise NotFound()
    return payment


def lock_refund(order_id: UUID, **mine: UUID) -> Refund:
    """The refund, locked under its payment. Refuses `core.thing.not_found`."""
    known = Refund.objects.filter(pk=order_id, **mine).values_list("refund_of_id", flat=True).first()
    if known is None:
        raise NotFound()
    payment = lock_payment(known)
    refund = Refund.objects.select_related("order").get(pk=order_id)
    refund.refund_of = payment
    return refund


def check_left(payment: Payment, amount: int) -> None:
    """Refuse `wallet.refund.too_much`, and `.made_good` where we have paid the payer for good: they have it once."""
    left = left_of(payment, made_good(payment.pk))
    if amount > payment.captured - payment.refunded:
        raise OverRefund(left=left.text())
    if amount > left.minor:
        raise MadeGood(left=left.text())


def pay_back(refund: Refund, amount: int, *, actor: Actor, by: str, now: datetime) -> None:
    """Post the refund of `amount` within the caller's transaction, its payment locked: back by the way it was paid.

    A voucher's share of it goes back to the voucher. To the balance the rest is there at once; to a card the bank is
    asked to bring it, and the order follows its word. Refuses `wallet.refund.too_much`, `.made_good`; the row itself
    would refuse more than was captured.
    """
    payment, order = refund.refund_of, refund.order
    before = payment.refunded
    check_left(payment, amount)
    left = Payment.objects.filter(pk=payment.pk, captured__gte=F("refunded") + amount)
    if not left.update(refunded=F("refunded") + amount):
        raise OverRefund(left=left_of(payment, made_good(payment.pk)).text())
    payment.refunded += amount
    part = _voucher_share(payment, before=before)
    card = payment.order.instrument if amount > part else None
    # All debits of a merchant queue on this row: what is left of the payable cannot be spent twice.
    Merchant.objects.select_for_update().get(pk=payment.merchant_id)
    to = book.house("L20", order) if card else Wallet.objects.get(pk=order.customer_id).account
    if part and payment.voucher is not None:
        vouchers.give_back(payment.voucher, part, now=now)
    owed = _post(order, payment.merchant, _Shares(to=to, money=amount - part, voucher=part), now=now)
    if not transition(Refund, refund.pk, Refund.OPEN, Refund.PAID, ended_at=now, owed=owed, voucher_part=part):
        raise RefundMoved()
    _write(refund, amount - part, card, actor=actor, by=by, now=now)
    stop_answer_clock(refund, actor=actor, now=now)
    data = {"amount": amount, "payment": payment.pk, "by": by, "owed_by_merchant": owed, "voucher": part}
    ref, case = book.ref_of(order.id), order.case_ref
    audit.record(actor=actor, action="wallet.pay_refund", subject=ref, now=now, case_ref=case, data=data)
    changed(refund, balance=True, now=now)
    if card is None:
        tell(refund, "refund_paid", now=now)
    else:
        tell(refund, "refund_sent", now=now, card=f"{card.bank} ({card.last4})")


def _voucher_share(payment: Payment, *, before: int) -> int:
    paid, part = payment.captured, payment.voucher_part
    shares = (rules.share(refunded, paid=paid, part=part) for refunded in (payment.refunded, before))
    return next(shares) - next(shares)


def _write(refund: Refund, money: int, card: Instrument | None, *, actor: Actor, by: str, now: datetime) -> None:
    """The order says what the customer gets and where: in the balance it is there, to a card it is under way."""
    order, data = refund.order, {"by": by, "amount": money}
    if card is None:
        book.move(order, m.SUCCEEDED, settled_at=now, amount=money, reason="", case_ref=order.case_ref)
        book.write_step(order, "refunded", at=now, heard_at=now, source_ref=actor.ref, data=data)
        return
    order.amount, order.instrument = money, card
    order.save(update_fields=["amount", "instrument", "case_ref"])
    book.write_step(order, "refund_sent", at=now, heard_at=now, source_ref=actor.ref, data=data)
    sendback.ask(actor, order, card, now=now)


@dataclass(frozen=True, kw_only=True)
class _Shares:
    """Of a refund, `money` goes to account `to` and `voucher` back to what we owe for vouchers; minor units."""

    to: int
    money: int
    voucher: int


def _post(order: Order, merchant: Merchant, shares: _Shares, *, now: datetime) -> int:
    """Post the legs; returns what the merchant now owes for it.

    What becomes owed to customers beyond what the payable gave up is backed by own money, or the other way round.
    """
    payable = max(0, books.balance(owner_ref(merchant.id), code="L30", currency=order.currency).available)
    carried = min(shares.money + shares.voucher, payable)
    owed = shares.money + shares.voucher - carried
    money = min(carried, shares.money)
    promised, own, safe = (book.house(code, order) for code in ("L50", "A11", "A10"))
    owes, due, back = merchant.receivable, merchant.account, Journal.REFUND
    rises = shares.money - carried
    legs = (
        ("fund", safe, own, max(0, rises), Journal.FUND_LEG),
        ("refund", due, shares.to, money, back),
        ("refund_owed", owes, shares.to, shares.money - money, back),
        ("refund_voucher", due, promised, carried - money, back),
        ("refund_voucher_owed", owes, promised, shares.voucher - (carried - money), back),
        ("sweep", own, safe, max(0, -rises), Journal.SWEEP_LEG),
    )
    posted = [
        book.Leg(name=name, debit=debit, credit=credit, amount=amount, journal=journal, happened_at=now)
        for name, debit, credit, amount, journal in legs
        if amount
    ]
    book.post(order, posted, now=now)
    return owed


def stop_answer_clock(refund: Refund, *, actor: Actor, now: datetime) -> None:
    sla.stop_clock(actor=actor, ref=book.ref_of(refund.pk), clock_id=ANSWER_CLOCK, now=now)


def changed(refund: Refund, *, balance: bool, now: datetime) -> None:
    """Tell the customer's pages of the refund and of its payment, and the merchant's."""
    telling.order_changed(refund.order, balance=balance, now=now)
    telling.order_changed(refund.refund_of.order, balance=False, now=now)
    tell_shop(refund.merchant_id, now=now, order=refund.pk)


def tell(refund: Refund, kind: str, *, now: datetime, **more: str) -> None:
    """A notice to the customer about this refund."""
    order = refund.order
    values = {"amount": telling.amount_of(order), "merchant": order.payer_label, "no": order.no, **more}
    telling.tell(order.customer_id, kind, actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)
