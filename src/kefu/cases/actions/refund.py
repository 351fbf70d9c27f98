"""Refunds that the platform decides: the case is opened by the fact, taken by a person, decided under four eyes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.cases import steps
from kefu.cases.actions.case import GRANT_FOR, Opening, announce_case, fit_words, open_case
from kefu.cases.actions.proposal import Plan, open_case_of, propose
from kefu.cases.kinds.kind import CHECKED
from kefu.cases.models import Case, Proposal
from kefu.cases.queries import CaseView, ProposalView, locked_case, view_of
from kefu.cases.refusals import CaseOver, ProposalNotAllowed, ProposalWaiting, ReasonMissing
from kefu.core.actor import Actor
from kefu.core.audit import record
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop import refund as refunds


def open_refund_case(*, actor: Actor, order_id: UUID, customer_id: UUID, now: datetime) -> CaseView | None:
    """The case of a refund that was put before the platform, with what both sides said as what was checked.

    None when it has been decided since. Safe to repeat.
    """
    said = refunds.refund_for(actor, order_id, now=now)
    if said.status != "ESCALATED":
        return None
    checks = [
        {"code": f"said_by_{note.by}", "label": note.words, "files": [str(one) for one in note.file_ids]}
        for note in said.notes
    ]
    words = next((note.words for note in said.notes if note.by == "customer"), "")
    opening = Opening(kind="refund", customer_id=customer_id, order_id=order_id, words=words, checked=checks)
    return open_case(actor=actor, opening=opening, now=now)


@transaction.atomic
def take_case(*, actor: Actor, case_id: UUID, now: datetime) -> CaseView:
    """Care for a case that nobody cares for: the right to see its customer comes with it. Safe to repeat.

    Refuses `core.thing.not_found` also for a case that a colleague has, `cases.case.over`.
    """
    people.require(actor=actor, action="cases.take_case", now=now)
    if not Case.objects.filter(pk=case_id).exists() or not actor.is_staff:
        raise NotFound()
    case = locked_case(case_id)
    if case.status in (Case.RESOLVED, Case.CLOSED):
        raise CaseOver(no=case.no)
    if case.owner_id not in (None, actor.uuid):
        raise NotFound()
    Case.objects.filter(pk=case_id).update(owner_id=actor.uuid)
    identity.give_grant(
        actor=actor, staff_id=actor.uuid, customer_id=case.customer_id, purpose="case", ref=case.no,
        until=now + GRANT_FOR, now=now,
    )  # fmt: skip
    steps.do_step(actor=actor, case_id=case.id, code=CHECKED, now=now)
    record(actor=actor, action="cases.take_case", subject=f"case:{case.id}", now=now, case_ref=case.no)
    announce_case(case, now=now)
    return view_of(case)


@transaction.atomic
def propose_refund(*, actor: Actor, case_id: UUID, amount: Money, reason: str, now: datetime) -> ProposalView:
    """Propose that the merchant gives `amount` back, against their word or silence (journal REFUND)."""
    case, order_id = _refund_case(actor, case_id, Proposal.REFUND, now)
    arguments = wallet.refund_arguments(order_id=order_id, amount=amount, case_ref=case.no)
    plan = Plan(Proposal.REFUND, "wallet.pay_refund", arguments, amount, order_id)
    return propose(actor=actor, case=case, plan=plan, reason=reason, now=now)


@transaction.atomic
def propose_decline(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> ProposalView:
    """Propose that the customer's request ends without money; `reason` is what the customer will read."""
    case, order_id = _refund_case(actor, case_id, Proposal.DECLINE, now)
    words = fit_words(actor, reason, to_customer=True)
    if not words:
        raise ReasonMissing()
    asked = refunds.refund_for(actor, order_id, now=now).amount
    arguments = wallet.decline_arguments(order_id=order_id, words=words, case_ref=case.no)
    plan = Plan(Proposal.DECLINE, "wallet.decline_refund", arguments, asked, order_id)
    return propose(actor=actor, case=case, plan=plan, reason=words, now=now)


def _refund_case(actor: Actor, case_id: UUID, action: str, now: datetime) -> tuple[Case, UUID]:
    people.require(actor=actor, action="cases.propose_refund", now=now)
    case = open_case_of(actor, case_id, now)
    if case.order_id is None or case.kind != "refund":
        raise ProposalNotAllowed(kind=case.kind, action=action)
    waiting = case.proposals.filter(status=Proposal.PROPOSED, action__in=(Proposal.REFUND, Proposal.DECLINE))
    if waiting.exists():
        raise ProposalWaiting()
    return case, case.order_id
