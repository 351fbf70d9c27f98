"""What became of settled orders since: for who holds a paper about them. Nobody's name, no balance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kefu.core.money import Money
from kefu.wallet import models as m
from kefu.wallet.models import Order

SETTLED, RETURNED = "settled", "returned"


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """One order by its number: `standing` is settled or returned, `since` when it became so."""

    no: str
    kind: str
    amount: Money
    standing: str
    since: datetime


def standings(order_nos: Iterable[str]) -> dict[str, StandingView]:
    """By number, in one query; orders that are not settled are left out."""
    rows = Order.objects.filter(no__in=set(order_nos), settled_at__isnull=False)
    return {row.no: _see(row) for row in rows}


def _see(row: Order) -> StandingView:
    returned = row.status == m.RETURNED and row.returned_at is not None
    return StandingView(
        no=row.no,
        kind=row.kind,
        amount=Money(row.amount, row.currency),
        standing=RETURNED if returned else SETTLED,
        since=(row.returned_at if returned else row.settled_at) or row.created_at,
    )
