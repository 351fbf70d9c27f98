"""Payments to a merchant: quoted, confirmed, taken at once, or held first and captured whole or in part."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.ledger.chart import Journal
from kefu.trust import queries as trust
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.quote import carry_out, lacking, write_quote
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.actions.shop.refusals import NotCapturable, PayerStopped
from kefu.wallet.actions.shop.sale import check_payable
from kefu.wallet.models import Order, Payment, Quote, Sale, Wallet
from kefu.wallet.queries.shop.merchant import merchant_of, payment_for
from kefu.wallet.queries.shop.values import PaymentView
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import BooksRefused, OutflowsStopped
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import shop as rules

HOLD = "hold"


def quote_payment(*, actor: Actor, token: str, now: datetime) -> QuoteView:
    """What paying the sale behind the link would be; nothing is moved or held. The payer pays no fee.

    Refuses `core.thing.not_found`, `wallet.sale.*`, `wallet.merchant.closed`, and what `write_quote` does.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_payment", now=now)
    with transaction.atomic():
        sale = Sale.objects.select_related("merchant").filter(token=token.replace("\0", "")).first()
        if sale is None:
            raise NotFound()
        check_payable(sale, now=now)
        words = trust.shown(sale.subject).text
        named: dict[str, Any] = {"sale": sale, "payee_name": sale.merchant.name, "remark": words}
        return write_quote(actor, kind=m.PAYMENT, mode=m.NOW, amount=sale.amount, now=now, **named)


def create_payment(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Pay the sale as quoted: taken at once, or held when the merchant takes it later. One payment a sale.

    Refuses what `carry_out` does, `wallet.sale.*`, `wallet.merchant.closed`, `wallet.transfer.insufficient_funds`.
    """

    def make(quote: Quote, wallet: Wallet) -> Order:
        return pay_quoted(actor, quote, wallet, now=now)

    return carry_out(actor=actor, kind=m.PAYMENT, key=key, quote_id=quote_id, make=make, now=now)


def pay_quoted(actor: Actor, quote: Quote, wallet: Wallet, *, now: datetime) -> Order:
    """The order of a quote for a sale, paid or held. The caller holds the payer's wallet row, and has checked them."""
    # Against another payer or tab: the sale's row lets one after the other in, and the second finds it paid.
    locked = Sale.objects.select_for_update(of=("self",)).select_related("merchant")
    sale = locked.get(pk=cast("UUID", quote.sale_id))
    check_payable(sale, now=now)
    if sale.with_pin:
        identity.require(actor=actor, action="wallet.create_pin_payment", ref=f"quote:{quote.id}", now=now)
    order = Order.objects.create(
        no=order_no("P", now),
        kind=m.PAYMENT,
        customer_id=actor.uuid,
        payer_label=actor.label or identity.person(actor.uuid).masked_name,
        payee_label=quote.payee_name,
        amount=quote.amount,
        fee=quote.fee,
        currency=quote.currency,
        mode=quote.mode,
        quote=quote,
        remark=quote.remark,
        created_at=now,
    )
    payment = Payment(order=order, merchant=sale.merchant, sale=sale, authorised=order.amount, created_at=now)
    payment.save(force_insert=True)
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    if sale.capture_later:
        _authorise(payment, wallet, now=now)
    else:
        _take(payment, order.amount, wallet, kind="post", now=now)
    data = {"no": order.no, "amount": order.amount, "merchant": sale.merchant_id, "status": order.status}
    audit.record(actor=actor, action="wallet.create_payment", subject=book.ref_of(order.id), now=now, data=data)
    return order


def _authorise(payment: Payment, wallet: Wallet, *, now: datetime) -> None:
    order = payment.order
    hold = book.Leg(
        name=HOLD,
        debit=wallet.account,
        credit=payment.merchant.account,
        amount=order.amount,
        journal=Journal.PAY_CAPTURE,
        happened_at=now,
        kind="hold",
    )
    _post(payment, [hold], wallet, now=now)
    payment.capture_until = now + rules.AUTHORISED_FOR
    payment.save(update_fields=["capture_until"])
    transition(Sale, payment.sale_id, Sale.OPEN, Sale.AUTHORISED)
    book.move(order, m.HELD)
    book.write_step(order, "authorised", at=now, heard_at=now)
    _changed(payment, now=now)


def _take(payment: Payment, amount: int, wallet: Wallet, *, kind: str, now: datetime) -> None:
    """Post `amount` to the merchant, and their fee; what was authorised above it goes back."""
    order, merchant = payment.order, payment.merchant
    cost = rules.mdr(amount, merchant.mdr_ppm)
    held = kind == "post_hold"
    legs = [
        book.Leg(
            name="capture",
            debit=wallet.account,
            credit=merchant.account,
            amount=amount,
            journal=Journal.PAY_CAPTURE,
            happened_at=now,
            kind="post_hold" if held else "post",
            hold=HOLD if held else "",
        ),
        *_mdr(order, merchant.account, cost, now=now),
    ]
    _post(payment, legs, wallet, now=now)
    payment.captured, payment.mdr, payment.captured_at = amount, cost, now
    payment.settles_at = now + timedelta(days=merchant.settlement_days)
    payment.save(update_fields=["captured", "mdr", "captured_at", "settles_at"])
    transition(Sale, payment.sale_id, (Sale.OPEN, Sale.AUTHORISED), Sale.PAID, ended_at=now)
    book.move(order, m.SUCCEEDED, settled_at=now, amount=amount)
    data = {"authorised": payment.authorised, "captured": amount}
    book.write_step(order, "paid", at=now, heard_at=now, data=data)
    _changed(payment, now=now)
    values = {"amount": telling.amount_of(order), "merchant": merchant.name, "no": order.no}
    telling.tell(order.customer_id, "payment_done", actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)


def _mdr(order: Order, account: int, cost: int, *, now: datetime) -> list[book.Leg]:
    """The merchant's fee is earned with the payment: ours, and no longer safeguarded."""
    if not cost:
        return []
    earned, own, safe = (book.house(code, order) for code in ("I13", "A11", "A10"))
    return [
        book.Leg(name="mdr", debit=account, credit=earned, amount=cost, journal=Journal.FEE, happened_at=now),
        book.Leg(name="sweep", debit=own, credit=safe, amount=cost, journal=Journal.SWEEP_LEG, happened_at=now),
    ]


def _post(payment: Payment, legs: list[book.Leg], wallet: Wallet, *, now: datetime) -> None:
    refused = book.try_post(payment.order, legs, now=now)
    if refused == "insufficient_funds":
        raise lacking(wallet, needed=payment.order.amount)
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)


