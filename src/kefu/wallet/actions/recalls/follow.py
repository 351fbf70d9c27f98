"""What a bank says to a recall, on the order's timeline and to its customer; money is no matter of this file."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core.actor import SYSTEM
from kefu.rails.queries import recalls as outside
from kefu.rails.queries.recalls import RecallView
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.models import Order
from kefu.wallet.rules.recall import refusal_words

STEPS = {"ACCEPTED": "recall_accepted", "REFUSED": "recall_refused", "UNANSWERED": "recall_unanswered"}


def follow_recall(*, order_id: UUID, now: datetime) -> str:
    """Write down what the bank has said since; returns the recall's status, '' without one. Safe to repeat.

    Credits nothing: only the payout's own coming back does (`wallet.take_back_payout`).
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        recall = outside.recall_of(book.ref_of(order_id))
        if recall is None:
            return ""
        word = recall.answer or recall.status
        code = STEPS.get(word, "")
        if code and not order.steps.filter(code=code).exists():
            _note(order, recall, code, now=now)
        return recall.status


def _note(order: Order, recall: RecallView, code: str, *, now: datetime) -> None:
    at = recall.answered_at or now
    now = at if recall.is_history else now  # what is entered as history belongs to its own time
    data = {"code": recall.code} if recall.code else {}
    book.write_step(order, code, at=at, heard_at=now, source_ref=f"recall:{recall.id}", data=data)
    telling.order_changed(order, balance=False, now=now)
    if order.status in (m.RETURNED, m.FAILED):
        return  # the money is back, which they have been told: that it may come is no news any more
    values = {"amount": telling.amount_of(order), "card": order.payee_label, "no": order.no}
    values["reason"] = refusal_words(recall.code)
    telling.tell(order.customer_id, code, actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)
