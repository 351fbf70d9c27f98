"""Writing down what a bank said, and settling an instruction by it, with the instruction's row locked."""

from datetime import datetime
from typing import Any

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import recalled
from kefu.rails.connectors import Answer
from kefu.rails.models import ACKNOWLEDGED, CREATED, SUBMITTED, UNKNOWN, Advice, Instruction

BANK = Actor(kind="bank", id="rails", label="Bank")


def lock(instruction_id: Any) -> Instruction:
    """The instruction's row, locked until the transaction ends."""
    return Instruction.objects.select_for_update().get(pk=instruction_id)


def write(row: Instruction, answer: Answer, *, kind: str, settles: bool = True, now: datetime) -> Advice:
    """Write `answer` down with the verdict that it deserves, and let it settle the instruction if it may."""
    fits = kind == Advice.ANSWER or (answer.amount, answer.currency) == (row.amount, row.currency)
    verdict = rules.verdict_on(direction=row.direction, status=row.status, outcome=answer.outcome, fits=fits)
    if verdict == rules.CONFIRMED and not settles:
        verdict = rules.NOTED
    advice = Advice.objects.create(
        connector=row.connector,
        kind=kind,
        raw=answer.raw,
        signature_ok=True,
        verdict=verdict,
        outcome=answer.outcome,
        instruction=row,
        bank_ref=answer.bank_ref,
        reason=answer.reason,
        amount=answer.amount,
        currency=answer.currency,
        happened_at=answer.happened_at,
        received_at=now,
    )
    if kind != Advice.ANSWER:  # what is said in reply to the sending proves nothing, neither this nor the end
        _acknowledge(row, answer, verdict, now=now)
    if verdict == rules.CONFIRMED:
        _settle(row, answer, advice, now=now)
    elif verdict in (rules.CONTRADICTED, rules.MISMATCHED):
        audit.record(
            actor=BANK,
            action="rails.contradict",
            subject=f"instruction:{row.id}",
            now=now,
            data={
                "order_ref": row.order_ref,
                "advice": advice.id,
                "status": row.status,
                "says": answer.outcome,
            },
        )
        tell(row, facts.CONTRADICTED, now=now, advice=advice.id)
    return advice


def _acknowledge(row: Instruction, answer: Answer, verdict: str, *, now: datetime) -> None:
    """A biller has taken the payment on: since when, and as the status while nothing final is known."""
    if row.acknowledged_at or verdict == rules.MISMATCHED:
        return
    if answer.outcome == rules.ACKNOWLEDGED:
        at, ref = answer.acknowledged_at or now, answer.bank_ref or row.bank_ref
        before = (CREATED, SUBMITTED, UNKNOWN)
        if transition(Instruction, row.id, before, ACKNOWLEDGED, acknowledged_at=at, bank_ref=ref):
            row.status, row.acknowledged_at, row.bank_ref = ACKNOWLEDGED, at, ref
            tell(row, facts.STATUS_CHANGED, now=now)
    elif answer.outcome in (rules.SUCCEEDED, rules.RETURNED) and answer.acknowledged_at:
        row.acknowledged_at = answer.acknowledged_at
        Instruction.objects.filter(pk=row.id).update(acknowledged_at=row.acknowledged_at)


def _settle(row: Instruction, answer: Answer, advice: Advice, *, now: datetime) -> None:
    before = row.status
    moved = transition(
        Instruction,
        row.id,
        before,
        answer.outcome,
        bank_ref=answer.bank_ref or row.bank_ref,
        reason=answer.reason,
        outcome_at=answer.happened_at or now,
        next_query_at=None,
    )
    if not moved:
        raise RuntimeError(f"instruction {row.id} moved under its lock")
    row.refresh_from_db()
    audit.record(
        actor=BANK,
        action="rails.settle",
        subject=f"instruction:{row.id}",
        now=now,
        data={"order_ref": row.order_ref, "advice": advice.id, "from": before, "to": row.status},
    )
    tell(row, facts.OUTCOME_KNOWN, now=now, advice=advice.id)
    recalled.end_with(row, now=now)


def mark_unknown(row: Instruction, *, now: datetime) -> None:
    """From now on nobody can say what becomes of the instruction, until the bank does."""
    if row.status in (CREATED, SUBMITTED) and transition(Instruction, row.id, (CREATED, SUBMITTED), UNKNOWN):
        row.status = UNKNOWN
        tell(row, facts.STATUS_CHANGED, now=now)


def tell(row: Instruction, kind: str, *, now: datetime, **more: Any) -> None:
    """Announce a fact about the instruction, in order with its others."""
    payload = {"order_ref": row.order_ref, "instruction": row.id, **more}
    events.announce(kind=kind, key=row.order_ref, topics=[], payload=payload, now=now)
