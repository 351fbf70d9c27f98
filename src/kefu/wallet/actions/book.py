"""From an order to the books: its legs, under ids that follow from the order, so that none posts twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from kefu.core.ids import descendant
from kefu.core.transition import transition
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.wallet.models import Order, OrderStep
from kefu.wallet.refusals import BooksRefused


def ref_of(order_id: UUID) -> str:
    """How ledger and rails know an order."""
    return f"order:{order_id}"


def house(code: str, order: Order) -> int:
    """A house account in the order's currency."""
    return house_in(code, order.currency)


def house_in(code: str, currency: str) -> int:
    """A house account in a currency of its own choice."""
    return books.account(code, "", currency)


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One transfer of an order. `name` makes its id; `hold` is the name of the leg that it resolves.

    Whoever resolves a hold may leave both accounts and, to give all of it back, the amount at 0.
    """

    name: str
    journal: Journal
    happened_at: datetime
    debit: int = 0
    credit: int = 0
    amount: int = 0
    kind: ledger.Kind = "post"
    hold: str = ""
    evidence_ref: str = ""


def _transfer(order: Order, leg: Leg) -> ledger.NewTransfer:
    return ledger.NewTransfer(
        id=descendant(order.id, leg.name),
        debit=leg.debit,
        credit=leg.credit,
        amount=leg.amount,
        journal=leg.journal,
        order_ref=ref_of(order.id),
        happened_at=leg.happened_at,
        kind=leg.kind,
        hold_id=descendant(order.id, leg.hold) if leg.hold else None,
        case_ref=order.case_ref,
        evidence_ref=leg.evidence_ref,
    )


def try_post(order: Order, legs: Sequence[Leg], *, now: datetime) -> str:
    """Post all or nothing; '' when posted, else the code with which the books refused."""
    answer = ledger.post(transfers=[_transfer(order, leg) for leg in legs], now=now)
    return answer.code if isinstance(answer, ledger.Refused) else ""


def post(order: Order, legs: Sequence[Leg], *, now: datetime) -> None:
    """Post all or nothing. Refuses `wallet.books.refused`."""
    refused = try_post(order, legs, now=now)
    if refused:
        raise BooksRefused(ledger_code=refused)


def move(order: Order, to: str, **changes: Any) -> bool:
    """Move the order from the status it was loaded with, and keep that status beside the new one."""
    if not transition(Order, order.id, order.status, to, previous=F("status"), **changes):
        return False
    for name, value in {"previous": order.status, "status": to, **changes}.items():
        setattr(order, name, value)
    return True


def write_step(
    order: Order,
    code: str,
    *,
    at: datetime,
    heard_at: datetime,
    source_ref: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """A line of the timeline: when it happened, when we heard of it, by whose word."""
    OrderStep.objects.create(
        order=order, code=code, at=at, heard_at=heard_at, source_ref=source_ref, data=dict(data or {})
    )
