"""What becomes of money paid out through a house outside: taken on, paid, refused, or given back long after, each
booked once. Withdrawals go through the bank, bills and repayments through a biller or lender: `WAYS` says how.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kefu.core import audit
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.models import Order
from kefu.wallet.queries.provisional import made_good
from kefu.wallet.rules.payee import payee_ref

HOLD = "hold"
FINAL = ("SUCCEEDED", "FAILED", "RETURNED")


@dataclass(frozen=True, kw_only=True)
class Way:
    """`transit` is the account that money on its way stands in, `income` where its fee is earned; then the journals of
    taking it, of the statement that shows it, and of its coming back; and the steps that tell of paying and returning.
    """

    transit: Callable[[Order], int]
    income: str
    taken: Journal
    settled: Journal
    back: Journal
    paid: str
    returned: str


def payable(order: Order) -> int:
    """What we owe the biller or lender of the order."""
    assert order.account is not None
    return books.account("L31", payee_ref(order.account.payee), order.currency)


_TO_PAYEE = Way(
    transit=payable,
    income="I11",
    taken=Journal.REPAY,
    settled=Journal.REPAY_SETTLED,
    back=Journal.REPAY_RETURN,
    paid="posted",
    returned="reversed",
)
WAYS = {
    m.WITHDRAWAL: Way(
        transit=lambda order: book.house("L20", order),
        income="I10",
        taken=Journal.WITHDRAW,
        settled=Journal.WITHDRAW_SETTLED,
        back=Journal.WITHDRAW_RETURN,
        paid="paid_out",
        returned="returned",
    ),
    m.DISBURSEMENT: Way(
        transit=lambda order: book.house("L20", order),
        income="",
        taken=Journal.DISBURSE,
        settled=Journal.DISBURSE_SETTLED,
        back=Journal.DISBURSE_RETURN,
        paid="paid_out",
        returned="given_back",
    ),
    m.BILL: _TO_PAYEE,
    m.REPAYMENT: _TO_PAYEE,
}


def hold(order: Order, *, account: int, now: datetime) -> list[book.Leg]:
    """Reserve amount and fee: they are not available any more, and not yet gone."""
    way = WAYS[order.kind]
    return [
        book.Leg(
            name=HOLD,
            debit=account,
            credit=way.transit(order),
            amount=order.amount + order.fee,
            journal=way.taken,
            happened_at=now,
            kind="hold",
        )
    ]


def _take(order: Order, *, at: datetime, evidence: str) -> book.Leg:
    """What was held leaves the wallet."""
    return book.Leg(
        name="paid",
        amount=order.amount + order.fee,
        journal=WAYS[order.kind].taken,
        happened_at=at,
        kind="post_hold",
        hold=HOLD,
        evidence_ref=evidence,
    )


def acknowledge(order: Order, *, at: datetime, source: str, now: datetime) -> None:
    """The biller has taken the payment on: the wallet is debited, we owe it to the biller, who has not booked it."""
    book.post(order, [_take(order, at=at, evidence=source)], now=now)
    book.move(order, m.ACKNOWLEDGED, acknowledged_at=at)
    book.write_step(order, "acknowledged", at=at, heard_at=now, source_ref=source)
    book.write_step(order, "debited", at=now, heard_at=now)
    telling.order_changed(order, balance=True, now=now)


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
    taken = [] if order.acknowledged_at else [_take(order, at=happened, evidence=evidence)]
    legs = [*taken, *_fee(order, now=now)]
    if legs:
        book.post(order, legs, now=now)
    book.move(order, m.SUCCEEDED, settled_at=now, reason="")
    book.write_step(order, WAYS[order.kind].paid, at=happened, heard_at=now, source_ref=evidence)
    _record(order, "wallet.pay_out", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    if advice.outcome == "SUCCEEDED":
        _tell(order, f"{order.kind}_done", now=now)
    _clear_what_stands(order, now=now)


def _fee(order: Order, *, now: datetime) -> list[book.Leg]:
    """The fee is earned with the payout: ours, and no longer safeguarded."""
    if not order.fee:
        return []
    way = WAYS[order.kind]
    transit, earned = way.transit(order), book.house(way.income, order)
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
    account, way = _wallet(order), WAYS[order.kind]
    ours = min(order.amount, made_good(order.id))
    legs = _come_back(order, account, ours, at=happened, evidence=evidence)
    if order.fee:
        earned, safe, own = (book.house(code, order) for code in (way.income, "A10", "A11"))
        legs += [
            book.Leg(name="fund", debit=safe, credit=own, amount=order.fee, journal=Journal.FUND_LEG, happened_at=now),
            book.Leg(
                name="fee_back", debit=earned, credit=account, amount=order.fee, journal=Journal.FEE, happened_at=now
            ),
        ]
    book.post(order, legs, now=now)
    book.move(order, m.RETURNED, returned_at=now, reason=advice.reason or "unnamed")
    data = {"reason": order.reason}
    step = "returned_made_good" if ours else way.returned
    book.write_step(order, step, at=happened, heard_at=now, source_ref=evidence, data=data)
    _record(order, "wallet.take_back_payout", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell_failed(order, made_good=ours, now=now)
    _clear_what_stands(order, now=now)


def _come_back(order: Order, account: int, ours: int, *, at: datetime, evidence: str) -> list[book.Leg]:
    """The amount, less `ours`: what a provisional credit that is final has made good, which is our loss no more."""
    back, loss, own, safe = (book.house(code, order) for code in ("A20", "E12", "A11", "A10"))
    legs = (
        ("returned", back, account, order.amount - ours, WAYS[order.kind].back),
        ("returned_loss", back, loss, ours, Journal.PROVISIONAL),
        ("returned_sweep", own, safe, ours, Journal.SWEEP_LEG),
    )
    return [
        book.Leg(
            name=name, debit=debit, credit=to, amount=amount, journal=journal, happened_at=at, evidence_ref=evidence
        )
        for name, debit, to, amount, journal in legs
        if amount
    ]


def _give_back_hold(order: Order, advice: AdviceView, *, now: datetime) -> None:
    happened, evidence = advice.happened_at or advice.received_at, f"advice:{advice.id}"
    book.post(order, [_undo(order, at=happened, evidence=evidence)], now=now)
    book.move(order, m.FAILED, reason=advice.reason or "unnamed")
    book.write_step(
        order, "failed", at=happened, heard_at=now, source_ref=evidence, data={"reason": order.reason}
    )
    _record(order, f"wallet.fail_{order.kind}", advice, now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell_failed(order, now=now)


def _undo(order: Order, *, at: datetime, evidence: str) -> book.Leg:
    """Amount and fee are the customer's again: the hold is lifted, or what we owed the biller goes back."""
    journal = WAYS[order.kind].taken
    if not order.acknowledged_at:
        return book.Leg(
            name="void", journal=journal, happened_at=at, kind="void_hold", hold=HOLD, evidence_ref=evidence
        )
    return book.Leg(
        name="refused",
        debit=WAYS[order.kind].transit(order),
        credit=_wallet(order),
        amount=order.amount + order.fee,
        journal=journal,
        happened_at=at,
        evidence_ref=evidence,
    )


