"""Orders as each side sees them: lists in two index scans, one order with its whole story in four queries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import Q, QuerySet

from kefu.core import audit, clock
from kefu.core.actor import Actor
from kefu.core.masks import mask_name
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity.values import GrantView
from kefu.ledger import queries as books
from kefu.rails import queries as outside
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Order
from kefu.wallet.queries.bill import terms_of
from kefu.wallet.queries.values import OrderView, StepView
from kefu.wallet.rules.timeline import LABELS, expected, label, reason_text

LIST_MOST = 200
TEXT_MOST = 60
PRESSING_AMONG = 5


class Wanted(TypedDict, total=False):
    """Which orders: amounts in minor units with both ends, `since` included and `until` not."""

    kind: str | None
    status: str | None
    since: datetime | None
    until: datetime | None
    amount_min: int | None
    amount_max: int | None
    text: str


_CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "kind": lambda given: Q(kind=given),
    "status": lambda given: Q(status=given),
    "since": lambda given: Q(created_at__gte=given),
    "until": lambda given: Q(created_at__lt=given),
    "amount_min": lambda given: Q(amount__gte=given),
    "amount_max": lambda given: Q(amount__lte=given),
}


def orders_for(
    actor: Actor,
    *,
    customer_id: UUID | None = None,
    limit: int = 50,
    before: UUID | None = None,
    now: datetime | None = None,
    held: GrantView | None = None,
    **wanted_by: Unpack[Wanted],
) -> list[OrderView]:
    """The customer's orders, sent and received, the newest first.

    Filters: kind, status, since, until, amount_min, amount_max (minor units), and `text`, looked for in
    number, counterparty and remark. `before` is the id of the last order of the page before. Money on its
    way to the customer shows once it has arrived. Refuses `core.thing.not_found`.
    """
    customer = customer_seen_by(actor, customer_id, now=now, held=held)
    wanted = _before(before)
    for name, given in wanted_by.items():
        if given not in (None, "") and name in _CONDITIONS:
            wanted &= _CONDITIONS[name](given)
    text = wanted_by.get("text", "").strip()[:TEXT_MOST]
    if "\0" in text:
        return []
    most = max(1, min(limit, LIST_MOST))
    sent = Order.objects.filter(wanted, _mentions(text, to="payee_label"), customer_id=customer)
    received = Order.objects.filter(
        wanted, _mentions(text, to="payer_label"), payee_id=customer, status=m.SUCCEEDED
    )
    if actor.is_staff:
        _record(actor, "wallet.see_orders", f"customer:{customer}", now)
    both = _newest(sent, most).union(_newest(received, most), all=True)
    return [seen_by(order, customer) for order in _newest(both, most)]


def _newest(rows: QuerySet[Order], most: int) -> QuerySet[Order]:
    return rows.order_by("-created_at", "-id")[:most]


def pressing_order(actor: Actor, *, customer_id: UUID, now: datetime, held: GrantView | None = None) -> UUID | None:
    """The customer's newest order that is not settled, or failed: what a talk is most likely about."""
    customer = customer_seen_by(actor, customer_id, now=now, held=held)
    rows = Order.objects.filter(customer_id=customer).order_by("-created_at", "-id")
    latest = rows.values_list("id", "status")[:PRESSING_AMONG]
    return next((order_id for order_id, status in latest if status not in (m.SUCCEEDED, m.CANCELLED)), None)


def _before(order_id: UUID | None) -> Q:
    if order_id is None:
        return Q()
    last = Order.objects.filter(pk=order_id).values_list("created_at", flat=True).first()
    if last is None:
        raise NotFound()
    return Q(created_at__lt=last) | Q(created_at=last, id__lt=order_id)


def _mentions(text: str, *, to: str) -> Q:
    """Orders whose number, remark or counterparty (whole name or its mask, or a card's bank) holds `text`."""
    if not text:
        return Q()
    other = Q(**{f"{to}__icontains": text}) | Q(**{to: mask_name(text)})
    card = Q(kind=m.TOPUP, payer_label__icontains=text) | Q(kind__in=m.PAID_OUT, payee_label__icontains=text)
    return Q(no__icontains=text) | Q(remark__icontains=text) | (Q(kind=m.TRANSFER) & other) | card


