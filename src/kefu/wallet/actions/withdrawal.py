"""Withdrawals: from the wallet to a linked card, confirmed from a quote, held at once, paid by the bank."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import queries as books
from kefu.rails import actions as rails
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, payout, telling
from kefu.wallet.actions.wallet import ensure, lock, owner_ref
from kefu.wallet.models import Instrument, Order, Quote
from kefu.wallet.queries.fee import Schedule, quota_left, schedule_at
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView, QuoteView, see_quote
from kefu.wallet.refusals import BooksRefused, InsufficientFunds, OutflowsStopped, QuoteChanged, QuoteExpired
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules.arrival import QUOTE_MINUTES
from kefu.wallet.rules.fee import fee


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
        wallet = ensure(actor, actor.uuid, now=now)
        card = Instrument.objects.filter(pk=instrument_id, customer_id=actor.uuid, status=Instrument.ACTIVE).first()
        if card is None:
            raise NotFound()
        forbidden.check(actor.uuid, "out", now=now)
        schedule = schedule_at(kind=m.WITHDRAWAL, mode=m.NOW, now=now)
        cost, used = _cost(schedule, actor.uuid, minor, now=now)
        available = books.balance(owner_ref(actor.uuid)).available
        if available < minor + cost:
            raise InsufficientFunds(
                available=Money(available, wallet.currency).text(), needed=Money(minor + cost).text()
            )
        quote = Quote.objects.create(
            customer_id=actor.uuid,
            payee_name=f"{card.bank} ({card.last4})",
            instrument=card,
            amount=minor,
            fee=cost,
            quota_used=used,
            currency=wallet.currency,
            mode=m.NOW,
            schedule_id=schedule.id,
            created_at=now,
            expires_at=now + timedelta(minutes=QUOTE_MINUTES),
        )
        audit.record(actor=actor, action="wallet.quote_withdrawal", subject=f"quote:{quote.id}", now=now)
    return see_quote(quote, zone=brand().zone)


def _cost(schedule: Schedule, customer_id: UUID, minor: int, *, now: datetime) -> tuple[int, int]:
    """The fee, and what it takes of the free quota."""
    left = quota_left(schedule, customer_id=customer_id, now=now)
    return fee(schedule.rule(), minor, quota_left=left), min(minor, left)


def create_withdrawal(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Hold amount and fee, and have the bank pay the amount to the card, as the quote said.

    The same key, or the same quote again, gives the order made first. Refuses `core.thing.not_found`,
    `core.request.key_reused`, `wallet.quote.expired`, `wallet.quote.changed` (another withdrawal has used the
    free quota meanwhile), `wallet.transfer.insufficient_funds`, `wallet.account.*`, and for a large amount
    `identity.level.insufficient` unless the payment PIN was given for `quote:<id>`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.create_withdrawal", now=now)
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body={"withdrawal": quote_id})
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        quote = Quote.objects.filter(pk=quote_id, customer_id=actor.uuid, instrument__isnull=False).first()
        if quote is None:
            raise NotFound()
        # The wallet's row makes withdrawals queue: two at once would both take what is left of the free quota.
        wallet = lock(actor.uuid)
        order = Order.objects.filter(quote=quote).first() or _make(actor, quote, account=wallet.account, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(order.id)})
    return order_for(actor, order.id)


def _make(actor: Actor, quote: Quote, *, account: int, now: datetime) -> Order:
    card = quote.instrument
    if card is None or card.status != Instrument.ACTIVE:
        raise NotFound()
    _check(actor, quote, now=now)
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
    _hold(order, account=account, now=now)
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
    return order


def _check(actor: Actor, quote: Quote, *, now: datetime) -> None:
    if quote.expires_at <= now:
        raise QuoteExpired()
    if quote.amount >= amounts.LARGE_TRANSFER:
        ref = f"quote:{quote.id}"
        identity.require(actor=actor, action="wallet.create_large_withdrawal", ref=ref, now=now)
    forbidden.check(actor.uuid, "out", now=now)
    schedule = Schedule(quote.schedule.id, quote.schedule.version, quote.schedule)
    if _cost(schedule, actor.uuid, quote.amount, now=now) != (quote.fee, quote.quota_used):
        raise QuoteChanged()


def _hold(order: Order, *, account: int, now: datetime) -> None:
    refused = book.try_post(order, payout.hold(order, account=account, now=now), now=now)
    if refused == "insufficient_funds":
        available = books.balance(owner_ref(order.customer_id)).available
        needed = Money(order.amount + order.fee, order.currency).text()
        raise InsufficientFunds(available=Money(available, order.currency).text(), needed=needed)
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)
    book.move(order, m.HELD)
    book.write_step(order, "held", at=now, heard_at=now)
