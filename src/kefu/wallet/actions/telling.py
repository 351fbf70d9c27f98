"""Whom a change of the wallet is told to: the streams of both sides, and notices that must arrive."""

from datetime import datetime
from uuid import UUID

from kefu.core import events
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.notices import actions as notices
from kefu.wallet import events as facts
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.models import DISBURSEMENT, PAID_OUT, RETURNED, TO_PAYEE, TRANSFER, MerchantStaff, Order
from kefu.wallet.queries.order import shown_to_payee
from kefu.wallet.rules.timeline import reason_words

BANK = Actor(kind="bank", id="rails", label="Bank")


def order_changed(order: Order, *, balance: bool, now: datetime) -> None:
    """Tell the order's customer, and its payee once it shows with them. `balance`: balances moved too."""
    if order.kind == DISBURSEMENT:
        tell_shop(order.customer_id, now=now, order=order.id)
        return
    sides = [order.customer_id]
    if order.payee_id and shown_to_payee(order):
        sides.append(order.payee_id)
    for customer in sides:
        payload = {"order": order.id, "customer": customer}
        topics = [f"customer:{customer}"]
        events.announce(kind=facts.ORDER_CHANGED, key=str(order.id), topics=topics, payload=payload, now=now)
        if balance:
            balance_changed(customer, now=now)


def balance_changed(customer: UUID, *, now: datetime) -> None:
    changed(facts.BALANCE_CHANGED, customer, now=now)


def changed(kind: str, customer: UUID, *, now: datetime, **more: object) -> None:
    """Tell one customer's streams."""
    payload = {"customer": customer, **more}
    topics = [f"customer:{customer}"]
    events.announce(kind=kind, key=str(customer), topics=topics, payload=payload, now=now)


def tell(customer: UUID, kind: str, *, actor: Actor, ref: str, now: datetime, **values: object) -> None:
    """A notice that must arrive. Words of ours are given as they are, lazy: its reader's language counts."""
    notices.tell(actor=actor, customer_id=customer, kind=kind, values=values, ref=ref, now=now)


def people_of(order: Order) -> list[UUID]:
    """Who is told of an order: its customer, or who acts for the merchant that it pays."""
    if order.kind != DISBURSEMENT:
        return [order.customer_id]
    return list(MerchantStaff.objects.filter(merchant_id=order.customer_id).values_list("user_id", flat=True))


def amount_of(order: Order) -> str:
    return Money(order.amount, order.currency).text()


def tell_failed(order: Order, *, made_good: int = 0, now: datetime) -> None:
    """An order came to nothing, or back: its customer is told why, and what of it they had from us (minor units)."""
    kind = f"{order.kind}_{'returned' if order.status == RETURNED else 'failed'}"
    values = {"amount": amount_of(order), "reason": reason_words(order.kind, order.reason), "no": order.no}
    if order.kind == TRANSFER:
        values["payee"] = order.payee_label
    if order.kind in PAID_OUT:
        other = "payee" if order.kind in TO_PAYEE else "card"
        values |= {other: order.payee_label, "fee": Money(order.fee, order.currency).text()}
    if made_good:
        kind, values["ours"] = "returned_made_good", Money(made_good, order.currency).text()
    for person in people_of(order):
        tell(person, kind, actor=SYSTEM, ref=f"order:{order.id}", now=now, **values)


def tell_held(order: Order, *, actor: Actor, now: datetime) -> None:
    """A transfer waits: its money is set aside for the payer, and not received by the payee."""
    given = {"amount": amount_of(order), "release_at": (order.release_at or now).isoformat()}
    ref = f"order:{order.id}"
    words = {"payee": order.payee_label, "no": order.no}
    tell(order.customer_id, "transfer_held", actor=actor, ref=ref, now=now, **given, **words)
    if order.payee_id:
        tell(order.payee_id, "transfer_coming", actor=actor, ref=ref, now=now, payer=order.payer_label, **given)


def tell_not_coming(order: Order, *, actor: Actor, now: datetime) -> None:
    """The payee who was told of a waiting transfer hears that it does not come."""
    if order.payee_id:
        values = {"payer": order.payer_label, "amount": amount_of(order)}
        tell(order.payee_id, "transfer_not_coming", actor=actor, ref=f"order:{order.id}", now=now, **values)
