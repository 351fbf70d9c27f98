"""The platform's decision on a refund between customer and merchant: proposed by one person, approved by another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.wallet.actions.shop.payback import check_left, lock_refund, pay_back
from kefu.wallet.actions.shop.refund import decline
from kefu.wallet.actions.shop.refusals import RefundMoved
from kefu.wallet.models import Refund, RefundNote
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import CaseMissing
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import shop as rules

PAY, DECLINE = "wallet.pay_refund", "wallet.decline_refund"


def refund_arguments(*, order_id: UUID, amount: Money, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.pay_refund` is bound to. Refuses `core.amount.*`, `wallet.refund.too_much`,
    `.made_good`.
    """
    minor = amounts.check(amount, most=rules.PAYMENT_MOST)
    refund = _escalated(order_id)
    check_left(refund.refund_of, minor)
    return {"order": str(order_id), "amount": minor, "currency": amount.currency, "case": case_ref}


def decline_arguments(*, order_id: UUID, words: str, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.decline_refund` is bound to: the words that the customer will read, too."""
    _escalated(order_id)
    return {"order": str(order_id), "words": words, "case": case_ref}


def _escalated(order_id: UUID) -> Refund:
    found = Refund.objects.select_related("refund_of__order", "order").filter(pk=order_id).first()
    if found is None:
        raise NotFound()
    if found.status != Refund.ESCALATED:
        raise RefundMoved()
    return found


def pay_decided_refund(
    *, actor: Actor, order_id: UUID, amount: Money, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Pay back what a case decided, once an approval: from the merchant's payable, else at the merchant's debt.

    Refuses `wallet.goodwill.case_missing`, `wallet.refund.moved`, `.too_much`, `.made_good`, `identity.approval.*`.
    """
    _for_people(actor, case_ref)
    with transaction.atomic():
        refund = _locked(order_id)
        arguments = refund_arguments(order_id=order_id, amount=amount, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=PAY, arguments=arguments, now=now, actor=actor)
        refund.order.case_ref = case_ref
        pay_back(refund, amount.minor, actor=actor, by=RefundNote.PLATFORM, now=now)
    return order_for(SYSTEM, order_id)


def decline_decided_refund(
    *, actor: Actor, order_id: UUID, words: str, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """End the request without money, as a case decided; the customer reads `words`. Refusals as for paying."""
    _for_people(actor, case_ref)
    with transaction.atomic():
        refund = _locked(order_id)
        arguments = decline_arguments(order_id=order_id, words=words, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=DECLINE, arguments=arguments, now=now, actor=actor)
        refund.order.case_ref = case_ref
        RefundNote.objects.create(
            refund=refund, by=RefundNote.PLATFORM, author_ref=actor.ref, words=words, at=now
        )
        decline(actor, refund, "platform_declined", now=now)
    return order_for(SYSTEM, order_id)


def _for_people(actor: Actor, case_ref: str) -> None:
    if not (actor.is_staff or actor.kind == "system"):
        raise NotFound()
    if not case_ref:
        raise CaseMissing()


def _locked(order_id: UUID) -> Refund:
    refund = lock_refund(order_id)
    if refund.status != Refund.ESCALATED:
        raise RefundMoved()
    return refund