def _wallet(order: Order) -> int:
    """Whose money it is: the customer's, or what we owe the merchant."""
    if order.kind == m.DISBURSEMENT:
        return m.Merchant.objects.get(pk=order.customer_id).account
    return m.Wallet.objects.get(pk=order.customer_id).account


def _clear_what_stands(order: Order, *, now: datetime) -> None:
    for line in outside.statement_lines_of(book.ref_of(order.id)):
        clear(order, line, now=now)


def clear(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """The bank's statement shows the money going, or coming back: book it, once; False when it was, or is too early."""
    way = WAYS[order.kind]
    return clear_line(order, line, transit=way.transit(order), settled=way.settled, now=now)


def clear_line(
    order: Order, line: outside.SettledLine, *, transit: int, settled: Journal, now: datetime
) -> bool:
    """`clear`, of what has waited in account `transit` and is booked out of it by journal `settled`."""
    safe = book.house("A10", order)
    if line.kind == "payout":
        step, journal, debit, credit = "cleared", settled, transit, safe
        due = order.status in (m.SUCCEEDED, m.RETURNED)
    else:
        step, journal, debit, credit = "return_cleared", Journal.RETURN_SETTLED, safe, book.house("A20", order)
        due = order.status == m.RETURNED
    if not due or order.steps.filter(code=step).exists():
        return False
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
    other = "payee" if order.kind in m.TO_PAYEE else "card"
    values = {"amount": amount, other: order.payee_label, "no": order.no}
    for person in telling.people_of(order):
        telling.tell(person, kind, actor=telling.BANK, ref=ref, now=now, **values)
