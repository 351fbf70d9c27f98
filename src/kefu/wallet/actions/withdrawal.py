"""Withdrawals: from the wallet to a linked card, confirmed from a quote, held at once, paid by the bank."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.instruct import send_out
from kefu.wallet.actions.quote import carry_out, write_quote
from kefu.wallet.models import Instrument, Order, Quote, Wallet
from kefu.wallet.queries.values import OrderView, QuoteView
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
    order = send_out(actor, quote, wallet, prefix="W", to=card, now=now)
    data = {"no": order.no, "amount": order.amount, "fee": order.fee, "card": str(card.id)}
    audit.record(actor=actor, action="wallet.create_withdrawal", subject=book.ref_of(order.id), now=now, data=data)
    telling.order_changed(order, balance=True, now=now)
    given = {"amount": telling.amount_of(order), "fee": Money(order.fee, order.currency).text()}
    words = {"card": order.payee_label, "no": order.no}
    telling.tell(
        actor.uuid, "withdrawal_held", actor=actor, ref=book.ref_of(order.id), now=now, **given, **words
    )
    return order