def order_for(
    actor: Actor, order_id: UUID, *, now: datetime | None = None, held: GrantView | None = None
) -> OrderView:
    """One order with its timeline, its transfers in the books and the bank's reference.

    Refuses `core.thing.not_found`, also for an order of somebody else.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    viewer = _viewer(actor, order, now=now, held=held)
    ref = f"order:{order.id}"
    instruction = outside.instruction_of(ref) if order.kind in m.BY_BANK else None
    own = viewer == order.customer_id
    return seen_by(
        order,
        viewer,
        steps=_steps(order) if own else _arrival(order),
        transfers=tuple(transfer.id for transfer in books.transfers_of(order.id)),
        bank_ref=instruction.bank_ref if instruction else "",
        bank_status=instruction.status if instruction else "",
        instruction_id=instruction.id if instruction else None,
        expected=instruction.expected if instruction else None,
        asks=instruction.asks if instruction else 0,
        next_query_at=instruction.next_query_at if instruction else None,
        bill=terms_of(order.quote_id) if order.kind in m.TO_PAYEE else None,
    )


def _viewer(actor: Actor, order: Order, *, now: datetime | None, held: GrantView | None) -> UUID:
    """The side whose view it is. A payee sees what has arrived, nothing before."""
    sides = [order.customer_id]
    if order.payee_id and order.status == m.SUCCEEDED:
        sides.append(order.payee_id)
    if actor.kind == "customer":
        if actor.uuid not in sides:
            raise NotFound()
        return actor.uuid
    for side in sides:
        try:
            customer_seen_by(actor, side, now=now, held=held)
        except NotFound:
            continue
        if actor.is_staff:
            _record(actor, "wallet.see_order", f"order:{order.id}", now)
        return side
    raise NotFound()


def _record(actor: Actor, action: str, subject: str, now: datetime | None) -> None:
    audit.record(actor=actor, action=action, subject=subject, now=now or clock.now())


def _steps(order: Order) -> tuple[StepView, ...]:
    done = [
        StepView(
            code=step.code,
            label=label(order.kind, step.code),
            at=step.at,
            heard_at=step.heard_at,
            state="done",
            source_ref=step.source_ref,
        )
        for step in order.steps.order_by("heard_at", "id")
    ]
    coming = [
        StepView(code=code, label=label(order.kind, code), at=None, heard_at=None, state="next" if place else "now")
        for place, code in enumerate(expected(kind=order.kind, status=order.status, paused=order.paused_at is not None))
    ]
    return (*done, *coming)


def _arrival(order: Order) -> tuple[StepView, ...]:
    """What the payee may know: when it arrived."""
    at = order.settled_at
    return (StepView(code="credited", label=LABELS["credited"], at=at, heard_at=at, state="done"),)


def seen_by(order: Order, viewer: UUID, **story: object) -> OrderView:
    """The order as `viewer`, who is one of its sides, may see it. For the queries of this room."""
    incoming = viewer != order.customer_id or order.kind not in (m.TRANSFER, *m.PAID_OUT)
    own = viewer == order.customer_id
    return OrderView(
        id=order.id,
        no=order.no,
        kind=order.kind,
        status=order.status,
        direction="in" if incoming else "out",
        customer_id=order.customer_id,
        payee_id=order.payee_id,
        amount=Money(order.amount, order.currency),
        fee=Money(order.fee if own else 0, order.currency),
        counterparty_masked=order.payer_label if incoming else order.payee_label,
        mode=order.mode,
        remark=order.remark,
        reason=order.reason,
        reason_text=reason_text(order.kind, order.reason),
        case_ref=order.case_ref if own else "",
        created_at=order.created_at,
        release_at=order.release_at,
        settled_at=order.settled_at,
        returned_at=order.returned_at,
        acknowledged_at=order.acknowledged_at,
        paused=order.paused_at is not None,
        cancellable=own and order.status == m.HELD and order.kind == m.TRANSFER,
        **story,  # type: ignore[arg-type]
    )
