"""The page before sending, whatever the kind: what it costs, binding for as long as it says, and carried out once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import queries as books
from kefu.trust import actions as trust
from kefu.wallet import models as m
from kefu.wallet.actions import forbidden, limits
from kefu.wallet.actions.wallet import ensure, lock, owner_ref
from kefu.wallet.models import EXCHANGE, Order, Quote, Wallet
from kefu.wallet.queries.limits.fee import Schedule, quota_left, schedule_at
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.quote import see
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import InsufficientFunds, QuoteChanged, QuoteExpired
from kefu.wallet.rules.amount import CURRENCY, takes_pin
from kefu.wallet.rules.arrival import QUOTE_MINUTES
from kefu.wallet.rules.exchange import quote_ends


def write_quote(
    actor: Actor,
    *,
    kind: str,
    mode: str,
    amount: int,
    now: datetime,
    priced_as: str = "",
    currency: str = CURRENCY,
    **named: Any,
) -> QuoteView:
    """Price `amount` minor units of `currency` and write the quote down; `named` are the parties that its kind must
    name, and for an exchange what is `counted` against limits. `priced_as`: the fee schedule of another kind. A payment
    that names a card is not taken from the balance.

    Refuses `wallet.account.*`, `wallet.permission.off`, `wallet.limit.*` and `wallet.transfer.insufficient_funds`.
    """
    wallet = ensure(actor, actor.uuid, now=now)
    forbidden.check(actor.uuid, "out", now=now)
    limits.check(wallet, kind=kind, mode=mode, amount=named.get("counted", amount), now=now)
    schedule = schedule_at(kind=priced_as or kind, mode=mode, now=now)
    left = quota_left(schedule, customer_id=actor.uuid, now=now)
    cost, used = schedule.charge(amount, quota_left=left), min(amount, left)
    by_card = kind == m.PAYMENT and named.get("instrument") is not None
    if not by_card and available_in(currency, actor.uuid) < amount + cost:
        raise lacking(wallet, needed=amount + cost, currency=currency)
    quote = Quote.objects.create(
        kind=kind,
        customer_id=actor.uuid,
        amount=amount,
        fee=cost,
        quota_used=used,
        quota_left=left,
        currency=currency,
        mode=mode,
        schedule_id=schedule.id,
        created_at=now,
        expires_at=quote_ends(now=now) if kind == EXCHANGE else now + timedelta(minutes=QUOTE_MINUTES),
        **named,
    )
    audit.record(actor=actor, action=f"wallet.quote_{kind}", subject=f"quote:{quote.id}", now=now)
    return see(quote, now=now)


def available_in(currency: str, customer_id: UUID) -> int:
    """What the customer can spend of a currency; nothing of one that they never had."""
    try:
        return books.balance(owner_ref(customer_id), currency=currency).available
    except NotFound:
        return 0


def lacking(wallet: Wallet, *, needed: int, currency: str = CURRENCY) -> InsufficientFunds:
    """The refusal that says what is there and what it would take."""
    available = available_in(currency, wallet.customer_id)
    return InsufficientFunds(available=Money(available, currency).text(), needed=Money(needed, currency).text())


def carry_out(
    *, actor: Actor, kind: str, key: UUID, quote_id: UUID, make: Callable[[Quote, Wallet], Order], now: datetime
) -> OrderView:
    """Have `make` do what the quote said, once: the same key, or the same quote again, gives the order made first.

    Refuses `core.thing.not_found`, `core.request.key_reused`, `wallet.quote.expired`, `wallet.quote.changed` (another
    order has used the free quota meanwhile), `wallet.account.*`, `wallet.permission.off`, `wallet.limit.*`, and for a
    large amount, or an exchange, `identity.level.insufficient` unless the payment PIN was given for `quote:<id>`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action=f"wallet.create_{kind}", now=now)
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body={kind: quote_id})
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        quote = Quote.objects.select_related("schedule").filter(pk=quote_id, customer_id=actor.uuid, kind=kind).first()
        if quote is None:
            raise NotFound()
        # The wallet's row makes the customer's orders queue: two at once would both take what is left of a quota.
        wallet = lock(actor.uuid)
        order = Order.objects.filter(quote=quote).first()
        if order is None:
            _check(actor, quote, wallet, now=now)
            order = make(quote, wallet)
            if order.remark:
                trust.report_words(
                    ref=f"order:{order.id}", writer_id=actor.uuid, reader_id=order.payee_id, words=order.remark, now=now
                )
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(order.id)})
    return order_for(actor, order.id)


def _check(actor: Actor, quote: Quote, wallet: Wallet, *, now: datetime) -> None:
    if quote.expires_at <= now:
        raise QuoteExpired()
    if takes_pin(quote.kind, quote.amount):
        identity.require(actor=actor, action=f"wallet.create_large_{quote.kind}", ref=f"quote:{quote.id}", now=now)
    forbidden.check(actor.uuid, "out", now=now)
    counted = quote.amount if quote.counted is None else quote.counted
    limits.check(wallet, kind=quote.kind, mode=quote.mode, amount=counted, now=now)
    schedule = Schedule(quote.schedule.id, quote.schedule.version, quote.schedule)
    left = quota_left(schedule, customer_id=actor.uuid, now=now)
    if (schedule.charge(quote.amount, quota_left=left), min(quote.amount, left)) != (quote.fee, quote.quota_used):
        raise QuoteChanged()
    if left != quote.quota_left:
        Quote.objects.filter(pk=quote.pk).update(quota_left=left)
