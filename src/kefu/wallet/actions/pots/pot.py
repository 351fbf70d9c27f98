"""A customer's own money into a savings pot and back: at once, free, and theirs all the while."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.quote import lacking
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import Order, Wallet
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.pot import CODE, pot_balances, pot_owner
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import BooksRefused, OutflowsStopped, PotShort
from kefu.wallet.rules import amount as amounts


def move_pot(
    *, actor: Actor, key: UUID, pot_id: UUID, name: str, amount: Money, from_pot: bool, now: datetime
) -> OrderView:
    """Move `amount` from the wallet into the customer's pot or, `from_pot`, back; once a key.

    The pot's account carries the customer's id, so a pot of somebody else cannot be named. Into a pot is an outflow
    of the wallet: a stop or restriction of outflows stands against it, else whoever has the phone could put money
    where its owner does not look. Back into the wallet is allowed under a stop of outflows: from there nothing
    leaves. Refuses `core.amount.*`, `core.request.key_reused`, `wallet.account.*`,
    `wallet.transfer.insufficient_funds`, `wallet.pot.short`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.move_pot", now=now)
    minor = amounts.check(amount, most=amounts.POT_MOST)
    with transaction.atomic():
        body = {"pot": pot_id, "amount": minor, "from_pot": from_pot}
        known = keyed.claim(principal=actor.ref, key=key, body=body)
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        ensure(actor, actor.uuid, now=now)
        wallet = lock(actor.uuid)
        forbidden.check(actor.uuid, "in" if from_pot else "out", now=now)
        order = _make(actor, wallet, pot_id, minor, from_pot=from_pot, name=name, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(order.id)})
    return order_for(actor, order.id)


def _make(
    actor: Actor, wallet: Wallet, pot_id: UUID, minor: int, *, from_pot: bool, name: str, now: datetime
) -> Order:
    order = Order.objects.create(
        no=order_no("P", now),
        kind=m.POT,
        customer_id=actor.uuid,
        payer_label=name if from_pot else "",
        payee_label="" if from_pot else name,
        amount=minor,
        currency=wallet.currency,
        pot_id=pot_id,
        from_pot=from_pot,
        created_at=now,
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    _post(order, wallet, now=now)
    book.move(order, m.SUCCEEDED, settled_at=now)
    book.write_step(order, "out_of_pot" if from_pot else "into_pot", at=now, heard_at=now)
    data = {"no": order.no, "amount": minor, "pot": pot_id, "from_pot": from_pot}
    audit.record(actor=actor, action="wallet.move_pot", subject=book.ref_of(order.id), now=now, data=data)
    telling.order_changed(order, balance=True, now=now)
    return order


def _post(order: Order, wallet: Wallet, *, now: datetime) -> None:
    assert order.pot_id is not None
    owner = pot_owner(order.customer_id, order.pot_id)
    pot = ledger.open_account(code=CODE, owner=owner, currency=order.currency, now=now)
    debit, credit = (pot, wallet.account) if order.from_pot else (wallet.account, pot)
    leg = book.Leg(
        name="pot", debit=debit, credit=credit, amount=order.amount, journal=Journal.POT, happened_at=now
    )
    refused = book.try_post(order, [leg], now=now)
    if refused == "insufficient_funds":
        if not order.from_pot:
            raise lacking(wallet, needed=order.amount)
        there = pot_balances(order.customer_id, [order.pot_id])[order.pot_id]
        raise PotShort(there=there.text(), needed=Money(order.amount, order.currency).text())
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)
