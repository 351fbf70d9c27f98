"""A payment by card: the bank is asked to charge it, and the merchant is paid when it has, not before.

A charge that the bank refused leaves the sale to be paid otherwise. If the bank charges it all the same, the payer has
the money in their balance: who was told that a payment failed may have paid in another way since.
"""

from datetime import datetime

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.transition import transition
from kefu.ledger.chart import Journal
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, payin, telling
from kefu.wallet.actions.shop import taking
from kefu.wallet.actions.vouchers import locking as vouchers
from kefu.wallet.models import Instrument, Order, Payment, Sale, Wallet
from kefu.wallet.rules.timeline import reason_words

FINAL = ("SUCCEEDED", "FAILED")
LATE = "charged_late"
CHARGED = "charged"


def ask(actor: Actor, payment: Payment, card: Instrument, *, now: datetime) -> None:
    """Have the card charged after the caller's commit; the sale, which the caller has locked, waits for its outcome."""
    order = payment.order
    transition(Sale, payment.sale_id, Sale.OPEN, Sale.PAYING)
    rails.create_instruction(
        actor=actor,
        order_ref=book.ref_of(order.id),
        amount=order.amount,
        currency=order.currency,
        instrument_token=card.token,
        now=now,
        connector_code=card.connector,
    )
    taking.payment_changed(payment, now=now)


def settle(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """Apply the bank's final word to the locked order, once, also to one that people have taken over."""
    if order.status in (m.SUCCEEDED, m.RETURNED):
        return
    payment = _locked(order)
    if advice.outcome != "SUCCEEDED":
        if order.status != m.FAILED:
            _fail(payment, advice, now=now)
    elif order.status == m.FAILED:
        _keep_for_payer(payment, advice, now=now)
    else:
        _pay(payment, advice, now=now)


def _locked(order: Order) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("merchant", "voucher", "sale")
    payment = rows.get(pk=order.pk)
    payment.order = order
    return payment


def _pay(payment: Payment, advice: AdviceView, *, now: datetime) -> None:
    order, happened = payment.order, advice.happened_at or advice.received_at
    legs = [
        _charged(order, payment.merchant.account, Journal.PAY_CAPTURE, advice),
        *taking.legs_beside(payment, payment.authorised, now=now),
        *_cleared(order),
    ]
    if payment.voucher is not None:
        vouchers.use(payment.voucher, payment.voucher_part)
    book.post(order, legs, now=now)
    taking.note_taken(payment, payment.authorised, source_ref=f"advice:{advice.id}", happened_at=happened, now=now)
    _note_cleared(order, now=now)
    _record(order, "wallet.charge_payment", advice, now=now)


def _charged(order: Order, to: int, journal: Journal, advice: AdviceView) -> book.Leg:
    """What the bank has taken from the card is on its way to the safeguarded account."""
    return book.Leg(
        name=CHARGED,
        debit=book.house("A20", order),
        credit=to,
        amount=order.amount,
        journal=journal,
        happened_at=advice.happened_at or advice.received_at,
        evidence_ref=f"advice:{advice.id}",
    )


def _cleared(order: Order) -> list[book.Leg]:
    lines = outside.statement_lines_of(book.ref_of(order.id))
    return [payin.clearing(order, happened_at=line.happened_at, advice=line.advice) for line in lines]


def _note_cleared(order: Order, *, now: datetime) -> None:
    if outside.statement_lines_of(book.ref_of(order.id)):
        Order.objects.filter(pk=order.pk).update(cleared_at=now)
        order.cleared_at = now


def _fail(payment: Payment, advice: AdviceView, *, now: datetime) -> None:
    """Nothing was paid: sale and voucher are free again."""
    order = payment.order
    book.move(order, m.FAILED, reason=advice.reason or "unnamed")
    book.write_step(
        order,
        "failed",
        at=advice.happened_at or advice.received_at,
        heard_at=now,
        source_ref=f"advice:{advice.id}",
        data={"reason": order.reason},
    )
    Payment.objects.filter(pk=payment.pk).update(failed_at=now)
    transition(Sale, payment.sale_id, Sale.PAYING, Sale.OPEN)
    if payment.voucher is not None:
        vouchers.free(payment.voucher)
    _record(order, "wallet.fail_payment", advice, now=now)
    taking.payment_changed(payment, now=now)
    reason = reason_words(order.kind, order.reason)
    taking.tell_payer(payment, "payment_failed", now=now, reason=reason)


def _keep_for_payer(payment: Payment, advice: AdviceView, *, now: datetime) -> None:
    """The bank charged what it had refused: the money is the payer's, in their balance; the payment stays undone."""
    order, evidence = payment.order, f"advice:{advice.id}"
    account = Wallet.objects.get(pk=order.customer_id).account
    book.post(order, [_charged(order, account, Journal.TOPUP, advice), *_cleared(order)], now=now)
    book.move(order, m.SUCCEEDED, settled_at=now)
    book.move(order, m.RETURNED, returned_at=now, reason=LATE)
    happened = advice.happened_at or advice.received_at
    book.write_step(order, LATE, at=happened, heard_at=now, source_ref=evidence)
    _note_cleared(order, now=now)
    _record(order, "wallet.keep_late_charge", advice, now=now)
    taking.payment_changed(payment, now=now)
    taking.tell_payer(payment, "payment_charged_late", now=now)


def clear(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """The bank's statement shows the charge: book it, once; False when it was, or is too early."""
    if order.status not in (m.SUCCEEDED, m.RETURNED):
        return False
    return payin.clear_charge(order, line, now=now)


def _record(order: Order, action: str, advice: AdviceView, *, now: datetime) -> None:
    data = {"advice": advice.id, "amount": order.amount, "reason": order.reason}
    audit.record(actor=telling.BANK, action=action, subject=book.ref_of(order.id), now=now, data=data)
