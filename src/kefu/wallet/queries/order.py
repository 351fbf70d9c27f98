"""Orders as each side sees them: lists in two index scans, one order with its whole story in four queries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from kefu.core import audit, clock
from kefu.core.actor import Actor
from kefu.core.masks import mask_name
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity.values import GrantView
from kefu.ledger import queries as books
from kefu.rails import queries as outside
from kefu.rails.queries.names import banks_called
from kefu.trust import queries as trust
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Order, OrderStep, Payment, Refund, Rerouting
from kefu.wallet.queries.bill import terms_of
from kefu.wallet.queries.exchange import exchanges_of
from kefu.wallet.queries.provisional import provisionals_among
from kefu.wallet.queries.recall import recall_of
from kefu.wallet.queries.values import OrderView, StepView
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.recall import can_be_recalled, refusal_text
from kefu.wallet.rules.timeline import LABELS, expected, label, label_to_come, reason_text

LIST_MOST = 200
TEXT_MOST = 60
PRESSING_AMONG = 5
_LEAVING = (m.TRANSFER, m.POT, m.PAYMENT, m.EXCHANGE, *m.PAID_OUT)


SHOWN_TO_PAYEE = Q(status=m.SUCCEEDED) | Q(kind=m.TRANSFER) & (
    Q(status=m.HELD) | Q(status__in=(m.CANCELLED, m.FAILED), previous=m.HELD)
)
"""A transfer that waits is shown to its payee as not received, and is not taken from their eyes when it comes to
nothing. Of every other order a payee sees what has arrived.
"""


def shown_to_payee(order: Order) -> bool:
    """`SHOWN_TO_PAYEE` of one row."""
    waited = order.status == m.HELD or (order.status in (m.CANCELLED, m.FAILED) and order.previous == m.HELD)
    return order.status == m.SUCCEEDED or (order.kind == m.TRANSFER and waited)


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
    # Of our currency only: as many yen are another sum.
    "amount_min": lambda given: Q(amount__gte=given, currency=CURRENCY),
    "amount_max": lambda given: Q(amount__lte=given, currency=CURRENCY),
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

    Filters: kind, status, since, until, amount_min, amount_max (minor units of our currency, and of orders in it), and
    `text`, looked for in number, counterparty and remark. `before` is the id of the last order of the page before. A
    transfer to the customer shows from when it is held: not received yet. Refuses `core.thing.not_found`.
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
    received = Order.objects.filter(wanted, SHOWN_TO_PAYEE, _mentions(text, to="payer_label"), payee_id=customer)
    if actor.is_staff:
        _record(actor, "wallet.see_orders", f"customer:{customer}", now)
    both = _newest(sent, most).union(_newest(received, most), all=True)
    found = list(_newest(both, most))
    paid = Payment.objects.in_bulk([order.id for order in found if order.kind == m.PAYMENT])
    traded = exchanges_of(found)
    lent = provisionals_among([order.id for order in found if order.kind == m.PROVISIONAL])
    rerouted = rerouted_to([order for order in found if order.kind in (m.REFUND, m.REROUTE)])
    return [
        seen_by(
            order,
            customer,
            **_payment(paid.get(order.id), order),
            exchange=traded.get(order.id),
            provisional=lent.get(order.id),
            rerouted_to=rerouted.get(order.id),
        )
        for order in found
    ]


def rerouted_to(orders: list[Order]) -> dict[UUID, UUID]:
    """Of refunds that a card could not take, the order that took the money elsewhere."""
    kept = [order.id for order in orders if order.instrument_id and order.status in (m.FAILED, m.RETURNED)]
    return dict(Rerouting.objects.filter(money_of__in=kept).values_list("money_of_id", "pk")) if kept else {}


def _newest(rows: QuerySet[Order], most: int) -> QuerySet[Order]:
    return rows.order_by("-created_at", "-id")[:most]


def pressing_order(actor: Actor, *, customer_id: UUID, now: datetime, held: GrantView | None = None) -> UUID | None:
    """The customer's newest order that is not settled, or failed: what a talk is most likely about."""
    customer = customer_seen_by(actor, customer_id, now=now, held=held)
    rows = Order.objects.filter(customer_id=customer).exclude(kind=m.PROVISIONAL).order_by("-created_at", "-id")
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
    for bank in banks_called(text):
        card |= Q(kind=m.TOPUP, payer_label__startswith=bank) | Q(kind__in=m.PAID_OUT, payee_label__startswith=bank)
    card |= Q(kind=m.EXCHANGE, payee_label__icontains=text)
    back = Q(kind__in=(m.REFUND, m.REROUTE), payer_label__icontains=text)
    shop = Q(kind=m.PAYMENT, payee_label__icontains=text) | back
    return Q(no__icontains=text) | Q(remark__icontains=text) | (Q(kind=m.TRANSFER) & other) | card | shop


