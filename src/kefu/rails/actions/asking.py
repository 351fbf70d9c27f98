"""Asking the bank: on the ladder, after a callback, or because somebody wants to know."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice
from kefu.rails.actions.instruction import due, is_own_time
from kefu.rails.actions.sending import send
from kefu.rails.connectors import Answer, TemporaryError, connector
from kefu.rails.models import CREATED, SUBMITTED, Advice, Instruction
from kefu.rails.queries import AdviceView, InstructionView, see_advice, see_instruction

_CLAIM = """
UPDATE rails_instruction SET next_query_at = %s WHERE id IN (
    SELECT id FROM rails_instruction WHERE next_query_at <= %s
    ORDER BY next_query_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def claim_due(*, now: datetime, limit: int = 50) -> Sequence[UUID]:
    """Take up to `limit` instructions whose rung is due; a claim that nobody works off lapses by itself."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + timedelta(seconds=rules.CLAIM_SECONDS), now, limit])
        return [row[0] for row in cursor.fetchall()]


def ask_soon(*, actor: Actor, instruction_id: UUID, now: datetime) -> None:
    """Have the worker ask the bank at once. For pages: the web process itself calls nothing outside."""
    with transaction.atomic():
        if not Instruction.objects.filter(pk=instruction_id).exists():
            raise NotFound()
        audit.record(actor=actor, action="rails.ask_soon", subject=f"instruction:{instruction_id}", now=now)
        payload = {"instruction": instruction_id}
        events.announce(kind=facts.ASK_WANTED, key=str(instruction_id), topics=[], payload=payload, now=now)


def ask_instead(*, actor: Actor, news: Iterable[UUID | None], now: datetime) -> bool:
    """Whether a file came by hand. Then it settles nothing: who could write one would credit whom they like. The bank
    is asked about what it has news of; what the bank does not confirm stays a break, cleared by two people.
    """
    if not actor.is_staff:
        return False
    for instruction_id in sorted({one for one in news if one}):
        ask_soon(actor=actor, instruction_id=instruction_id, now=now)
    return True


def ask_now(*, actor: Actor, instruction_id: UUID, now: datetime) -> AdviceView:
    """*Network.* Ask the bank and write its answer down; outcome UNREACHABLE when it gave none.

    The ladder is not moved by it. An instruction that the bank does not know is sent again, under its id,
    unless a sending may still be on its way or people have taken the order over.
    """
    row = Instruction.objects.filter(pk=instruction_id).first()
    if row is None:
        raise NotFound()
    audit.record(actor=actor, action="rails.ask_now", subject=f"instruction:{row.id}", now=now)
    return see_advice(_ask_and_write(row, now=now))


def submit_instruction(*, instruction_id: UUID, now: datetime) -> InstructionView:
    """*Network.* Send an instruction that was never sent; any other is left to the ladder.

    A house whose answer was news already is asked at once, so that a quick No or Yes, or its taking on, is known now.
    """
    row = Instruction.objects.filter(pk=instruction_id).first()
    if row is None:
        raise NotFound()
    if row.status == CREATED and row.attempts == 0 and is_own_time(row, now=now):
        _send_and_ask(row, now=now)
        row.refresh_from_db()
    return see_instruction(row)


def _send_and_ask(row: Instruction, *, now: datetime) -> None:
    if send(row, now=now) in rules.NEWS:
        row.refresh_from_db()
        if row.status not in rules.FINAL:
            _ask_and_write(row, now=now)


def climb(*, instruction_id: UUID, now: datetime) -> InstructionView | None:
    """*Network.* Work off the rung that is due: send what was never sent, else ask; then set the next rung.

    After the last rung the ladder ends: people take over (`rails.ladder_ended`), and the bank is asked once a day.
    None: nothing was to do.
    """
    row = Instruction.objects.filter(pk=instruction_id).first()
    if row is None or row.next_query_at is None or not is_own_time(row, now=now):
        return None
    if row.status == CREATED and row.attempts == 0:
        _send_and_ask(row, now=now)
    else:
        _ask_and_write(row, now=now, on_ladder=True)
    row.refresh_from_db()
    return see_instruction(row)


def _ask_and_write(row: Instruction, *, now: datetime, on_ladder: bool = False) -> Advice:
    answer = _ask(row)
    with transaction.atomic():
        locked = advice.lock(row.pk)
        written = _write(locked, answer, now=now)
        if on_ladder:
            _step(locked, answer.outcome, now=now)
    if answer.outcome == rules.NOT_FOUND and _may_send(locked, now=now):
        send(locked, now=now)
    return written


def _may_send(row: Instruction, *, now: datetime) -> bool:
    waiting = row.status not in rules.FINAL and row.ladder_ended_at is None
    return waiting and rules.may_send_again(sent_at=row.sent_at, now=now)


def _ask(row: Instruction) -> Answer:
    try:
        return connector(row.connector).query(row.id, direction=row.direction)
    except TemporaryError as failure:
        return Answer(outcome=rules.UNREACHABLE, raw=failure.raw, reason=failure.problem[:200])


def _write(row: Instruction, answer: Answer, *, now: datetime) -> Advice:
    Instruction.objects.filter(pk=row.pk).update(asks=F("asks") + 1)
    row.asks += 1
    ended_at = row.ladder_ended_at if row.status not in rules.FINAL else None
    may_be = rules.never_arrived(outcome=answer.outcome, ended_at=ended_at, sent_at=row.sent_at, now=now)
    if may_be and not _was_known(row):
        answer = replace(
            answer, outcome=rules.FAILED, reason=rules.NEVER_ARRIVED, amount=row.amount, currency=row.currency
        )
    written = advice.write(row, answer, kind=Advice.QUERY, now=now)
    if row.status == SUBMITTED and row.asks >= rules.UNKNOWN_AFTER_ASKS:
        advice.mark_unknown(row, now=now)
    return written


def _was_known(row: Instruction) -> bool:
    """Whether the bank ever spoke of it as its own. Should it not know it any more, that is for people. What it says to
    a recall is about the recall: that it does not know the payment, say.
    """
    said = Advice.objects.filter(instruction=row, signature_ok=True).exclude(kind=Advice.RECALL)
    return said.exclude(verdict=rules.NO_ANSWER).exclude(outcome=rules.NOT_FOUND).exists()


def _step(row: Instruction, outcome: str, *, now: datetime) -> None:
    if row.status in rules.FINAL and outcome != rules.UNREACHABLE:
        Instruction.objects.filter(pk=row.pk).update(next_query_at=None)
        return
    rung = rules.next_rung(rung=row.rung, ladder=settings.RAILS_LADDER_SECONDS, created_at=row.happened_at, now=now)
    row.rung = rung.number
    if rung.due is not None:
        Instruction.objects.filter(pk=row.pk).update(rung=rung.number, next_query_at=due(rung.due, now=now))
        return
    if row.status in rules.FINAL:
        Instruction.objects.filter(pk=row.pk).update(next_query_at=None)
        return
    tomorrow = due(now + timedelta(seconds=rules.AFTERWARDS_SECONDS), now=now)
    ended = row.ladder_ended_at or now
    Instruction.objects.filter(pk=row.pk).update(next_query_at=tomorrow, ladder_ended_at=ended)
    if row.ladder_ended_at:
        return
    row.ladder_ended_at = ended
    advice.mark_unknown(row, now=now)
    audit.record(actor=advice.BANK, action="rails.end_ladder", subject=f"instruction:{row.id}", now=now)
    advice.tell(row, facts.LADDER_ENDED, now=now)
