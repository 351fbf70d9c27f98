"""What a customer spent, read from the entries of their account: the totals are the books' own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.rails.queries.names import bank_text
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Order
from kefu.wallet.rules.amount import CURRENCY

_OWN = (m.TOPUP, m.GOODWILL, m.FOUND, m.PROVISIONAL, m.POT, m.REROUTE)
_BY_CARD = Q(kind=m.PAYMENT, instrument__isnull=False)
"""Payments by card do not touch the account: what they bring to it (a late charge, a refund rerouted) was not spent."""


@dataclass(frozen=True, kw_only=True)
class SpentView:
    """One posted entry that was spent. `amount` is negative where money came back (a refund, a fee given back).

    `part` is `fee` for a charge of the house, else `amount`. `counterparty_ref` is the same for every order with the
    same counterparty. What a merchant gave back is of kind `payment`, as what was bought, which `of_order` names;
    `trade` of both is the merchant's category.
    """

    order_id: UUID
    no: str
    kind: str
    part: str
    amount: Money
    at: datetime
    counterparty: str
    counterparty_ref: str
    remark: str
    of_order: UUID | None = None
    trade: str = ""


def spent_for(
    actor: Actor, *, first: date, last: date, customer_id: UUID | None = None, now: datetime | None = None
) -> list[SpentView]:
    """Everything posted on the local days from `first` to `last` that was spent, in the books' order.

    What goes between one's own pockets (top-ups, pots, exchanges, withdrawals to one's own card) is not spent, only its
    fees are. Holds are not counted until they are posted. Refuses `core.thing.not_found`.
    """
    customer = customer_seen_by(actor, customer_id, now=now)
    try:
        entries = books.statement(f"customer:{customer}", first=first, last=last).entries
    except NotFound:
        return []
    ids = {UUID(entry.order_ref[6:]) for entry in entries if entry.order_ref.startswith("order:")}
    rows = Order.objects.filter(pk__in=ids, customer_id=customer).exclude(_BY_CARD | Q(kind__in=_OWN))
    of_whom = Coalesce("payment__merchant__category", "refund__merchant__category")
    orders = {f"order:{one.id}": one for one in rows.annotate(trade=of_whom, bought=F("refund__refund_of_id"))}
    return [line for entry in entries if entry.order_ref in orders for line in _lines(orders[entry.order_ref], entry)]


def _lines(order: Any, entry: books.EntryView) -> Iterator[SpentView]:
    """`order` with its merchant's category (`trade`) and, of a refund, the payment's order (`bought`)."""
    part, spent = "fee" if entry.journal == Journal.FEE else "amount", -entry.amount
    if order.kind == m.WITHDRAWAL and part == "amount":
        # One's own card: of what left, only the fee was spent; what comes back has its fee as an entry of its own.
        part, spent = "fee", order.fee if entry.journal == Journal.WITHDRAW else 0
    if order.kind == m.EXCHANGE and part == "amount":
        # Another currency of one's own: what was given for it is not spent.
        spent = 0
    if not spent:
        return
    yield SpentView(
        order_id=order.id,
        no=order.no,
        kind=m.PAYMENT if order.kind == m.REFUND else order.kind,
        part=part,
        amount=Money(spent, CURRENCY),
        at=entry.posted_at,
        counterparty=_shown_counterparty(order),
        counterparty_ref=_counterparty(order),
        remark=order.remark,
        of_order=order.bought,
        trade=order.trade or "",
    )


def _shown_counterparty(order: Order) -> str:
    if order.kind == m.REFUND:
        return order.payer_label
    return bank_text(order.payee_label) if order.kind == m.WITHDRAWAL else order.payee_label


def _counterparty(order: Order) -> str:
    if order.kind == m.REFUND:
        return f"{m.PAYMENT}:{order.payer_label}"
    return f"customer:{order.payee_id}" if order.payee_id else f"{order.kind}:{order.payee_label}"


def counterparty_of(actor: Actor, order_id: UUID) -> str:
    """The `counterparty_ref` of an order by which the actor spent. Refuses `core.thing.not_found`."""
    order = Order.objects.filter(pk=order_id, customer_id=actor.uuid).exclude(kind__in=_OWN).first()
    if order is None:
        raise NotFound()
    return _counterparty(order)
