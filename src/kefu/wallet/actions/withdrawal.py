"""Withdrawals: from the wallet to a linked card, confirmed from a quote, held at once, paid by the bank."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.wallet import models as m
from kefu.wallet.actions import book, payout, telling
from kefu.wallet.actions.quote import carry_out, lacking, write_quote
from kefu.wallet.models import Instrument, Order, Quote, Wallet
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import BooksRefused, OutflowsStopped
from kefu.wallet.rules import amount as amounts


def quote_withdrawal(*, actor: Actor, instrument_id: UUID, amount: Money, now: datetime) -> QuoteView:
    """What taking `amount` out to a card of theirs would be; nothing is moved or held.

    Refuses `core.amount.*`, `core.thing.not_found` (not their card), `wallet.transfer.insufficient_funds`,
    `wallet.account.outflows_stopped`, `wallet.account.restricted`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_withdrawal", now=now)
    minor = amounts.check(amount, most=amounts.WITHDRAWAL_MOST)
    with transaction.atomic():
        card = Instrument.objects.filter(pk=instrument_id, customer_id=actor.uuid, status=Instrument.ACTIVE).first()
        if card is None:
            raise NotFound()
        label = f"{card.bank} ({card.last4})"
        return write_quote(
            actor, kind=m.WITHDRAWAL, mode=m.NOW, amount=minor, now=now, instrument=card, payee_name=label
        )


def create_withdrawal(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Hold amount and fee, and have the bank pay the amount to the card, as the quote said.

    Refuses what `carry_out` does, and `wallet.transfer.insufficient_funds`.
    """

    def make(quote: Quote, wallet: Wallet) -> Order:
        return _make(actor, quote, wallet, now=now)

    return carry_out(actor=actor, kind=m.WITHDRAWAL, key=key, quote_id=quote_id, make=make, now=now)


def _make(actor: Actor, quote: Quote, wallet: Wallet, *, now: datetime) -> Order:
    card = quote.instrument
    if card is None or card.status != Instrument.ACTIVE:
        raise NotFound()
    order = Order.objects.create(
        no=order_no("W", now),
        kind=m.WITHDRAWAL,
        customer_id=actor.uuid,
        payer_label=actor.label or identity.person(actor.uuid).masked_name,
        payee_label=quote.payee_name,
        amount=quote.amount,
        fee=quote.fee,
        quota_used=quote.quota_used,
        currency=quote.currency,
        instrument=card,
        quote=quote,
        created_at=now,
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    take_hold(order, wallet, now=now)
    rails.create_instruction(
        actor=actor,
        order_ref=book.ref_of(order.id),
        direction="out",
        amount=order.amount,
        currency=order.currency,
        instrument_token=card.token,
        now=now,
        connector_code=card.connector,
    )
    data = {"no": order.no, "amount": order.amount, "fee": order.fee, "card": str(card.id)}
    audit.record(actor=actor, action="wallet.create_withdrawal", subject=book.ref_of(order.id), now=now, data=data)
    telling.order_changed(order, balance=True, now=now)
    given = {"amount": telling.amount_of(order), "fee": Money(order.fee, order.currency).text()}
    words = {"card": order.payee_label, "no": order.no}
    telling.tell(
        actor.uuid, "withdrawal_held", actor=actor, ref=book.ref_of(order.id), now=now, **given, **words
    )
    return order


def take_hold(order: Order, wallet: Wallet, *, now: datetime) -> None:
    """Reserve amount and fee of an order that a house outside will carry out.

    Refuses `wallet.transfer.insufficient_funds`, `wallet.account.outflows_stopped`, `wallet.books.refused`.
    """
    refused = book.try_post(order, payout.hold(order, account=wallet.account, now=now), now=now)
    if refused == "insufficient_funds":
        raise lacking(wallet, needed=order.amount + order.fee)
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)
    book.move(order, m.HELD)
    book.write_step(order, "held", at=now, heard_at=now)
