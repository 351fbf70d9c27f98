"""Payouts that were asked back, as they stand with the bank."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.rails import rules
from kefu.rails.models import Recall
from kefu.rails.recall import RECALL_OPEN


@dataclass(frozen=True, kw_only=True)
class RecallView:
    """A request to the bank to get a payout back. `answer`: its first word, ACCEPTED or REFUSED (`code`), '' so far.

    `status` RETURNED: the payout has come back; OVER: it was never paid. `is_history`: entered long after its time.
    """

    id: UUID
    order_ref: str
    status: str
    reason: str
    answer: str
    code: str
    asked_at: datetime
    sent_at: datetime | None
    answer_by: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    is_history: bool

    @property
    def is_open(self) -> bool:
        return self.status in RECALL_OPEN


def see_recall(row: Recall) -> RecallView:
    """Of a row with its instruction."""
    return RecallView(
        id=row.id,
        order_ref=row.instruction.order_ref,
        status=row.status,
        reason=row.reason,
        answer=row.answer,
        code=row.code,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        answer_by=row.answer_by,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        is_history=rules.is_history(row.asked_at, written_at=row.written_at),
    )


def recall_of(order_ref: str) -> RecallView | None:
    """The one request to get the order's payout back, or None."""
    row = Recall.objects.select_related("instruction").filter(instruction__order_ref=order_ref).first()
    return see_recall(row) if row else None


def newest_recalls(*, limit: int = 50) -> list[RecallView]:
    """Those of which something may still come first, then the newest that have ended."""
    rows = Recall.objects.select_related("instruction").order_by("-asked_at")
    waiting = list(rows.filter(status__in=RECALL_OPEN)[:limit])
    ended = list(rows.exclude(status__in=RECALL_OPEN)[: max(0, limit - len(waiting))])
    return [see_recall(row) for row in (*waiting, *ended)]
