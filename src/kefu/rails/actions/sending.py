"""Sending an instruction, always under the same id, and writing down what the bank answered."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice
from kefu.rails.actions.instruction import due
from kefu.rails.connectors import Answer, Order, PermanentError, TemporaryError, connector
from kefu.rails.models import CREATED, SUBMITTED, Advice, Instruction

CONFLICT = "instruction_conflict"


def send(row: Instruction, *, now: datetime) -> str:
    """*Network.* Send (again), write the answer down, return its outcome.

    A refusal settles the instruction: the bank took nothing. Any other answer, also a final one or that it has taken
    the payment on, is only noted and confirmed by a question. No answer leaves UNKNOWN.
    """
    # Written before the network is touched: a worker that dies there leaves a row that is taken up again.
    claim = due(now + timedelta(seconds=rules.CLAIM_SECONDS), now=now)
    sent = Instruction.objects.filter(pk=row.pk)
    # Against its being cancelled meanwhile: what has ended is not sent.
    if not sent.exclude(status__in=rules.FINAL).update(attempts=F("attempts") + 1, sent_at=now, next_query_at=claim):
        row.refresh_from_db(fields=["status"])
        return row.status
    answer, refused = _call(row)
    with transaction.atomic():
        locked = advice.lock(row.pk)
        advice.write(locked, answer, kind=Advice.ANSWER, settles=refused, now=now)
        if answer.outcome == rules.UNREACHABLE:
            advice.mark_unknown(locked, now=now)
        elif not refused:
            _accepted(locked, answer, now=now)
        if locked.status not in rules.FINAL:
            wait = 0 if answer.outcome in rules.NEWS else settings.RAILS_LADDER_SECONDS[0]
            soon = due(now + timedelta(seconds=wait), now=now)
            sent.update(next_query_at=soon, rung=max(locked.rung, 1))
    return answer.outcome


def _accepted(row: Instruction, answer: Answer, *, now: datetime) -> None:
    if transition(Instruction, row.pk, CREATED, SUBMITTED, bank_ref=answer.bank_ref):
        advice.tell(row, facts.STATUS_CHANGED, now=now)
    elif answer.bank_ref and not row.bank_ref:
        Instruction.objects.filter(pk=row.pk).update(bank_ref=answer.bank_ref)


def _call(row: Instruction) -> tuple[Answer, bool]:
    """The bank's answer, and whether it refused the instruction as it is."""
    order = Order(
        instruction=row.id,
        direction=row.direction,
        instrument_token=row.instrument_token,
        amount=row.amount,
        currency=row.currency,
        happened_at=row.happened_at if rules.is_history(row.happened_at, written_at=row.written_at) else None,
    )
    try:
        return connector(row.connector).submit(order), False
    except TemporaryError as failure:
        return Answer(outcome=rules.UNREACHABLE, raw=failure.raw, reason=failure.problem[:200]), False
    except PermanentError as refused:
        if refused.code == CONFLICT:
            # The bank knows our id with another body, so it has *something*: only a question can tell what.
            return Answer(outcome=rules.UNREACHABLE, raw=refused.raw, reason=refused.code), False
        return Answer(outcome=rules.FAILED, raw=refused.raw, reason=refused.code), True