def order_for(
    actor: Actor, order_id: UUID, *, now: datetime | None = None, held: GrantView | None = None
) -> OrderView:
    """One order with its timeline, its transfers in the books and the bank's reference.

    Refuses `core.thing.not_found`, also for an order of somebody else.
    """
    order = Order.objects.select_related("instrument").filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    viewer = _viewer(actor, order, now=now, held=held)
    ref = f"order:{order.id}"
    instruction = outside.instruction_of(ref) if m.is_with_bank(order.kind, order.instrument_id) else None
    own = viewer == order.customer_id
    payment = Payment.objects.filter(pk=order.pk).first() if order.kind == m.PAYMENT else None
    refund = Refund.objects.filter(pk=order.pk).first() if order.kind == m.REFUND else None
    lent = provisionals_among([order.pk] if order.kind == m.PROVISIONAL else []).get(order.pk)
    recall = recall_of(ref) if order.kind == m.WITHDRAWAL else None
    stage = next((matter.status for matter in (refund, lent, recall) if matter), "")
    return seen_by(
        order,
        viewer,
        **(_payment(payment, order) or _refund(refund, order)),
        **_route(order),
        provisional=lent,
        recall=recall,
        recallable=recall is None and can_be_recalled(order.kind, order.status),
        steps=_steps(order, stage) if own else _arrival(order),
        transfers=tuple(transfer.id for transfer in books.transfers_of(order.id)),
        bank_ref=instruction.bank_ref if instruction else "",
        bank_status=instruction.status if instruction else "",
        instruction_id=instruction.id if instruction else None,
        expected=instruction.expected if instruction else None,
        asks=instruction.asks if instruction else 0,
        next_query_at=instruction.next_query_at if instruction else None,
        exchange=exchanges_of([order]).get(order.id),
        bill=terms_of(order.quote_id) if order.kind in m.TO_PAYEE else None,
    )


def _viewer(actor: Actor, order: Order, *, now: datetime | None, held: GrantView | None) -> UUID:
    """The side whose view it is. A payee sees what has arrived, and a held transfer."""
    sides = [order.customer_id]
    if order.payee_id and shown_to_payee(order):
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


def _payment(row: Payment | None, order: Order) -> dict[str, Any]:
    """What was taken of a payment to a merchant, and what went back of it."""
    if row is None:
        return {}
    sums = {"captured": row.captured, "refunded": row.refunded, "voucher_part": row.voucher_part}
    return {name: Money(minor, order.currency) for name, minor in sums.items()}


def _refund(row: Refund | None, order: Order) -> dict[str, Any]:
    """What a refund belongs to, and what of it went back to a voucher."""
    if row is None:
        return {}
    part = Money(row.voucher_part, order.currency)
    return {"refund_of": row.refund_of_id, "refund_status": row.status, "voucher_part": part}


def _route(order: Order) -> dict[str, Any]:
    """The card that a payment, a refund or its rerouting goes by, and where its money went after all."""
    if order.kind not in m.BY_CARD:
        return {}
    card = order.instrument
    known = Rerouting.objects.filter(pk=order.pk).first() if order.kind == m.REROUTE else None
    return {
        "card_label": f"{card.bank} ({card.last4})" if card else "",
        "rerouted_to": rerouted_to([order]).get(order.id),
        "money_of": known.money_of_id if known else None,
    }


def _steps(order: Order, stage: str = "") -> tuple[StepView, ...]:
    done = [
        StepView(
            code=step.code,
            label=_label(order, step),
            at=step.at,
            heard_at=step.heard_at,
            state="done",
            source_ref=step.source_ref,
        )
        for step in order.steps.order_by("heard_at", "id")
    ]
    coming = [
        _coming(order, code, "next" if place else "now")
        for place, code in enumerate(
            _expected(order, stage)
        )
    ]
    return (*done, *coming)


def _label(order: Order, step: OrderStep) -> Any:
    """The name of a step that is done; of a refusal with why."""
    if step.code == "recall_refused" and (why := refusal_text(step.data.get("code", ""))):
        return gettext("对方银行没有同意退回：%(reason)s") % {"reason": why}
    return label(order.kind, step.code)


def _expected(order: Order, stage: str) -> tuple[str, ...]:
    by_card = order.kind in m.BY_CARD and order.instrument_id is not None
    paused = order.paused_at is not None
    return expected(kind=order.kind, status=order.status, paused=paused, stage=stage, by_card=by_card)


def _coming(order: Order, code: str, state: str) -> StepView:
    return StepView(code=code, label=label_to_come(order.kind, code), at=None, heard_at=None, state=state)


def _arrival(order: Order) -> tuple[StepView, ...]:
    """What the payee may know: when it was sent off, that it has not arrived, when it did, or that it will not."""
    if order.status == m.SUCCEEDED:
        return (_done("credited", order.settled_at),)
    sent = _done("payer_sent", order.created_at)
    if order.status == m.HELD:
        return sent, _coming(order, "release", "now"), _coming(order, "credited", "next")
    end = order.steps.filter(code__in=("cancelled", "failed")).order_by("-id").first()
    return sent, _done("payer_withdrew", end.at if end else None)


def _done(code: str, at: datetime | None) -> StepView:
    return StepView(code=code, label=LABELS[code], at=at, heard_at=at, state="done")


def seen_by(order: Order, viewer: UUID, **story: object) -> OrderView:
    """The order as `viewer`, who is one of its sides, may see it. For the queries of this room."""
    incoming = viewer != order.customer_id or order.from_pot or order.kind not in _LEAVING
    own = viewer == order.customer_id
    words = trust.shown(order.remark)
    other = order.payer_label if incoming else order.payee_label
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
        other_side=trust.shown(other).text if order.kind == m.TRANSFER else other,
        mode=order.mode,
        remark=order.remark if own else words.text,
        remark_by_other=bool(order.remark) and not own,
        remark_masked=words.masked and not own,
        reason=order.reason if own else "",
        reason_text=reason_text(order.kind, order.reason) if own else "",
        case_ref=order.case_ref if own else "",
        created_at=order.created_at,
        release_at=order.release_at,
        settled_at=order.settled_at,
        returned_at=order.returned_at,
        acknowledged_at=order.acknowledged_at,
        by_bank=m.is_with_bank(order.kind, order.instrument_id),
        paused=own and order.paused_at is not None,
        cancellable=own and order.status == m.HELD and order.kind == m.TRANSFER,
        **story,  # type: ignore[arg-type]
    )
