"""What the end of a payout makes of the request to get it back; with the instruction's row locked."""

from datetime import datetime

from kefu.core import events
from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.models import Instruction, Recall
from kefu.rails.recall import OVER, RECALL_OPEN, RETURNED

ENDS = {rules.RETURNED: RETURNED, rules.FAILED: OVER}


def end_with(row: Instruction, *, now: datetime) -> None:
    """The payout came back, or was never paid: nothing is to be asked back any more. Other ends change nothing."""
    to = ENDS.get(row.status)
    recall = Recall.objects.filter(instruction=row, status__in=RECALL_OPEN).first() if to else None
    if to and recall and transition(Recall, recall.pk, RECALL_OPEN, to, ended_at=now, next_try_at=None):
        tell(row, recall, now=now)


def tell(row: Instruction, recall: Recall, *, now: datetime) -> None:
    """Announce that the recall stands differently, in order with what is told of its payout."""
    payload = {"order_ref": row.order_ref, "recall": recall.id}
    events.announce(kind=facts.RECALL_CHANGED, key=row.order_ref, topics=[], payload=payload, now=now)
