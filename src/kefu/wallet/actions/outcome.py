"""What becomes of an order that a bank carries out: settled on its confirmed word, once, in whatever order it is heard.

What that is for each kind stands in a file of its own: `CARRIED` names it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, payin, payout, telling
from kefu.wallet.actions.shop import charge, sendback
from kefu.wallet.models import Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import EvidenceMissing

NOT_SENT = (m.CREATED, m.HELD)
WAITING = (*NOT_SENT, m.SUBMITTED, m.UNKNOWN)
CARRIED = {
    m.TOPUP: payin,
    m.PAYMENT: charge,
    m.REFUND: sendback,
    m.REROUTE: sendback,
    **dict.fromkeys(payout.WAYS, payout),
}
"""Of each kind that a bank carries out: `FINAL`, the words that end it, and `settle` and `clear`, which book them."""


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
        _take_on(order, instruction, now=now)
        for to, code in _steps_outside(instruction, order.status):
            book.move(order, to)
            at = (instruction.ladder_ended_at if to == m.MANUAL else instruction.sent_at) or now
            heard = at if instruction.is_history else now
            book.write_step(order, code, at=at, heard_at=heard, source_ref=f"instruction:{instruction.id}")
            telling.order_changed(order, balance=False, now=now)
        return order.status


def _steps_outside(instruction: outside.InstructionView, status: str) -> list[tuple[str, str]]:
    if instruction.ladder_ended_at and status in (*WAITING, m.ACKNOWLEDGED):
        return [(m.MANUAL, "manual")]
    if instruction.status == m.SUBMITTED and status in NOT_SENT:
        return [(m.SUBMITTED, "submitted")]
    if instruction.status == m.UNKNOWN and status in (*NOT_SENT, m.SUBMITTED):
        return [(m.UNKNOWN, "unknown")]
    return []


def apply_outcome(*, actor: Actor, order_id: UUID, advice_id: UUID, now: datetime) -> OrderView:
    """Apply the bank's final word to the order, once, whoever hears it first and however often.

    Refuses `wallet.topup.evidence_missing`.
    """
    _apply(order_id, outside.advice(advice_id), now=now)
    return order_for(actor, order_id)


def _apply(order_id: UUID, advice: AdviceView, *, now: datetime) -> Order:
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(m.WITH_BANK, pk=order_id).first()
        if order is None:
            raise NotFound()
        check_evidence(order, advice)
        # What is entered as history belongs to its own time, whoever of the two comes first to apply it.
        now = advice.received_at if advice.is_history else now
        _catch_up(order, now=now)
        CARRIED[order.kind].settle(order, advice, now=now)
    return order


def _catch_up(order: Order, *, now: datetime) -> None:
    """The outcome may be heard before the bank's acceptance: the timeline still tells of both."""
    late = NOT_SENT if order.kind not in m.TO_PAYEE else WAITING
    instruction = outside.instruction_of(book.ref_of(order.id)) if order.status in late else None
    if instruction is None:
        return
    if order.status in NOT_SENT and instruction.bank_ref and instruction.sent_at:
        book.move(order, m.SUBMITTED)
        source = f"instruction:{instruction.id}"
        book.write_step(order, "submitted", at=instruction.sent_at, heard_at=now, source_ref=source)
    _take_on(order, instruction, now=now)


def _take_on(order: Order, instruction: outside.InstructionView, *, now: datetime) -> None:
    """A biller acknowledges before it books: the wallet is debited by then, whichever of the two is heard first."""
    if instruction.acknowledged_at and order.status in WAITING and order.kind in m.TO_PAYEE:
        at = instruction.acknowledged_at
        heard = at if instruction.is_history else now
        payout.acknowledge(order, at=at, source=f"instruction:{instruction.id}", now=heard)


def check_evidence(order: Order, advice: AdviceView) -> None:
    """Refuse `wallet.topup.evidence_missing` unless it is the bank's final word about this very order.

    A callback is nobody's final word. A refusal at submission can only be a No; only a payout can come back.
    """
    why = ""
    if advice.order_ref != book.ref_of(order.id):
        why = "about another order"
    elif advice.verdict not in ("confirmed", "noted") or advice.outcome not in CARRIED[order.kind].FINAL:
        why = f"verdict {advice.verdict}, outcome {advice.outcome or 'none'}"
    elif advice.kind not in ("query", "statement", "file") and (advice.kind, advice.outcome) != ("answer", "FAILED"):
        why = f"kind {advice.kind}"
    elif advice.outcome != "FAILED" and (advice.amount, advice.currency) != (order.amount, order.currency):
        why = "another amount"
    if why:
        raise EvidenceMissing(why=why)


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
            order = Order.objects.select_for_update().filter(m.WITH_BANK, pk=order_id).first()
            if order is not None:
                cleared += CARRIED[order.kind].clear(order, line, now=now)
    return cleared


