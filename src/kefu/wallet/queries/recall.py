"""Withdrawals that were asked back: as their customer reads it, and all of them for operators."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.identity import queries as identity
from kefu.rails.queries import recalls as outside
from kefu.rails.queries.names import bank_text
from kefu.rails.recall import RECALL_OPEN
from kefu.sla import queries as sla
from kefu.wallet.models import Order
from kefu.wallet.rules.recall import ASKABLE, REASONS, refusal_text

__all__ = ["ASKABLE", "REASONS", "RecallOfOrder", "RecallRow", "answer_expected", "recall_of", "recalls_for"]
ANSWER_CLOCK = "RECALL-ANSWER"


@dataclass(frozen=True, kw_only=True)
class RecallOfOrder:
    """How asking a withdrawal back stands: REQUESTED, ACCEPTED (the money is not here yet), REFUSED (`refusal_text`),
    UNANSWERED, RETURNED (it came back) or OVER (it was never paid).
    """

    status: str
    reason_code: str
    reason_text: str
    answer: str
    refusal_code: str
    refusal_text: str
    asked_at: datetime
    sent_at: datetime | None
    answer_by: datetime
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in RECALL_OPEN


@dataclass(frozen=True, kw_only=True)
class RecallRow:
    """A recall beside its order, for operators."""

    order_id: UUID
    no: str
    amount: Money
    card: str
    recall: RecallOfOrder


def _see(found: outside.RecallView) -> RecallOfOrder:
    return RecallOfOrder(
        status=found.status,
        reason_code=found.reason,
        reason_text=str(REASONS.get(found.reason, "")),
        answer=found.answer,
        refusal_code=found.code,
        refusal_text=refusal_text(found.code),
        asked_at=found.asked_at,
        sent_at=found.sent_at,
        answer_by=found.answer_by,
        answered_at=found.answered_at,
    )


def recall_of(order_ref: str) -> RecallOfOrder | None:
    """Of an order that the caller may see. For the queries of this room."""
    found = outside.recall_of(order_ref)
    return _see(found) if found else None


def answer_expected(*, now: datetime) -> datetime:
    """By when a bank is given time to answer a recall that is asked now."""
    return sla.due_if_started(ANSWER_CLOCK, anchor=now)


def recalls_for(actor: Actor, *, now: datetime, limit: int = 50) -> list[RecallRow]:
    """Those of which something may still come, then the newest that have ended. Refuses
    `identity.role.insufficient`.
    """
    identity.require(actor=actor, action="wallet.see_recalls", now=now)
    found = outside.newest_recalls(limit=limit)
    orders = Order.objects.in_bulk([UUID(one.order_ref.removeprefix("order:")) for one in found])
    rows = [(orders[UUID(one.order_ref.removeprefix("order:"))], one) for one in found]
    return [
        RecallRow(
            order_id=order.id, no=order.no, amount=Money(order.amount, order.currency),
            card=bank_text(order.payee_label), recall=_see(one),
        )
        for order, one in rows
    ]  # fmt: skip
