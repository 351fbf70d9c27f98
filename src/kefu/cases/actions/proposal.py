"""Money on a case: proposed by one, decided by another, posted once with the case's number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kefu.cases import steps
from kefu.cases.actions.case import fit_words, tell
from kefu.cases.actions.deeds import DEEDS
from kefu.cases.kinds import KINDS
from kefu.cases.kinds.kind import DECIDED, POSTED, PROPOSED, TOLD
from kefu.cases.models import Case, Proposal
from kefu.cases.queries import ProposalView, barred, case_for, confirmation_since, locked_case, proposal_view
from kefu.cases.refusals import (
    CaseOver,
    EvidenceMissing,
    GaveIt,
    ProposalNotAllowed,
    ProposalSettled,
    ProposalWaiting,
    ReasonMissing,
)
from kefu.core import keyed
from kefu.core.actor import Actor
from kefu.core.audit import record
from kefu.core.events import announce
from kefu.core.ids import new_id
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders

APPROVAL_LASTS = timedelta(hours=24)


@dataclass(frozen=True)
class Plan:
    """What is to be approved: the wallet's action, all its arguments, the sum at stake, the reason's or basis' code."""

    action: str
    approval_action: str
    arguments: dict[str, Any]
    amount: Money
    order_id: UUID | None = None
    advice_id: str = ""
    code: str = ""


@transaction.atomic
def propose_goodwill(
    *, actor: Actor, case_id: UUID, amount: Money, reason: str, now: datetime, key: UUID | None = None
) -> ProposalView:
    """Propose to credit the customer out of our own money (journal GOODWILL, domain rule: two people always).

    The same `key` and words give the proposal made first, also once it is decided.
    """
    case = open_case_of(actor, case_id, now)
    arguments = wallet.goodwill_arguments(customer_id=case.customer_id, amount=amount, case_ref=case.no)
    plan = Plan(Proposal.GOODWILL, "wallet.pay_goodwill", arguments, amount)
    return propose(actor=actor, case=case, plan=plan, reason=reason, now=now, key=key)


