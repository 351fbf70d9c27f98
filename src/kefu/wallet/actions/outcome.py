"""What becomes of an order that a bank carries out: settled on its confirmed word, once, in whatever order it is heard.

Top-ups are credited here; what becomes of a withdrawal stands in `payout`.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.ledger.chart import Journal
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, payout, telling
from kefu.wallet.models import Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import EvidenceMissing

NOT_SENT = (m.CREATED, m.HELD)
FINAL_OF = {m.TOPUP: ("SUCCEEDED", "FAILED"), m.WITHDRAWAL: ("SUCCEEDED", "FAILED", "RETURNED")}


def follow_instruction(*, order_id: UUID, now: datetime) -> str:
    """Bring the order to where its instruction stands; returns the order's status. Safe to repeat."""
    ref = book.ref_of(order_id)
    instruction = outside.instruction_of(ref)
    if instruction is None:
        return ""
    if instruction.status in (m.SUCCEEDED, m.FAILED, m.RETURNED):
        advice = outside.settling_advice_of(ref)
        if advice is not None:
            return _apply(order_id, advice, now=now).status
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        for to, code in _steps_outside(instruction, order.status):
            book.move(order, to)
            at = (instruction.ladder_ended_at if to == m.MANUAL else instruction.sent_at) or now
            heard = at if instruction.is_history else now
            book.write_step(order, code, at=at, heard_at=heard, source_ref=f"instruction:{instruction.id}")
            telling.order_changed(order, balance=False, now=now)
        return order.status


def _steps_outside(instruction: outside.InstructionView, status: str) -> list[tuple[str, str]]:
    if instruction.ladder_ended_at and status in (*NOT_SENT, m.SUBMITTED, m.UNKNOWN):
        return [(m.MANUAL, "manual")]
    if instruction.status == m.SUBMITTED and status in NOT_SENT:
        return [(m.SUBMITTED, "submitted")]
    if instruction.status == m.UNKNOWN and status in (*NOT_SENT, m.SUBMITTED):
        return [(m.UNKNOWN, "unknown")]
    return []


def apply_outcome(*, actor: Actor, order_id: UUID, advice_id: UUID, now: datetime) -> OrderView:
    """Apply the bank's final word to the order, once, whoever hears it first and however often.

    For a top-up a Yes credits, also after a No or long after; only one that people have taken over (MANUAL)
    waits for `complete_topup`. A No fails it. Refuses `wallet.topup.evidence_missing`.
    """
    _apply(order_id, outside.advice(advice_id), now=now)
    return order_for(actor, order_id)


def _apply(order_id: UUID, advice: AdviceView, *, now: datetime) -> Order:
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(pk=order_id, kind__in=m.BY_BANK).first()
        if order is None:
            raise NotFound()
        check_evidence(order, advice)
        # What is entered as history belongs to its own time, whoever of the two comes first to apply it.
        now = advice.received_at if advice.is_history else now
        _catch_up(order, now=now)
        if order.kind == m.WITHDRAWAL:
            payout.settle(order, advice, now=now)
        elif order.status != m.SUCCEEDED:
            _settle_topup(order, advice, now=now)
    return order


def _settle_topup(order: Order, advice: AdviceView, *, now: datetime) -> None:
    if advice.outcome != "SUCCEEDED":
        if order.status != m.FAILED:
            _fail(order, advice, now=now)
    elif order.status == m.MANUAL:
        _confirm_only(order, advice, now=now)
    else:
        credit(order, advice, step="credited", notice="topup_done", now=now)


def _catch_up(order: Order, *, now: datetime) -> None:
    """The outcome may be heard before the bank's acceptance: the timeline still tells of both."""
    instruction = outside.instruction_of(book.ref_of(order.id)) if order.status in NOT_SENT else None
    if instruction is not None and instruction.bank_ref and instruction.sent_at:
        book.move(order, m.SUBMITTED)
        source = f"instruction:{instruction.id}"
        book.write_step(order, "submitted", at=instruction.sent_at, heard_at=now, source_ref=source)


def check_evidence(order: Order, advice: AdviceView) -> None:
    """Refuse `wallet.topup.evidence_missing` unless it is the bank's final word about this very order.

    A callback is nobody's final word. A refusal at submission can only be a No; only a payout can come back.
    """
    why = ""
    if advice.order_ref != book.ref_of(order.id):
        why = "about another order"
    elif advice.verdict not in ("confirmed", "noted") or advice.outcome not in FINAL_OF[order.kind]:
        why = f"verdict {advice.verdict}, outcome {advice.outcome or 'none'}"
    elif advice.kind not in ("query", "statement") and (advice.kind, advice.outcome) != ("answer", "FAILED"):
        why = f"kind {advice.kind}"
    elif advice.outcome != "FAILED" and (advice.amount, advice.currency) != (order.amount, order.currency):
        why = "another amount"
    if why:
        raise EvidenceMissing(why=why)


