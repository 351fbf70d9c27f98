"""A refund that its card could not take: its owner says where else to, with the payment PIN, and there it goes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import order_no
from kefu.core.refusal import NotFound
from kefu.core.when import spoken
from kefu.identity import queries as identity
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.shop import sendback
from kefu.wallet.actions.shop.refusals import RouteInDoubt, RouteTaken, RouteUnfit
from kefu.wallet.models import Instrument, Order, Refund, Rerouting, Wallet
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.rules import shop as rules

BALANCE = "balance"


def reroute_refund(
    *, actor: Actor, key: UUID, order_id: UUID, card_id: UUID | None = None, now: datetime
) -> OrderView:
    """Send what is kept for the customer into their balance, or to another card of their own; once for each keeping.

    The payment PIN is wanted for `reroute:<order_id>`. Refuses `core.thing.not_found`, `identity.level.insufficient`,
    `wallet.refund.route_taken`, `.route_in_doubt`, `.route_unfit`, `core.request.key_reused`; of a card also
    `wallet.account.*`.
    """
    if actor.kind != "customer":
        raise NotFound()
    body = {"reroute": order_id, "card": card_id or BALANCE}
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body=body)
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        # Against the other tab: who comes second finds it rerouted, and the database holds one rerouting of an order.
        kept = Order.objects.select_for_update().filter(pk=order_id, customer_id=actor.uuid).first()
        if kept is None or kept.kind not in (m.REFUND, m.REROUTE):
            raise NotFound()
        identity.require(actor=actor, action="wallet.reroute_refund", ref=f"reroute:{order_id}", now=now)
        if not waits(kept) or Rerouting.objects.filter(money_of=kept).exists():
            raise RouteTaken()
        _check_doubt(kept, now=now)
        card = _other_card(actor, kept, card_id) if card_id is not None else None
        if card is not None:
            forbidden.check(actor.uuid, "out", now=now)
        order = _open(actor, kept, card, now=now)
        if card is None:
            _into_balance(order, now=now)
        else:
            sendback.ask(actor, order, card, now=now)
        telling.order_changed(kept, balance=False, now=now)
        telling.order_changed(order, balance=card is None, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(order.id)})
    return order_for(actor, order.id)


def _check_doubt(kept: Order, *, now: datetime) -> None:
    """A Yes of the bank after its No: it may have paid. Its statements of the next days say so, and people look."""
    said = kept.steps.filter(code="contradicted").order_by("heard_at").last() if kept.status == m.FAILED else None
    if said is not None and said.heard_at + rules.DOUBT > now:
        raise RouteInDoubt(until=spoken(said.heard_at + rules.DOUBT, now=now))


def waits(order: Order) -> bool:
    """Whether the order's money is one that a card could not take; it may have been rerouted since."""
    return order.instrument_id is not None and order.status in (m.FAILED, m.RETURNED)


def _other_card(actor: Actor, kept: Order, card_id: UUID) -> Instrument:
    card = Instrument.objects.filter(pk=card_id, customer_id=actor.uuid, status=Instrument.ACTIVE).first()
    if card is None or kept.instrument is None or card.token == kept.instrument.token:
        raise RouteUnfit()
    return card


def _open(actor: Actor, kept: Order, card: Instrument | None, *, now: datetime) -> Order:
    refund = Refund.objects.filter(pk=kept.pk).first() or Rerouting.objects.get(pk=kept.pk).refund
    order = Order.objects.create(
        no=order_no("E", now),
        kind=m.REROUTE,
        customer_id=kept.customer_id,
        payer_label=kept.payer_label,
        payee_label=f"{card.bank} ({card.last4})" if card else "",
        amount=kept.amount,
        currency=kept.currency,
        instrument=card,
        remark=kept.remark,
        case_ref=kept.case_ref,
        created_at=now,
    )
    Rerouting.objects.create(order=order, money_of=kept, refund=refund)
    to = order.payee_label or BALANCE
    book.write_step(kept, "rerouted", at=now, heard_at=now, source_ref=book.ref_of(order.id), data={"to": to})
    book.write_step(order, "route_chosen", at=now, heard_at=now, source_ref=actor.ref, data={"to": to})
    data = {"amount": order.amount, "of": kept.id, "to": to}
    audit.record(actor=actor, action="wallet.reroute_refund", subject=book.ref_of(order.id), now=now, data=data)
    return order


def _into_balance(order: Order, *, now: datetime) -> None:
    leg = book.Leg(
        name="rerouted",
        debit=book.house("L20", order),
        credit=Wallet.objects.get(pk=order.customer_id).account,
        amount=order.amount,
        journal=Journal.REFUND,
        happened_at=now,
    )
    book.post(order, [leg], now=now)
    book.move(order, m.SUCCEEDED, settled_at=now)
    book.write_step(order, "refunded", at=now, heard_at=now)
    values = {"amount": telling.amount_of(order), "merchant": order.payer_label, "no": order.no}
    ref = book.ref_of(order.id)
    telling.tell(order.customer_id, "refund_rerouted", actor=SYSTEM, ref=ref, now=now, **values)
