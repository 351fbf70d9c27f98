"""What becomes of a top-up: credited on the bank's word or refused, cleared when the statement shows it, each once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.core import audit
from kefu.ledger.chart import Journal
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.models import Order

FINAL = ("SUCCEEDED", "FAILED")


def settle(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """Apply the bank's final word to the locked order; what has been credited stays.

    A Yes credits, also after a No or long after; only one that people have taken over (MANUAL) waits for
    `complete_topup`. A No fails it.
    """
    if order.status == m.SUCCEEDED:
        return
    if advice.outcome != "SUCCEEDED":
        if order.status != m.FAILED:
            _fail(order, advice, now=now)
    elif order.status == m.MANUAL:
        _confirm_only(order, advice, now=now)
    else:
        credit(order, advice, step="credited", notice="topup_done", now=now)


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


def clear(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """The bank's statement shows the money: book it, once; False when it was, or is too early."""
    return order.status == m.SUCCEEDED and clear_charge(order, line, now=now)


def clear_charge(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """What was charged to a card stands on the statement: book it, once; False when it was."""
    if order.cleared_at:
        return False
    book.post(order, [clearing(order, happened_at=line.happened_at, advice=line.advice)], now=now)
    Order.objects.filter(pk=order.pk).update(cleared_at=now)
    source = f"advice:{line.advice}"
    book.write_step(order, "cleared", at=line.happened_at, heard_at=now, source_ref=source)
    return True
