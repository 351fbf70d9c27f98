"""Payments to a merchant: quoted, confirmed, taken at once, or held first and captured whole or in part."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.ledger.chart import Journal
from kefu.trust import queries as trust
from kefu.wallet import models as m
from kefu.wallet.actions import book
from kefu.wallet.actions.quote import carry_out, lacking, write_quote
from kefu.wallet.actions.shop import charge, taking
from kefu.wallet.actions.shop.refusals import CardNotTaken, NotCapturable, PayerStopped
from kefu.wallet.actions.shop.sale import check_payable
from kefu.wallet.actions.vouchers import locking as vouchers
from kefu.wallet.models import Instrument, Order, Payment, Quote, Sale, Wallet
from kefu.wallet.queries.shop.merchant import merchant_of, payment_for
from kefu.wallet.queries.shop.values import PaymentView
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import BooksRefused, OutflowsStopped
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import shop as rules

HOLD = "hold"


def quote_payment(
    *, actor: Actor, token: str, card_id: UUID | None = None, voucher_id: UUID | None = None, now: datetime
) -> QuoteView:
    """What paying the sale behind the link would be, from the balance or by a linked card, a voucher taking its part.

    Nothing is moved or held, but the voucher waits for this quote. The payer pays no fee. Refuses
    `core.thing.not_found` (also a card or voucher of somebody else), `wallet.sale.*`, `wallet.merchant.closed`,
    `wallet.payment.card_not_taken`, `wallet.voucher.unfit`, and what `write_quote` does.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_payment", now=now)
    with transaction.atomic():
        sale = Sale.objects.select_related("merchant").filter(token=token.replace("\0", "")).first()
        if sale is None:
            raise NotFound()
        check_payable(sale, now=now)
        card = _own_card(actor, card_id, sale) if card_id is not None else None
        voucher = vouchers.fit(actor, voucher_id, sale, now=now) if voucher_id is not None else None
        part = voucher.left if voucher is not None else 0
        named: dict[str, Any] = {
            "sale": sale,
            "payee_name": sale.merchant.name,
            "remark": trust.shown(sale.subject).text,
            "instrument": card,
            "voucher": voucher,
            "voucher_part": part,
        }
        quote = write_quote(actor, kind=m.PAYMENT, mode=m.NOW, amount=sale.amount - part, now=now, **named)
        if voucher is not None:
            vouchers.lock(voucher, quote.id)
        return quote


def _own_card(actor: Actor, card_id: UUID, sale: Sale) -> Instrument:
    """A card of the actor's own. What is captured later is held, and no card can hold it: refuses `.card_not_taken`."""
    card = Instrument.objects.filter(pk=card_id, customer_id=actor.uuid, status=Instrument.ACTIVE).first()
    if card is None:
        raise NotFound()
    if sale.capture_later:
        raise CardNotTaken()
    return card


def create_payment(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Pay the sale as quoted: taken at once, held when the merchant takes it later, or charged to the card.

    One payment a sale. By card the merchant is paid once the bank has confirmed the charge, not before.

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
        instrument=quote.instrument,
        created_at=now,
    )
    payment = Payment(
        order=order,
        merchant=sale.merchant,
        sale=sale,
        authorised=order.amount + quote.voucher_part,
        voucher=quote.voucher,
        voucher_part=quote.voucher_part,
        created_at=now,
    )
    payment.save(force_insert=True)
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    _fund(actor, payment, wallet, now=now)
    data = {"no": order.no, "amount": order.amount, "merchant": sale.merchant_id, "status": order.status}
    audit.record(actor=actor, action="wallet.create_payment", subject=book.ref_of(order.id), now=now, data=data)
    return order


def _fund(actor: Actor, payment: Payment, wallet: Wallet, *, now: datetime) -> None:
    """Take it from where its quote says: held, charged to a card once the bank has done so, or from the balance."""
    quote = cast("Quote", payment.order.quote)
    if payment.voucher is not None:
        vouchers.check_locked(payment.voucher, quote.id, payment.voucher_part)
    card = payment.order.instrument
    if card is not None:
        if card.status != Instrument.ACTIVE:  # taken off the wallet since it was quoted
            raise NotFound()
        charge.ask(actor, payment, card, now=now)
    elif payment.sale.capture_later:
        _authorise(payment, wallet, now=now)
    else:
        if payment.voucher is not None:
            vouchers.use(payment.voucher, payment.voucher_part)
        _take(payment, payment.authorised, wallet, kind="post", now=now)


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
    taking.payment_changed(payment, now=now)


def _take(payment: Payment, amount: int, wallet: Wallet, *, kind: ledger.Kind, now: datetime) -> None:
    """Post `amount` to the merchant, and their fee; what was authorised above it goes back."""
    held = kind == "post_hold"
    capture = book.Leg(
        name="capture",
        debit=wallet.account,
        credit=payment.merchant.account,
        amount=amount - payment.voucher_part,
        journal=Journal.PAY_CAPTURE,
        happened_at=now,
        kind=kind,
        hold=HOLD if held else "",
    )
    _post(payment, [capture, *taking.legs_beside(payment, amount, now=now)], wallet, now=now)
    taking.note_taken(payment, amount, now=now)


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
    ids = due.order_by("capture_until").values_list("pk", flat=True)[:limit]
    return each_by_itself(ids, lambda order_id: _void_due(order_id, now=now), what="give back what was authorised")


def _void_due(order_id: UUID, *, now: datetime) -> bool:
    payment = _locked(order_id)
    if payment.order.status != m.HELD:
        return False
    _void(SYSTEM, payment, now=now)
    return True


def _void(actor: Actor, payment: Payment, *, now: datetime) -> None:
    order = payment.order
    void = book.Leg(name="void", journal=Journal.PAY_CAPTURE, happened_at=now, kind="void_hold", hold=HOLD)
    book.post(order, [void], now=now)
    book.move(order, m.CANCELLED)
    transition(Sale, payment.sale_id, Sale.AUTHORISED, Sale.CLOSED, ended_at=now)
    book.write_step(order, "voided", at=now, heard_at=now, source_ref=actor.ref)
    audit.record(actor=actor, action="wallet.void_payment", subject=book.ref_of(order.id), now=now)
    taking.payment_changed(payment, now=now)
    taking.tell_payer(payment, "payment_voided", now=now)


def _locked(order_id: UUID, **mine: UUID) -> Payment:
    """The payment with its order, both locked: capture and void of the same second go one after the other."""
    order = Order.objects.select_for_update().filter(pk=order_id, kind=m.PAYMENT).first()
    rows = Payment.objects.select_for_update(of=("self",)).select_related("merchant")
    payment = rows.filter(pk=order_id, **mine).first()
    if order is None or payment is None:
        raise NotFound()
    payment.order = order
    return payment
