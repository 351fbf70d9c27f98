"""Completing a stuck top-up by hand: the bank's own confirmation first, then another person's approval."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.rails import queries as outside
from kefu.wallet import models as m
from kefu.wallet.actions import book
from kefu.wallet.actions.outcome import check_evidence
from kefu.wallet.actions.payin import credit
from kefu.wallet.models import Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import AlreadyDone, CaseMissing, EvidenceMissing, EvidenceTooOld

ACTION = "wallet.complete_topup"


def completion_arguments(*, order_id: UUID, advice_id: UUID, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.complete_topup` is bound to: propose with exactly these."""
    return {"order": str(order_id), "advice": str(advice_id), "case": case_ref}


def complete_topup(
    *,
    actor: Actor,
    order_id: UUID,
    advice_id: UUID,
    case_ref: str,
    opened_at: datetime,
    approval_id: UUID,
    now: datetime,
) -> OrderView:
    """Credit a top-up that automation could not, for a case; the posting names case and evidence.

    The evidence is an answer to our question or a statement's line that says SUCCEEDED for this very order
    and was stored after the case was opened; no approval replaces it. Refuses `wallet.goodwill.case_missing`,
    `wallet.topup.evidence_missing`, `.evidence_too_old`, `.already_done`, `identity.approval.*`.
    """
    if not (actor.is_staff or actor.kind == "system"):
        raise NotFound()
    if not case_ref:
        raise CaseMissing()
    advice = outside.advice(advice_id)
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(pk=order_id, kind=m.TOPUP).first()
        if order is None:
            raise NotFound()
        check_evidence(order, advice)
        if advice.outcome != "SUCCEEDED":
            raise EvidenceMissing(why=f"outcome {advice.outcome}")
        if advice.received_at <= opened_at:
            raise EvidenceTooOld()
        if order.status == m.SUCCEEDED:
            raise AlreadyDone()
        arguments = completion_arguments(order_id=order_id, advice_id=advice_id, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=ACTION, arguments=arguments, now=now, actor=actor)
        order.case_ref = case_ref
        staff = f"{actor.label} {actor.staff_no}".strip()
        credit(order, advice, step="completed", notice="topup_completed", now=now, staff=staff)
        audit.record(
            actor=actor,
            action=ACTION,
            subject=book.ref_of(order.id),
            now=now,
            case_ref=case_ref,
            data={"advice": advice.id, "approval": approval_id, "amount": order.amount},
        )
    return order_for(SYSTEM, order.id)