def credit(order: Order, advice: AdviceView, *, step: str, notice: str, now: datetime, **values: str) -> None:
    """Post the top-up by the bank's word, and its clearing when the statement has shown the money already."""
    evidence, happened = f"advice:{advice.id}", advice.happened_at or advice.received_at
    wallet = m.Wallet.objects.get(pk=order.customer_id)
    legs = [
        book.Leg(
            name="topup",
            debit=book.house("A20", order),
            credit=wallet.account,
            amount=order.amount,
            journal=Journal.TOPUP,
            happened_at=happened,
            evidence_ref=evidence,
        )
    ]
    changes: dict[str, Any] = {"settled_at": now, "reason": "", "case_ref": order.case_ref}
    for line in outside.statement_lines_of(book.ref_of(order.id)):
        legs.append(clearing(order, happened_at=line.happened_at, advice=line.advice))
        changes["cleared_at"] = now
    book.post(order, legs, now=now)
    late = order.status == m.FAILED
    book.move(order, m.SUCCEEDED, **changes)
    book.write_step(order, step, at=happened, heard_at=now, source_ref=evidence, data={"late": late})
    audit.record(
        actor=telling.BANK,
        action="wallet.credit_topup",
        subject=book.ref_of(order.id),
        now=now,
        case_ref=order.case_ref,
        data={"advice": advice.id, "amount": order.amount, "late": late},
    )
    telling.order_changed(order, balance=True, now=now)
    amount = telling.amount_of(order)
    ref = book.ref_of(order.id)
    telling.tell(order.customer_id, notice, actor=telling.BANK, ref=ref, now=now, amount=amount, no=order.no, **values)


def clearing(order: Order, *, happened_at: datetime, advice: UUID | None) -> book.Leg:
    """The bank's money stands on its statement: it is in the safeguarded account."""
    return book.Leg(
        name="settled",
        debit=book.house("A10", order),
        credit=book.house("A20", order),
        amount=order.amount,
        journal=Journal.TOPUP_SETTLED,
        happened_at=happened_at,
        evidence_ref=f"advice:{advice}" if advice else "",
    )


def _confirm_only(order: Order, advice: AdviceView, *, now: datetime) -> None:
    source = f"advice:{advice.id}"
    if not order.steps.filter(code="bank_confirmed", source_ref=source).exists():
        at = advice.happened_at or advice.received_at
        book.write_step(order, "bank_confirmed", at=at, heard_at=advice.received_at, source_ref=source)
        telling.order_changed(order, balance=False, now=now)


def _fail(order: Order, advice: AdviceView, *, now: datetime) -> None:
    book.move(order, m.FAILED, reason=advice.reason or "unnamed")
    book.write_step(
        order,
        "failed",
        at=advice.happened_at or advice.received_at,
        heard_at=now,
        source_ref=f"advice:{advice.id}",
        data={"reason": order.reason},
    )
    data = {"advice": advice.id, "reason": order.reason}
    subject = book.ref_of(order.id)
    audit.record(actor=telling.BANK, action="wallet.fail_topup", subject=subject, now=now, data=data)
    telling.order_changed(order, balance=False, now=now)
    telling.tell_failed(order, now=now)


def note_contradiction(*, order_id: UUID, advice_id: UUID, now: datetime) -> None:
    """The bank says something that does not fit what it said before: written on the order, nothing moves."""
    advice = outside.advice(advice_id)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        source = f"advice:{advice.id}"
        if not order.steps.filter(code="contradicted", source_ref=source).exists():
            data = {"says": advice.outcome, "status": order.status}
            at = advice.happened_at or advice.received_at
            book.write_step(order, "contradicted", at=at, heard_at=now, source_ref=source, data=data)
            telling.order_changed(order, balance=False, now=now)


def clear_orders(*, statement_id: UUID, now: datetime) -> int:
    """Post the clearing of every order on a statement that was settled and not cleared; returns how many.

    An order that is settled later finds its line by itself.
    """
    cleared = 0
    for line in outside.settled_lines(statement_id):
        with transaction.atomic():
            order_id = UUID(line.order_ref.removeprefix("order:"))
            order = Order.objects.select_for_update().filter(pk=order_id, kind__in=m.BY_BANK).first()
            if order is not None and order.kind == m.WITHDRAWAL:
                cleared += payout.clear(order, line, now=now)
            elif order is not None:
                cleared += _clear_topup(order, line, now=now)
    return cleared


def _clear_topup(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    if order.status != m.SUCCEEDED or order.cleared_at:
        return False
    book.post(order, [clearing(order, happened_at=line.happened_at, advice=line.advice)], now=now)
    Order.objects.filter(pk=order.pk).update(cleared_at=now)
    source = f"advice:{line.advice}"
    book.write_step(order, "cleared", at=line.happened_at, heard_at=now, source_ref=source)
    return True
