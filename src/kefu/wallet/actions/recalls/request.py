"""Asking a withdrawal back: cancelled while the bank was not told of it, asked of the bank after that, once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.rails.queries import recalls as outside
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.actions import book, payout, telling
from kefu.wallet.actions.recalls.refusals import NotRecallable, RecallAsked, RecallCaseMissing, RecallReasonUnfit
from kefu.wallet.models import Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.recall import answer_expected
from kefu.wallet.queries.values import OrderView
from kefu.wallet.rules import recall as rules

ACTION = "wallet.recall_withdrawal"


def recall_withdrawal(
    *, actor: Actor, order_id: UUID, reason: str, case_ref: str = "", now: datetime
) -> OrderView:
    """Take a withdrawal back, or have the bank asked for it: no money moves by that, only when the bank gives it back.

    Of a customer the payment PIN is wanted for `recall:<order_id>`; staff act on a case. Refuses
    `core.thing.not_found`, `identity.level.insufficient`, `identity.role.insufficient`,
    `wallet.recall.not_recallable`, `.asked`, `.reason_unfit`, `.case_missing`.
    """
    if actor.kind not in ("customer", "staff", "system"):
        raise NotFound()
    with transaction.atomic():
        # Against its coming back, or being paid, at the same moment: who comes second sees what the first has done.
        order = Order.objects.select_for_update().filter(pk=order_id).first()
        if order is None or order.kind == m.DISBURSEMENT:
            raise NotFound()
        customer_seen_by(actor, order.customer_id, now=now)
        identity.require(actor=actor, action=ACTION, ref=f"recall:{order_id}", now=now)
        if actor.is_staff and not case_ref:
            raise RecallCaseMissing()
        if reason not in (rules.ASKABLE if actor.kind == "customer" else rules.REASONS):
            raise RecallReasonUnfit()
        ref = book.ref_of(order.id)
        if outside.recall_of(ref) is not None:
            raise RecallAsked()
        if not rules.can_be_recalled(order.kind, order.status):
            raise NotRecallable(kind=order.kind, status=order.status)
        if order.status == m.HELD and rails.cancel_instruction(actor=actor, order_ref=ref, now=now):
            _cancel(order, actor, reason, case_ref, now=now)
        else:
            _ask(order, actor, reason, case_ref, now=now)
    return order_for(actor, order_id, now=now)


def _cancel(order: Order, actor: Actor, reason: str, case_ref: str, *, now: datetime) -> None:
    """The bank was never told: amount, fee and quota are the customer's again at once."""
    leg = book.Leg(
        name="void", journal=payout.WAYS[order.kind].taken, happened_at=now, kind="void_hold", hold=payout.HOLD
    )
    book.post(order, [leg], now=now)
    book.move(order, m.CANCELLED)
    book.write_step(order, "cancelled", at=now, heard_at=now, source_ref=actor.ref)
    _record(order, actor, reason, case_ref, now=now, asked=False)
    telling.order_changed(order, balance=True, now=now)
    _tell(order, "withdrawal_cancelled", actor, now=now)


def _ask(order: Order, actor: Actor, reason: str, case_ref: str, *, now: datetime) -> None:
    answer_by = answer_expected(now=now)
    try:
        rails.request_recall(
            actor=actor, order_ref=book.ref_of(order.id), reason=reason, answer_by=answer_by, now=now
        )
    except rails.RecallUnfit as unfit:
        # The bank's word is there already, and the order has not followed yet.
        raise NotRecallable(kind=order.kind, status=order.status) from unfit
    data = {"reason": reason, "case": case_ref}
    book.write_step(order, "recall_requested", at=now, heard_at=now, source_ref=actor.ref, data=data)
    _record(order, actor, reason, case_ref, now=now, asked=True)
    telling.order_changed(order, balance=False, now=now)
    _tell(order, "recall_requested", actor, now=now, answer_at=answer_by.isoformat())


def _record(order: Order, actor: Actor, reason: str, case_ref: str, *, now: datetime, asked: bool) -> None:
    data = {"amount": order.amount, "reason": reason, "asked_of_bank": asked}
    audit.record(actor=actor, action=ACTION, subject=book.ref_of(order.id), now=now, case_ref=case_ref, data=data)


def _tell(order: Order, kind: str, actor: Actor, *, now: datetime, **values: str) -> None:
    given = {"amount": telling.amount_of(order), "fee": Money(order.fee, order.currency).text(), **values}
    words = {"card": order.payee_label, "no": order.no}
    ref = book.ref_of(order.id)
    telling.tell(order.customer_id, kind, actor=actor, ref=ref, now=now, **given, **words)