def capture_payment(*, actor: Actor, order_id: UUID, amount: Money | None = None, now: datetime) -> PaymentView:
    """Take what was authorised, all of it or `amount`; the rest is the payer's again. Once.

    Refuses `core.thing.not_found`, `core.amount.*`, `wallet.payment.not_capturable`, `wallet.payment.payer_stopped`.
    """
    merchant = merchant_of(actor, "wallet.capture_payment", now=now)
    minor = amounts.check(amount, most=rules.PAYMENT_MOST) if amount is not None else None
    with transaction.atomic():
        payment = _locked(order_id, merchant_id=merchant.id)
        order = payment.order
        if order.status != m.HELD or (minor or 0) > payment.authorised:
            raise NotCapturable()
        wallet = Wallet.objects.get(pk=order.customer_id)
        try:
            _take(payment, minor or payment.authorised, wallet, kind="post_hold", now=now)
        except OutflowsStopped as stopped:
            raise PayerStopped() from stopped
        data = {"captured": payment.captured, "authorised": payment.authorised}
        audit.record(actor=actor, action="wallet.capture_payment", subject=book.ref_of(order.id), now=now, data=data)
    return payment_for(actor, order_id, now=now)


def void_payment(*, actor: Actor, order_id: UUID, now: datetime) -> PaymentView:
    """Give all back that was authorised. Refuses `core.thing.not_found`, `wallet.payment.not_capturable`."""
    merchant = merchant_of(actor, "wallet.void_payment", now=now)
    with transaction.atomic():
        payment = _locked(order_id, merchant_id=merchant.id)
        if payment.order.status != m.HELD:
            raise NotCapturable()
        _void(actor, payment, now=now)
    return payment_for(actor, order_id, now=now)


def void_expired(*, now: datetime, limit: int = 200) -> int:
    """Give back what was authorised and never captured; returns how many."""
    due = Payment.objects.filter(capture_until__lte=now, captured_at=None, order__status=m.HELD)
    voided = 0
    for order_id in due.order_by("capture_until").values_list("pk", flat=True)[:limit]:
        with transaction.atomic():
            payment = _locked(order_id)
            if payment.order.status == m.HELD:
                _void(SYSTEM, payment, now=now)
                voided += 1
    return voided


def _void(actor: Actor, payment: Payment, *, now: datetime) -> None:
    order = payment.order
    void = book.Leg(name="void", journal=Journal.PAY_CAPTURE, happened_at=now, kind="void_hold", hold=HOLD)
    book.post(order, [void], now=now)
    book.move(order, m.CANCELLED)
    transition(Sale, payment.sale_id, Sale.AUTHORISED, Sale.CLOSED, ended_at=now)
    book.write_step(order, "voided", at=now, heard_at=now, source_ref=actor.ref)
    audit.record(actor=actor, action="wallet.void_payment", subject=book.ref_of(order.id), now=now)
    _changed(payment, now=now)
    values = {"amount": telling.amount_of(order), "merchant": payment.merchant.name, "no": order.no}
    telling.tell(order.customer_id, "payment_voided", actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)


def _locked(order_id: UUID, **mine: UUID) -> Payment:
    """The payment with its order, both locked: capture and void of the same second go one after the other."""
    order = Order.objects.select_for_update().filter(pk=order_id, kind=m.PAYMENT).first()
    rows = Payment.objects.select_for_update(of=("self",)).select_related("merchant")
    payment = rows.filter(pk=order_id, **mine).first()
    if order is None or payment is None:
        raise NotFound()
    payment.order = order
    return payment


def _changed(payment: Payment, *, now: datetime) -> None:
    telling.order_changed(payment.order, balance=True, now=now)
    tell_shop(payment.merchant_id, now=now, order=payment.order_id)