@transaction.atomic
def propose_completion(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> ProposalView:
    """Propose to complete the case's stuck top-up on the bank's word.

    The word is the latest query answer or statement line that says SUCCEEDED and was stored after the case was
    opened; without one `EvidenceMissing`, whoever approves.
    """
    case = open_case_of(actor, case_id, now)
    if case.order_id is None:
        raise ProposalNotAllowed(kind=case.kind, action=Proposal.COMPLETION)
    order = orders.order_for(actor, case.order_id)
    advice = confirmation_since(order_id=order.id, opened_at=case.opened_at)
    if advice is None:
        raise EvidenceMissing()
    arguments = wallet.completion_arguments(order_id=order.id, advice_id=advice.id, case_ref=case.no)
    plan = Plan(Proposal.COMPLETION, "wallet.complete_topup", arguments, order.amount, order.id, str(advice.id))
    return propose(actor=actor, case=case, plan=plan, reason=reason, now=now)


def open_case_of(actor: Actor, case_id: UUID, now: datetime) -> Case:
    """The case, locked, if the actor may see it. Refuses `core.thing.not_found`, `cases.case.over`."""
    case_for(actor, case_id, now=now)
    case = locked_case(case_id)
    if case.status not in (Case.OPEN, Case.WAITING):
        raise CaseOver(no=case.no)
    return case


def propose(
    *, actor: Actor, case: Case, plan: Plan, reason: str, now: datetime, key: UUID | None = None
) -> ProposalView:
    """Put the plan before a checker, once for each `key` of a form.

    Refuses `cases.proposal.not_allowed`, `.reason_missing`, `.waiting`, `core.request.key_reused`.
    """
    if key is None:
        return _propose(actor=actor, case=case, plan=plan, reason=reason, now=now)
    body = {"case": case.id, "action": plan.action, "amount": plan.amount.minor, "reason": reason}
    known = keyed.claim(principal=actor.ref, key=key, body=body)
    if known is not None:
        return proposal_view(Proposal.objects.select_related("case").get(pk=known["proposal"]))
    made = _propose(actor=actor, case=case, plan=plan, reason=reason, now=now)
    keyed.settle(principal=actor.ref, key=key, answer={"proposal": str(made.id)})
    return made


def _propose(*, actor: Actor, case: Case, plan: Plan, reason: str, now: datetime) -> ProposalView:
    if plan.action not in KINDS[case.kind].proposals:
        raise ProposalNotAllowed(kind=case.kind, action=plan.action)
    words = fit_words(actor, reason)
    if not words:
        raise ReasonMissing()
    approval = identity.propose_approval(
        actor=actor, action=plan.approval_action, arguments=plan.arguments, case_ref=case.no, reason=words,
        needed=people.checkers_needed(plan.approval_action, plan.arguments), until=now + APPROVAL_LASTS, now=now,
    )  # fmt: skip
    row = Proposal(
        id=new_id(), case=case, action=plan.action, amount=plan.amount.minor, currency=plan.amount.currency,
        order_id=plan.order_id, advice_id=plan.advice_id, code=plan.code, reason=words, approval_id=approval.id,
        maker_id=actor.uuid, proposed_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as twice:
        raise ProposalWaiting() from twice
    transition(Case, case.id, Case.OPEN, Case.WAITING)
    steps.do_step(actor=actor, case_id=case.id, code=PROPOSED, now=now, ref=str(row.id))
    record(
        actor=actor, action="cases.propose", subject=f"case:{case.id}", now=now, case_ref=case.no,
        data={"proposal": str(row.id), "action": plan.action, "amount": plan.amount.minor},
    )  # fmt: skip
    _announce(case, row, now=now)
    return proposal_view(row)


@transaction.atomic
def decide_proposal(*, actor: Actor, proposal_id: UUID, approve: bool, words: str, now: datetime) -> ProposalView:
    """Another person's decision. The last approval needed posts the money in this same transaction, once.

    Identity refuses the maker and the maker's chain; wallet refuses what the evidence does not bear, and then
    nothing of the decision stands either.
    """
    row = Proposal.objects.filter(id=proposal_id).select_related("case").first()
    if row is None or not actor.is_staff:
        raise NotFound()
    case = locked_case(row.case_id)
    row.refresh_from_db()
    if row.status != Proposal.PROPOSED:
        raise ProposalSettled()
    if barred(actor, row):
        raise GaveIt()
    approval = identity.decide_approval(
        actor=actor, approval_id=row.approval_id, approve=approve, words=fit_words(actor, words), now=now
    )
    if approval.status == "APPROVED":
        _carry_out(actor=actor, case=case, row=row, now=now)
    elif approval.status == "REJECTED":
        _reject(actor=actor, case=case, row=row, now=now)
    _announce(case, row, now=now)
    row.refresh_from_db()
    return proposal_view(row)


def _carry_out(*, actor: Actor, case: Case, row: Proposal, now: datetime) -> None:
    amount = Money(row.amount, row.currency)
    reference, sentence = DEEDS[row.action](actor, case, row, now)
    if not transition(
        Proposal, row.id, Proposal.PROPOSED, Proposal.CARRIED_OUT, settled_at=now, transfer_ref=reference
    ):
        raise ProposalSettled()
    steps.do_step(actor=actor, case_id=case.id, code=DECIDED, now=now, ref=str(row.approval_id))
    if reference:
        steps.do_step(actor=actor, case_id=case.id, code=POSTED, now=now, ref=reference)
    steps.do_step(actor=actor, case_id=case.id, code=TOLD, now=now)
    transition(Case, case.id, Case.WAITING, Case.OPEN)
    values = {"amount": amount.text(), "ref": reference[-12:], "no": case.no}
    tell(actor=_maker_of(row), case=case, sentence=sentence, values=values, now=now)
    record(
        actor=actor, action="cases.carry_out", subject=f"case:{case.id}", now=now, case_ref=case.no,
        data={"proposal": str(row.id), "transfer": reference},
    )  # fmt: skip


def _reject(*, actor: Actor, case: Case, row: Proposal, now: datetime) -> None:
    if not transition(Proposal, row.id, Proposal.PROPOSED, Proposal.REJECTED, settled_at=now):
        raise ProposalSettled()
    steps.undo_step(case_id=case.id, code=PROPOSED)
    transition(Case, case.id, Case.WAITING, Case.OPEN)
    record(
        actor=actor, action="cases.reject", subject=f"case:{case.id}", now=now, case_ref=case.no,
        data={"proposal": str(row.id)},
    )  # fmt: skip


@transaction.atomic
def lapse_proposal(*, actor: Actor, approval_id: UUID, now: datetime) -> None:
    """Its approval ran out: the proposal ends like a rejected one, so that the case can end or ask again."""
    row = Proposal.objects.filter(approval_id=approval_id, status=Proposal.PROPOSED).first()
    if row is None:
        return
    case = locked_case(row.case_id)
    _reject(actor=actor, case=case, row=row, now=now)
    _announce(case, row, now=now)


def _maker_of(row: Proposal) -> Actor:
    """The customer hears it from the person who cared for the case, by name and 工号."""
    return people.actor_for_user(row.maker_id)


def _announce(case: Case, row: Proposal, *, now: datetime) -> None:
    announce(
        kind="cases.proposal",
        key=f"case:{case.id}",
        topics=[f"customer:{case.customer_id}", "desk", "approvals"],
        payload={"case": str(case.id), "proposal": str(row.id), "customer": str(case.customer_id)},
        now=now,
    )
