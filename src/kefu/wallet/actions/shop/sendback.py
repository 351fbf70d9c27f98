"""A refund on its way to the card that paid, or to the one chosen instead: arrived, refused, or come back after all.

From the moment that the merchant has given it up until the bank's statement shows it gone, the money stands in L20.
What a card cannot take stays there for its owner, who says where to (`reroute_refund`); nothing else touches it.
"""

from datetime import datetime

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.ledger.chart import Journal
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.queries import AdviceView
from kefu.wallet import models as m
from kefu.wallet.actions import book, payout, telling
from kefu.wallet.actions.shop.merchant import tell_shop
from kefu.wallet.models import Instrument, Order, Refund
from kefu.wallet.rules.timeline import reason_words

FINAL = ("SUCCEEDED", "FAILED", "RETURNED")


def ask(actor: Actor, order: Order, card: Instrument, *, now: datetime) -> None:
    """Have the bank bring the order's amount to the card, after the caller's commit."""
    rails.create_instruction(
        actor=actor,
        order_ref=book.ref_of(order.id),
        direction="out",
        amount=order.amount,
        currency=order.currency,
        instrument_token=card.token,
        now=now,
        connector_code=card.connector,
    )


def settle(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """Apply the bank's final word to the locked order; what it has said already changes nothing."""
    if advice.outcome == "FAILED":
        if order.status in m.OPEN:
            _keep(order, advice, m.FAILED, now=now)
        return
    if order.status in m.OPEN:
        _arrive(order, advice, now=now)
    if advice.outcome == "RETURNED" and order.status == m.SUCCEEDED:
        _take_back(order, advice, now=now)


def _arrive(order: Order, advice: AdviceView, *, now: datetime) -> None:
    happened = advice.happened_at or advice.received_at
    book.move(order, m.SUCCEEDED, settled_at=now, reason="")
    book.write_step(order, "refunded_card", at=happened, heard_at=now, source_ref=f"advice:{advice.id}")
    _record(order, "wallet.bring_refund", advice, now=now)
    _changed(order, now=now)
    if advice.outcome == "SUCCEEDED":
        _tell(order, "refund_arrived", now=now)
    _clear_what_stands(order, now=now)


def _take_back(order: Order, advice: AdviceView, *, now: datetime) -> None:
    """The bank had paid it out and gives it back: the money stands with us again, for the same customer."""
    leg = book.Leg(
        name="returned",
        debit=book.house("A20", order),
        credit=book.house("L20", order),
        amount=order.amount,
        journal=Journal.WITHDRAW_RETURN,
        happened_at=advice.happened_at or advice.received_at,
        evidence_ref=f"advice:{advice.id}",
    )
    book.post(order, [leg], now=now)
    _keep(order, advice, m.RETURNED, now=now)
    _clear_what_stands(order, now=now)


def _keep(order: Order, advice: AdviceView, status: str, *, now: datetime) -> None:
    """The card cannot take it: the money stays with us until its owner says where to."""
    when = {"returned_at": now} if status == m.RETURNED else {}
    book.move(order, status, reason=advice.reason or "unnamed", **when)
    book.write_step(
        order,
        "refund_kept",
        at=advice.happened_at or advice.received_at,
        heard_at=now,
        source_ref=f"advice:{advice.id}",
        data={"reason": order.reason},
    )
    _record(order, "wallet.keep_refund", advice, now=now)
    _changed(order, now=now)
    _tell(order, "refund_kept", now=now, reason=reason_words(order.kind, order.reason))


def _clear_what_stands(order: Order, *, now: datetime) -> None:
    for line in outside.statement_lines_of(book.ref_of(order.id)):
        clear(order, line, now=now)


def clear(order: Order, line: outside.SettledLine, *, now: datetime) -> bool:
    """The statement shows the money going to the card, or coming back; once, False when it was, or is too early."""
    return payout.clear_line(
        order, line, transit=book.house("L20", order), settled=Journal.WITHDRAW_SETTLED, now=now
    )


def _changed(order: Order, *, now: datetime) -> None:
    """Pages of the refund, of its payment and of the merchant look again."""
    telling.order_changed(order, balance=False, now=now)
    refund = Refund.objects.select_related("refund_of__order").filter(pk=order.pk).first()
    if refund is not None:
        telling.order_changed(refund.refund_of.order, balance=False, now=now)
        tell_shop(refund.merchant_id, now=now, order=refund.pk)


def _record(order: Order, action: str, advice: AdviceView, *, now: datetime) -> None:
    data = {"advice": advice.id, "amount": order.amount, "reason": order.reason}
    audit.record(actor=telling.BANK, action=action, subject=book.ref_of(order.id), now=now, data=data)


def _tell(order: Order, kind: str, *, now: datetime, **more: object) -> None:
    card = order.instrument
    values = {
        "amount": telling.amount_of(order),
        "merchant": order.payer_label,
        "no": order.no,
        "card": f"{card.bank} ({card.last4})" if card else "",
        **more,
    }
    telling.tell(order.customer_id, kind, actor=SYSTEM, ref=book.ref_of(order.id), now=now, **values)
