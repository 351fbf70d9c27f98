"""From an order to the books: its legs, under ids that follow from the order, so that none posts twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F

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
    return books.account(code, "", order.currency)


def leg(
    order: Order,
    name: str,
    *,
    debit: int,
    credit: int,
    amount: int,
    journal: Journal,
    happened_at: datetime,
    kind: ledger.Kind = "post",
    hold: str = "",
    evidence_ref: str = "",
) -> ledger.NewTransfer:
    """One transfer of the order. `name` makes its id; `hold` is the name of the leg that it resolves."""
    return ledger.NewTransfer(
        id=uuid5(order.id, name),
        debit=debit,
        credit=credit,
        amount=amount,
        journal=journal,
        order_ref=ref_of(order.id),
        happened_at=happened_at,
        kind=kind,
        hold_id=uuid5(order.id, hold) if hold else None,
        case_ref=order.case_ref,
        evidence_ref=evidence_ref,
    )


def try_post(legs: Sequence[ledger.NewTransfer], *, now: datetime) -> str:
    """Post all or nothing; '' when posted, else the code with which the books refused."""
    answer = ledger.post(transfers=legs, now=now)
    return answer.code if isinstance(answer, ledger.Refused) else ""


def post(legs: Sequence[ledger.NewTransfer], *, now: datetime) -> None:
    """Post all or nothing. Refuses `wallet.books.refused`."""
    answer = ledger.post(transfers=legs, now=now)
    if isinstance(answer, ledger.Refused):
        raise BooksRefused(index=answer.index, ledger_code=answer.code)


def move(order: Order, to: str, **changes: Any) -> bool:
    """Move the order from the status it was loaded with, and keep that status beside the new one."""
    if not transition(Order, order.id, order.status, to, previous=F("status"), **changes):
        return False
    order.refresh_from_db()
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
