"""What becomes of a withdrawal: paid, refused, or given back by the card's bank long after, each booked once."""

from datetime import datetime

from kefu.core import audit
from kefu.ledger.chart import Journal
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.models import Order

HOLD = "hold"
FINAL = ("SUCCEEDED", "FAILED", "RETURNED")


def hold(order: Order, *, account: int, now: datetime) -> list[book.Leg]:
    """Reserve amount and fee: they are not available any more, and not yet gone."""
    transit = book.house("L20", order)
    return [
        book.Leg(
            name=HOLD,
            debit=account,
            credit=transit,
            amount=order.amount + order.fee,
            journal=Journal.WITHDRAW,
            happened_at=now,
            kind="hold",
        )
    ]


def settle(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """Apply the bank's final word to the locked order; what it has said already changes nothing.

    Also to one that people have taken over: whether the money has left is the bank's to say alone.
    """
    if advice.outcome == "FAILED":
        if order.status in m.OPEN:
            _give_back_hold(order, advice, now=now)
        return
    if order.status in m.OPEN:
        _pay(order, advice, now=now)
    if advice.outcome == "RETURNED" and order.status == m.SUCCEEDED:
        _take_back(order, advice, now=now)


def _pay(order: Order, advice: AdviceView, *, now: datetime) -> None:
    happened = advice.happened_at or advice.received_at
    evidence = f"advice:{advice.id}"
    paid = book.Leg(
        name="paid",
        amount=order.amount + order.fee,
        journal=Journal.WITHDRAW,
        happened_at=happened,
        kind="post_hold",
        hold=HOLD,
        evidence_ref=evidence,
    )
    book.post(order, [paid, *_fee(order, now=now)], now=now)
    book.move(order, m.SUCCEEDED, settled_at=now, reason="")
    book.write_step(order, "paid_out", at=happened, heard_at=now, source_ref=evidence)
    _record(order, "wallet.pay_out", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    if advice.outcome == "SUCCEEDED":
        _tell(order, "withdrawal_done", now=now)
    _clear_what_stands(order, now=now)


def _fee(order: Order, *, now: datetime) -> list[book.Leg]:
    """The fee is earned with the payout: ours, and no longer safeguarded."""
    if not order.fee:
        return []
    transit, earned = book.house("L20", order), book.house("I10", order)
    out, to = book.house("A11", order), book.house("A10", order)
    return [
        book.Leg(
            name="fee", debit=transit, credit=earned, amount=order.fee, journal=Journal.FEE, happened_at=now
        ),
        book.Leg(name="sweep", debit=out, credit=to, amount=order.fee, journal=Journal.SWEEP_LEG, happened_at=now),
    ]


def _take_back(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """The card could not take it: amount and fee are the customer's again, and so is the quota that it used."""
    happened, evidence = advice.happened_at or advice.received_at, f"advice:{advice.id}"
    account = m.Wallet.objects.get(pk=order.customer_id).account
    legs = [
        book.Leg(
            name="returned",
            debit=book.house("A20", order),
            credit=account,
            amount=order.amount,
            journal=Journal.WITHDRAW_RETURN,
            happened_at=happened,
            evidence_ref=evidence,
        )
    ]
    if order.fee:
        earned, safe, own = (book.house(code, order) for code in ("I10", "A10", "A11"))
        legs += [
            book.Leg(name="fund", debit=safe, credit=own, amount=order.fee, journal=Journal.FUND_LEG, happened_at=now),
            book.Leg(
                name="fee_back", debit=earned, credit=account, amount=order.fee, journal=Journal.FEE, happened_at=now
            ),
        ]
    book.post(order, legs, now=now)
    book.move(order, m.RETURNED, returned_at=now, reason=advice.reason or "unnamed")
    data = {"reason": order.reason}
    book.write_step(order, "returned", at=happened, heard_at=now, source_ref=evidence, data=data)
    _record(order, "wallet.take_back_payout", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell_failed(order, now=now)
    _clear_what_stands(order, now=now)


def _give_back_hold(order: Order, advice: AdviceView, *, now: datetime) -> None:
    happened, evidence = advice.happened_at or advice.received_at, f"advice:{advice.id}"
    void = book.Leg(
        name="void",
        journal=Journal.WITHDRAW,
        happened_at=happened,
        kind="void_hold",
        hold=HOLD,
        evidence_ref=evidence,
    )
    book.post(order, [void], now=now)
    book.move(order, m.FAILED, reason=advice.reason or "unnamed")
    book.write_step(
        order, "failed", at=happened, heard_at=now, source_ref=evidence, data={"reason": order.reason}
    )
    _record(order, "wallet.fail_withdrawal", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell_failed(order, now=now)


def _clear_what_stands(order: Order, *, now: datetime) -> None:
    for line in outside.statement_lines_of(book.ref_of(order.id)):
        clear(order, line, now=now)


def clear(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """The bank's statement shows the money going, or coming back: book it, once; False when it was, or is too early."""
    if line.kind == "payout":
        step, journal, sides = "cleared", Journal.WITHDRAW_SETTLED, ("L20", "A10")
        due = order.status in (m.SUCCEEDED, m.RETURNED)
    else:
        step, journal, sides = "return_cleared", Journal.RETURN_SETTLED, ("A10", "A20")
        due = order.status == m.RETURNED
    if not due or order.steps.filter(code=step).exists():
        return False
    debit, credit = (book.house(code, order) for code in sides)
    evidence = f"advice:{line.advice}" if line.advice else ""
    leg = book.Leg(
        name=step,
        debit=debit,
        credit=credit,
        amount=order.amount,
        journal=journal,
        happened_at=line.happened_at,
        evidence_ref=evidence,
    )
    book.post(order, [leg], now=now)
    book.write_step(order, step, at=line.happened_at, heard_at=now, source_ref=evidence)
    return True


def _record(order: Order, action: str, advice: AdviceView, *, now: datetime) -> None:
    data = {"advice": advice.id, "amount": order.amount, "fee": order.fee, "reason": order.reason}
    audit.record(actor=telling.BANK, action=action, subject=book.ref_of(order.id), now=now, data=data)


def _tell(order: Order, kind: str, *, now: datetime) -> None:
    amount, ref = telling.amount_of(order), book.ref_of(order.id)
    values = {"amount": amount, "card": order.payee_label, "no": order.no}
    telling.tell(order.customer_id, kind, actor=telling.BANK, ref=ref, now=now, **values)
