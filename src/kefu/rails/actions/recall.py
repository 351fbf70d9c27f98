"""Asking a payout back, once: before the bank was told it is cancelled, after that the bank is asked (camt.056).

What the bank says to it (camt.029) moves no money: only the payout's own coming back does, by its own road.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice, recalled
from kefu.rails.actions.asking import ask_now
from kefu.rails.actions.instruction import due
from kefu.rails.connectors import Answer, PermanentError, TemporaryError, bank
from kefu.rails.messages.recall import RecallRequest
from kefu.rails.models import CREATED, FAILED, SUCCEEDED, Advice, Instruction, Recall
from kefu.rails.queries.recalls import RecallView, see_recall
from kefu.rails.recall import ACCEPTED, OVER, REFUSED, REQUESTED, RETURNED, UNANSWERED
from kefu.rails.refusals import RecallExists, RecallUnfit

CANCELLED = "cancelled"
OF_PAYMENT = ("payment_unknown", "payment_failed", "payment_returned")
"""The bank's words about the payment, not the request: it is not there yet, or not there to be asked back any more.
What it is, a question about the payment tells.
"""
CONFLICT = "message_conflict"
"""The bank has a request under our id already, written before we knew its reference: only a question tells what of it.
"""
DOUBTS = (rules.CONTRADICTED, rules.MISMATCHED)
NOT_TAKEN = "XXXX"
"""Our code for a request that the bank did not take at all: none of the standard's."""

_CLAIM = """
UPDATE rails_recall SET next_try_at = %s WHERE id IN (
    SELECT id FROM rails_recall WHERE next_try_at <= %s
    ORDER BY next_try_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def cancel_instruction(*, actor: Actor, order_ref: str, now: datetime) -> bool:
    """Take back a payout that the bank was never told of: it is never sent. False once a sending has begun.

    Who sends claims the row by the same compare-and-set: of the two exactly one finds it untouched.
    """
    with transaction.atomic():
        row = Instruction.objects.select_for_update().filter(order_ref=order_ref, direction=rules.OUT).first()
        if row is None or row.status != CREATED or row.attempts:
            return False
        if not transition(
            Instruction, row.pk, CREATED, FAILED, reason=CANCELLED, outcome_at=now, next_query_at=None
        ):
            return False
        data = {"order_ref": order_ref}
        audit.record(
            actor=actor, action="rails.cancel_instruction", subject=f"instruction:{row.id}", now=now, data=data
        )
        return True


def request_recall(*, actor: Actor, order_ref: str, reason: str, answer_by: datetime, now: datetime) -> RecallView:
    """Have the bank asked for a payout back, once; the worker sends it after the caller's commit.

    Refuses `rails.recall.exists`, `rails.recall.unfit` (no payout, not sent yet, failed, or back already; or no reason
    of `rules.RECALL_REASONS`), `core.thing.not_found`.
    """
    with transaction.atomic():
        row = Instruction.objects.select_for_update().filter(order_ref=order_ref).first()
        if row is None:
            raise NotFound()
        if Recall.objects.filter(instruction=row).exists():
            raise RecallExists()
        unsent = row.status == CREATED and not row.attempts
        if row.direction != rules.OUT or unsent or row.status in (rules.FAILED, rules.RETURNED):
            raise RecallUnfit(status=row.status)
        if reason not in rules.RECALL_REASONS:
            raise RecallUnfit(status=f"reason {reason[:10]}")
        recall = Recall(instruction=row, reason=reason, asked_at=now, answer_by=answer_by)
        recall.next_try_at = due(now + timedelta(seconds=rules.FIRST_TRY_SECONDS), now=now)
        recall.save(force_insert=True)
        recall.refresh_from_db()
        data = {"order_ref": order_ref, "reason": reason}
        audit.record(actor=actor, action="rails.request_recall", subject=f"recall:{recall.id}", now=now, data=data)
        payload = {"recall": recall.id}
        events.announce(kind=facts.RECALL_WANTED, key=str(recall.id), topics=[], payload=payload, now=now)
        return see_recall(recall)


def claim_recalls(*, now: datetime, limit: int = 50) -> Sequence[UUID]:
    """Take up to `limit` recalls whose next step is due; a claim that nobody works off lapses by itself."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + timedelta(seconds=rules.CLAIM_SECONDS), now, limit])
        return [row[0] for row in cursor.fetchall()]


def carry_recall(*, recall_id: UUID, now: datetime) -> RecallView:
    """*Network.* The next step of a recall: send it, or ask what the bank says to it; once the bank has agreed, also
    whether the money has come back. Safe to repeat: the bank knows the request by its id.
    """
    recall = Recall.objects.select_related("instruction").filter(pk=recall_id).first()
    if recall is None:
        raise NotFound()
    if recall.status not in (RETURNED, OVER) and _is_own_time(recall, now=now):
        unsent = recall.sent_at is None
        word = _send(recall, now=now) if unsent and recall.status == REQUESTED else ""
        if not unsent:
            _ask(recall, now=now)
        if word in OF_PAYMENT or recall.status == ACCEPTED:
            ask_now(actor=advice.BANK, instruction_id=recall.instruction.id, now=now)
    _step(recall.pk, now=now)
    recall.refresh_from_db()
    return see_recall(recall)


def _is_own_time(recall: Recall, *, now: datetime) -> bool:
    """False for the worker that meets history being entered, as of an instruction."""
    grace = recall.written_at + timedelta(seconds=rules.HISTORY_GRACE_SECONDS)
    history = rules.is_history(recall.asked_at, written_at=recall.written_at)
    return not history or now < recall.written_at or now > grace


