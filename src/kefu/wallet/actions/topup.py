"""Top-ups: the customer's wish, handed to the bank under one number."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.wallet import ensure
from kefu.wallet.models import Instrument, Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.rules import amount as amounts


def create_topup(*, actor: Actor, key: UUID, instrument_id: UUID, amount: Money, now: datetime) -> OrderView:
    """Have the bank take `amount` from the customer's card; the money is theirs once the bank confirms it.

    The same key and body gives the same order. Refuses `core.amount.*`, `core.thing.not_found` (not their
    card), `core.request.key_reused`, `wallet.account.restricted`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.create_topup", now=now)
    minor = amounts.check(amount, most=amounts.TOPUP_MOST)
    with transaction.atomic():
        body = {"topup": instrument_id, "amount": minor}
        known = keyed.claim(principal=actor.ref, key=key, body=body)
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        card = Instrument.objects.filter(pk=instrument_id, customer_id=actor.uuid, status=Instrument.ACTIVE).first()
        if card is None:
            raise NotFound()
        forbidden.check(actor.uuid, "in", now=now)
        wallet = ensure(actor, actor.uuid, now=now)
        order = Order.objects.create(
            no=order_no("C", now),
            kind=m.TOPUP,
            customer_id=actor.uuid,
            payer_label=f"{card.bank} ({card.last4})",
            payee_label=actor.label,
            amount=minor,
            currency=wallet.currency,
            instrument=card,
            created_at=now,
        )
        book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
        rails.create_instruction(
            actor=actor,
            order_ref=book.ref_of(order.id),
            amount=minor,
            currency=wallet.currency,
            instrument_token=card.token,
            now=now,
            connector_code=card.connector,
        )
        data = {"no": order.no, "amount": minor}
        audit.record(actor=actor, action="wallet.create_topup", subject=book.ref_of(order.id), now=now, data=data)
        telling.order_changed(order, balance=False, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(order.id)})
    return order_for(actor, order.id)


def ask_about(*, actor: Actor, order_id: UUID, now: datetime) -> OrderView:
    """Have the bank asked about an order that it has in hand; the answer follows as `wallet.order_changed`.

    Refuses `core.thing.not_found`. An order that has ended is left in peace.
    """
    view = order_for(actor, order_id)
    instruction = outside.instruction_of(book.ref_of(order_id))
    if instruction is not None and view.status in m.OPEN:
        rails.ask_soon(actor=actor, instruction_id=instruction.id, now=now)
    return view
