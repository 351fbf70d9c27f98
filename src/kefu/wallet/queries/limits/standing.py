"""What became of settled orders since: for who holds a paper about them. Nobody's name, no balance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from kefu.core.money import Money
from kefu.wallet import models as m
from kefu.wallet.models import Order

SETTLED, RETURNED = "settled", "returned"
REFUNDED_PART, REFUNDED = "refunded_part", "refunded"


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """One order by its number: `standing` is settled or returned, or of a payment refunded, in part or whole.

    `since` is when it became so.
    """

    no: str
    kind: str
    amount: Money
    standing: str
    since: datetime


def standings(order_nos: Iterable[str]) -> dict[str, StandingView]:
    """By number, in one query; orders that are not settled are left out."""
    rows = Order.objects.select_related("payment").filter(no__in=set(order_nos), settled_at__isnull=False)
    paid_back = Q(payment__refunds__status=m.Refund.PAID)
    rows = rows.annotate(refunded_at=Max("payment__refunds__ended_at", filter=paid_back))
    return {row.no: _see(row) for row in rows}


def _see(row: Order) -> StandingView:
    standing, since = SETTLED, row.settled_at
    payment = getattr(row, "payment", None)
    if row.status == m.RETURNED:
        standing, since = RETURNED, row.returned_at
    elif payment is not None and payment.refunded:
        standing = REFUNDED if payment.refunded == payment.captured else REFUNDED_PART
        since = row.refunded_at  # type: ignore[attr-defined]
    return StandingView(
        no=row.no,
        kind=row.kind,
        amount=Money(row.amount, row.currency),
        standing=standing,
        since=since or row.created_at,
    )
