"""Money back to the payer: out of what we owe the merchant, and what that cannot carry, owed by the merchant."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.sla import actions as sla
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.shop.merchant import owner_ref, tell_shop
from kefu.wallet.actions.shop.refusals import OverRefund, RefundMoved
from kefu.wallet.models import Merchant, Order, Payment, Refund, Wallet

ANSWER_CLOCK = "REFUND-ANSWER"


def lock_payment(order_id: UUID, **mine: UUID) -> Payment:
    """The payment with its order and merchant, its row locked: all refunds of a payment go one after another."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("order", "merchant")
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


def left_of(payment: Payment) -> Money:
    return Money(payment.captured - payment.refunded, payment.order.currency)


def pay_back(refund: Refund, amount: int, *, actor: Actor, by: str, now: datetime) -> None:
    """Post the refund within the caller's transaction, its payment locked: to the balance that paid, at once.

    Refuses `wallet.refund.too_much`; the row itself would refuse more than was captured.
    """
    payment, order = refund.refund_of, refund.order
    left = Payment.objects.filter(pk=payment.pk, captured__gte=F("refunded") + amount)
    if not left.update(refunded=F("refunded") + amount):
        raise OverRefund(left=left_of(payment).text())
    payment.refunded += amount
    # All debits of a merchant queue on this row: what is left of the payable cannot be spent twice.
    Merchant.objects.select_for_update().get(pk=payment.merchant_id)
    owed = _post(order, payment.merchant, amount, now=now)
    if not transition(Refund, refund.pk, Refund.OPEN, Refund.PAID, ended_at=now, owed=owed):
        raise RefundMoved()
    book.move(order, m.SUCCEEDED, settled_at=now, amount=amount, reason="", case_ref=order.case_ref)
    data = {"by": by, "amount": amount}
    book.write_step(order, "refunded", at=now, heard_at=now, source_ref=actor.ref, data=data)
    stop_answer_clock(refund, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="wallet.pay_refund",
        subject=book.ref_of(order.id),
        now=now,
        case_ref=order.case_ref,
        data={"amount": amount, "payment": payment.pk, "by": by, "owed_by_merchant": owed},
    )
    changed(refund, balance=True, now=now)
    tell(refund, "refund_paid", now=now)


def _post(order: Order, merchant: Merchant, amount: int, *, now: datetime) -> int:
    """Post the legs; returns what the merchant now owes for it."""
    payable = books.balance(owner_ref(merchant.id), code="L30", currency=order.currency).available
    carried = min(amount, max(0, payable))
    owed = amount - carried
    payer = Wallet.objects.get(pk=order.customer_id).account
    legs = []
    if carried:
        legs.append(
            book.Leg(
                name="refund",
                debit=merchant.account,
                credit=payer,
                amount=carried,
                journal=Journal.REFUND,
                happened_at=now,
            )
        )
    if owed:
        safe, own = book.house("A10", order), book.house("A11", order)
        legs += [
            book.Leg(name="fund", debit=safe, credit=own, amount=owed, journal=Journal.FUND_LEG, happened_at=now),
            book.Leg(
                name="refund_owed",
                debit=merchant.receivable,
                credit=payer,
                amount=owed,
                journal=Journal.REFUND,
                happened_at=now,
            ),
        ]
    book.post(order, legs, now=now)
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
