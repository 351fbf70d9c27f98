"""Provisional credits on a case: given, made final, announced to be taken back, their debts recovered. Each is
proposed by one person and decided by another, who did not propose giving it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.cases.actions.case import fit_words
from kefu.cases.actions.proposal import Plan, open_case_of, propose
from kefu.cases.kinds import KINDS
from kefu.cases.models import Case, Proposal
from kefu.cases.queries import ProposalView
from kefu.cases.refusals import ProposalNotAllowed, ProposalWaiting, ReasonMissing
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet.queries import provisional as provisionals
from kefu.wallet.queries.provisional import ProvisionalView


@transaction.atomic
def propose_provisional(
    *, actor: Actor, case_id: UUID, amount: Money, reason: str, now: datetime, key: UUID | None = None
) -> ProposalView:
    """Propose to credit the customer while the case's order is looked into (journal PROVISIONAL).

    Refuses `core.amount.*`, `wallet.provisional.*`, `cases.proposal.*`, `cases.case.over`.
    """
    case = _case(actor, case_id, Proposal.PROVISIONAL, now)
    if case.order_id is None:
        raise ProposalNotAllowed(kind=case.kind, action=Proposal.PROVISIONAL)
    arguments = wallet.give_arguments(
        customer_id=case.customer_id, order_id=case.order_id, amount=amount, case_ref=case.no
    )
    plan = Plan(Proposal.PROVISIONAL, "wallet.give_provisional", arguments, amount, case.order_id)
    return propose(actor=actor, case=case, plan=plan, reason=reason, now=now, key=key)


@transaction.atomic
def propose_final(*, actor: Actor, case_id: UUID, order_id: UUID, reason: str, now: datetime) -> ProposalView:
    """Propose that the credit becomes the customer's own: our loss."""
    case, given = _given(actor, case_id, order_id, Proposal.FINAL, now)
    arguments = wallet.final_arguments(order_id=order_id, case_ref=case.no)
    plan = Plan(Proposal.FINAL, "wallet.finalise_provisional", arguments, given.amount, order_id)
    return propose(actor=actor, case=case, plan=plan, reason=reason, now=now)


@transaction.atomic
def propose_notice(
    *, actor: Actor, case_id: UUID, order_id: UUID, code: str, words: str, now: datetime
) -> ProposalView:
    """Propose to tell the customer that the credit will be taken back: why, by `code` and in words that they read."""
    case, given = _given(actor, case_id, order_id, Proposal.NOTICE, now)
    said = _to_customer(actor, words)
    arguments = wallet.notice_arguments(order_id=order_id, reason=code, words=said, case_ref=case.no)
    plan = Plan(Proposal.NOTICE, "wallet.announce_provisional", arguments, given.amount, order_id, code=code)
    return propose(actor=actor, case=case, plan=plan, reason=said, now=now)


@transaction.atomic
def propose_recovery(
    *, actor: Actor, case_id: UUID, order_id: UUID, code: str, words: str, now: datetime
) -> ProposalView:
    """Propose to take what the customer owes from the balance: on which legal basis, in words that they read."""
    case, given = _given(actor, case_id, order_id, Proposal.RECOVERY, now)
    said = _to_customer(actor, words)
    arguments = wallet.recovery_arguments(order_id=order_id, basis=code, words=said, case_ref=case.no)
    plan = Plan(Proposal.RECOVERY, "wallet.recover_provisional", arguments, given.owed, order_id, code=code)
    return propose(actor=actor, case=case, plan=plan, reason=said, now=now)


def _case(actor: Actor, case_id: UUID, action: str, now: datetime) -> Case:
    people.require(actor=actor, action="cases.propose_provisional", now=now)
    case = open_case_of(actor, case_id, now)
    if action not in KINDS[case.kind].proposals:
        raise ProposalNotAllowed(kind=case.kind, action=action)
    return case


def _given(
    actor: Actor, case_id: UUID, order_id: UUID, action: str, now: datetime
) -> tuple[Case, ProvisionalView]:
    case = _case(actor, case_id, action, now)
    given = next((one for one in provisionals.provisionals_on_case(case.no) if one.order_id == order_id), None)
    if given is None:
        raise NotFound()
    # One step at a time: two that contradict each other never wait side by side.
    if case.proposals.filter(status=Proposal.PROPOSED, action__in=Proposal.ON_PROVISIONAL).exists():
        raise ProposalWaiting()
    return case, given


def _to_customer(actor: Actor, words: str) -> str:
    said = fit_words(actor, words, to_customer=True)
    if not said:
        raise ReasonMissing()
    return said
