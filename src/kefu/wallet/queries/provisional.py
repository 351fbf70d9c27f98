"""Provisional credits: as their customer sees them, as a case carries them, and those that are open or owed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.identity import queries as identity
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Order, Payment, Provisional
from kefu.wallet.rules.provisional import BASES, REASONS, can_be_disputed, money_left

LIST_MOST = 50
WHY = {**REASONS, **BASES}
"""What the code of a reason or of a legal basis says."""


@dataclass(frozen=True, kw_only=True)
class ProvisionalView:
    """A credit given while an order is in dispute. `amount` is the customer's to use while it is GIVEN or ANNOUNCED.

    `owed` is what the balance lacked when it was taken back, less what has been recovered since.
    """

    order_id: UUID
    no: str
    customer_id: UUID
    disputed_id: UUID
    disputed_no: str
    case_ref: str
    status: str
    amount: Money
    given_at: datetime
    decide_by: datetime
    announced_at: datetime | None
    withdraw_at: datetime | None
    reason_text: str
    words: str
    ended_at: datetime | None
    short: Money
    owed: Money
    basis_text: str
    basis_words: str
    recover_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in Provisional.OPEN

    @property
    def taken_back(self) -> Money:
        """What was taken from the balance when it was withdrawn."""
        return Money(self.amount.minor - self.short.minor, self.amount.currency)


def see_provisional(row: Provisional) -> ProvisionalView:
    """Of a row with its order and the order in dispute."""
    order = row.order
    return ProvisionalView(
        order_id=row.pk,
        no=order.no,
        customer_id=order.customer_id,
        disputed_id=row.disputed_id,
        disputed_no=row.disputed.no,
        case_ref=order.case_ref,
        status=row.status,
        amount=Money(order.amount, order.currency),
        given_at=row.given_at,
        decide_by=row.decide_by,
        announced_at=row.announced_at,
        withdraw_at=row.withdraw_at,
        reason_text=str(REASONS.get(row.reason, "")),
        words=row.words,
        ended_at=row.ended_at,
        short=Money(row.owed, order.currency),
        owed=Money(row.owed - row.recovered, order.currency),
        basis_text=str(BASES.get(row.basis, "")),
        basis_words=row.basis_words,
        recover_at=row.recover_at,
    )


def _rows() -> QuerySet[Provisional]:
    return Provisional.objects.select_related("order", "disputed").order_by("given_at", "pk")


def provisionals_among(order_ids: list[UUID]) -> dict[UUID, ProvisionalView]:
    """By their own orders, which the caller may see. For the queries of this room."""
    return {row.pk: see_provisional(row) for row in _rows().filter(pk__in=order_ids)} if order_ids else {}


def provisionals_of(actor: Actor, disputed_id: UUID, *, customer_id: UUID, now: datetime) -> list[ProvisionalView]:
    """What was given for an order in dispute, to its customer; for who may see them. Refuses `core.thing.not_found`."""
    customer = customer_seen_by(actor, customer_id, now=now)
    return [see_provisional(row) for row in _rows().filter(disputed_id=disputed_id, order__customer_id=customer)]


def provisionals_on_case(case_ref: str) -> list[ProvisionalView]:
    """What was given on a case, the oldest first; for the room that keeps the case, which decides who sees it."""
    return [see_provisional(row) for row in _rows().filter(order__case_ref=case_ref)] if case_ref else []


def has_open_provisional(case_ref: str) -> bool:
    """Whether a credit given on the case waits for its end."""
    return Provisional.objects.filter(order__case_ref=case_ref, status__in=Provisional.OPEN).exists()


def open_provisionals_for(actor: Actor, *, now: datetime, after: int = 0) -> tuple[list[ProvisionalView], bool]:
    """Those that wait for their end and those that are owed, the oldest first, from place `after` on; and whether more
    follow. For supervisors and operators. Refuses `identity.role.insufficient`.
    """
    identity.require(actor=actor, action="wallet.see_provisional", now=now)
    waiting = Q(status__in=Provisional.OPEN) | Q(recovered__lt=F("owed"))
    found = list(_rows().filter(waiting)[after : after + LIST_MOST + 1])
    return [see_provisional(row) for row in found[:LIST_MOST]], len(found) > LIST_MOST


def left_to_give(order_id: UUID) -> Money | None:
    """What a provisional credit for this order may be at most: its amount, less what went back or was given for it.

    None when nothing can be given: nothing left the customer's balance, or one that is open stands already.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None or not can_be_disputed(order.kind, order.status):
        return None
    if order.provisionals.filter(status__in=Provisional.OPEN).exists():
        return None
    return left_to_make_good(order)


def left_to_make_good(order: Order) -> Money:
    """What the customer lacks of an order whose money is gone: neither come back nor made good by us for good.

    Binding only while the caller holds the order's row, and a payment's.
    """
    left, row = order.amount, Payment.objects.filter(pk=order.pk).first()
    if row is not None:
        left = money_left(left, captured=row.captured, refunded=row.refunded, part=row.voucher_part)
    return Money(max(0, left - made_good(order.pk)), order.currency)


def made_good(order_id: UUID) -> int:
    """What the customer has got from us for an order, for good; minor units."""
    rows = Provisional.objects.filter(disputed_id=order_id, status=Provisional.FINAL)
    return int(rows.aggregate(sum=Sum("order__amount"))["sum"] or 0)