def _request(recall: Recall) -> RecallRequest:
    row = recall.instruction
    return RecallRequest(
        message_id=recall.message_id, instruction=row.id, bank_ref=row.bank_ref, amount=row.amount,
        currency=row.currency, settled_at=row.outcome_at if row.status == SUCCEEDED and row.outcome_at else
        row.sent_at or row.happened_at, reason=recall.reason, asked_at=recall.asked_at,
    )  # fmt: skip


def _send(recall: Recall, *, now: datetime) -> str:
    """'' when the bank has the request, else its word for why not, or UNREACHABLE."""
    Recall.objects.filter(pk=recall.pk).update(attempts=F("attempts") + 1)
    code = ""
    try:
        raw = bank(recall.instruction.connector).send_recall(_request(recall))
    except TemporaryError as failure:
        code, raw = rules.UNREACHABLE, failure.raw
    except PermanentError as refused:
        code, raw = refused.code, refused.raw
    with transaction.atomic():
        row, locked = _lock(recall)
        taken = code in ("", CONFLICT)
        answer = Answer(outcome=code, raw=raw, reason=code)
        _keep(row, answer, rules.NO_ANSWER if code == rules.UNREACHABLE else rules.NOTED, now=now)
        if taken:
            Recall.objects.filter(pk=recall.pk, sent_at=None).update(sent_at=now)
        elif code not in (rules.UNREACHABLE, *OF_PAYMENT) and locked.status == REQUESTED:
            _answer(row, locked, REFUSED, code=NOT_TAKEN, at=now, now=now)
    return code


def _ask(recall: Recall, *, now: datetime) -> None:
    try:
        answer, fits = bank(recall.instruction.connector).query_recall(_request(recall)), True
    except TemporaryError as failure:
        answer, fits = Answer(outcome=rules.UNREACHABLE, raw=failure.raw, reason=failure.problem[:200]), False
    with transaction.atomic():
        row, locked = _lock(recall)
        fits = fits and (answer.amount, answer.currency) == (row.amount, row.currency)
        verdict = rules.verdict_on_recall(status=locked.status, outcome=answer.outcome, fits=fits)
        said_before = row.advice.filter(kind=Advice.RECALL, verdict=verdict, outcome=answer.outcome)
        if verdict in DOUBTS and said_before.exists():
            verdict = rules.NOTED  # people have been told
        kept = _keep(row, answer, verdict, now=now)
        if answer.outcome == rules.NOT_FOUND:  # the bank lost it, or never had it: send it again, under its id
            Recall.objects.filter(pk=locked.pk).update(sent_at=None)
        elif verdict == rules.CONFIRMED:
            said = ACCEPTED if answer.outcome == rules.RECALL_ACCEPTED else REFUSED
            code = answer.reason if said == REFUSED else ""
            _answer(row, locked, said, code=code, at=answer.happened_at or now, now=now)
        elif verdict in DOUBTS:
            data = {"order_ref": row.order_ref, "advice": kept.id, "status": locked.status, "says": answer.outcome}
            subject = f"recall:{locked.id}"
            audit.record(actor=advice.BANK, action="rails.contradict", subject=subject, now=now, data=data)
            advice.tell(row, facts.CONTRADICTED, now=now, advice=kept.id)


def _lock(recall: Recall) -> tuple[Instruction, Recall]:
    """Both rows, the payout's first: as where its end is written."""
    row = advice.lock(recall.instruction.pk)
    return row, Recall.objects.select_for_update().get(pk=recall.pk)


def _keep(row: Instruction, answer: Answer, verdict: str, *, now: datetime) -> Advice:
    return Advice.objects.create(
        connector=row.connector, kind=Advice.RECALL, raw=answer.raw, signature_ok=True, verdict=verdict,
        outcome=answer.outcome, instruction=row, bank_ref=answer.bank_ref, reason=answer.reason,
        amount=answer.amount, currency=answer.currency, happened_at=answer.happened_at, received_at=now,
    )  # fmt: skip


def _answer(row: Instruction, recall: Recall, said: str, *, code: str, at: datetime, now: datetime) -> None:
    before = (REQUESTED, UNANSWERED)
    if transition(Recall, recall.pk, before, said, answer=said, code=code, answered_at=at, rung=0):
        data = {"order_ref": row.order_ref, "says": said, "code": code}
        audit.record(actor=advice.BANK, action="rails.answer_recall", subject=f"recall:{recall.id}", now=now, data=data)
        recalled.tell(row, recall, now=now)


def _step(recall_id: UUID, *, now: datetime) -> None:
    """When it is looked at again; without a word until its day it is unanswered, which a later word still changes."""
    with transaction.atomic():
        recall = Recall.objects.select_related("instruction").select_for_update().get(pk=recall_id)
        rows = Recall.objects.filter(pk=recall_id)
        if recall.status == REQUESTED and now >= recall.answer_by:
            if transition(Recall, recall_id, REQUESTED, UNANSWERED, next_try_at=None):
                recalled.tell(recall.instruction, recall, now=now)
            return
        over = recall.status not in (REQUESTED, ACCEPTED)
        if over or (recall.status == ACCEPTED and recall.rung >= len(rules.RECALL_WAITS)):
            rows.update(next_try_at=None)  # after that the statement tells of money that has come back
            return
        at = now + rules.next_recall_wait(recall.rung)
        if recall.status == REQUESTED:
            at = min(at, recall.answer_by)
        rows.update(next_try_at=due(at, now=now), rung=F("rung") + 1)
