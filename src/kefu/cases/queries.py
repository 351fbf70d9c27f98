"""Reads for others: cases, what is proposed on them, and the card on which a checker decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.cases.kinds import KINDS
from kefu.cases.kinds.kind import STEP_LABELS
from kefu.cases.models import Case, Evidence, Proposal, Step
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.identity.values import GrantView
from kefu.rails import queries as rails
from kefu.rails.queries import AdviceView

CONFIRMING = frozenset({"query", "statement"})
SUPERVISING = frozenset({"supervisor", "operator"})


@dataclass(frozen=True)
class StepView:
    code: str
    label: str
    status: str
    at: datetime | None
    by: str


@dataclass(frozen=True)
class EvidenceView:
    kind: str
    ref: str
    data: dict[str, Any]
    at: datetime
    by: str


@dataclass(frozen=True)
class ProposalView:
    """A proposed movement of money; `amount` in minor units of its currency inside Money."""

    id: UUID
    case_id: UUID
    case_no: str
    action: str
    status: str
    amount: Money
    order_id: UUID | None
    advice_id: str
    reason: str
    approval_id: UUID
    maker_id: UUID
    proposed_at: datetime
    settled_at: datetime | None
    transfer_ref: str


@dataclass(frozen=True)
class CaseView:
    """A case with its steps, evidence and proposals, for whoever may see it."""

    id: UUID
    no: str
    kind: str
    title: str
    status: str
    customer_id: UUID
    conversation_id: UUID | None
    order_id: UUID | None
    words: str
    opened_by: str
    owner_id: UUID | None
    opened_at: datetime
    resolved_at: datetime | None
    summary: str
    steps: tuple[StepView, ...]
    evidence: tuple[EvidenceView, ...]
    proposals: tuple[ProposalView, ...]
    allowed: frozenset[str]


@dataclass(frozen=True)
class CaseHead:
    """A case in a list."""

    id: UUID
    no: str
    title: str
    status: str
    opened_at: datetime


@dataclass(frozen=True)
class Card:
    """What a checker decides on: computed facts first, the maker's words below."""

    proposal: ProposalView
    case: CaseView
    customer: str
    maker: str
    maker_no: str
    credited_to_customer: Money
    credited_by_maker_today: Money
    confirmation: AdviceView | None


def locked_case(case_id: UUID) -> Case:
    """The row, locked until the caller's transaction ends. Only for actions of this room."""
    return Case.objects.select_for_update().get(id=case_id)


def case_for(actor: Actor, case_id: UUID | None, *, now: datetime) -> Case:
    """The case if the actor may see it: the customer's own; staff with a grant, its owner, or a supervisor."""
    case = Case.objects.filter(id=case_id).first() if case_id else None
    if case is None:
        raise NotFound()
    if actor.kind == "customer" and str(case.customer_id) == actor.id:
        return case
    if actor.is_staff and (
        actor.role in SUPERVISING
        or str(case.owner_id) == actor.id
        or people.grant_between(staff_id=actor.uuid, customer_id=case.customer_id, now=now) is not None
    ):
        return case
    if actor.kind == "system":
        return case
    raise NotFound()


def case_view_for(actor: Actor, case_id: UUID, *, now: datetime) -> CaseView:
    return view_of(case_for(actor, case_id, now=now))


def cases_for(
    actor: Actor, *, customer_id: UUID, now: datetime, limit: int = 20, held: GrantView | None = None
) -> list[CaseHead]:
    """The customer's cases, newest first: their own, or for staff who hold a grant for the customer."""
    own = actor.kind == "customer" and actor.id == str(customer_id)
    if not own:
        people.require_grant(staff=actor, customer_id=customer_id, now=now, held=held)
    rows = Case.objects.filter(customer_id=customer_id).order_by("-opened_at")[:limit]
    return [CaseHead(row.id, row.no, str(KINDS[row.kind].title), row.status, row.opened_at) for row in rows]


def view_of(case: Case) -> CaseView:
    return _views([case])[0]


def _views(rows: Sequence[Case]) -> list[CaseView]:
    """Three queries however many cases: steps, evidence, proposals."""
    ids = [row.id for row in rows]
    by_case: dict[UUID, dict[str, list[Any]]] = {i: {"steps": [], "evidence": [], "proposals": []} for i in ids}
    for step in Step.objects.filter(case_id__in=ids).order_by("place"):
        by_case[step.case_id]["steps"].append(
            StepView(step.code, str(STEP_LABELS[step.code]), step.status, step.at, step.by)
        )
    for item in Evidence.objects.filter(case_id__in=ids).order_by("id"):
        by_case[item.case_id]["evidence"].append(EvidenceView(item.kind, item.ref, item.data, item.at, item.by))
    for proposal in Proposal.objects.filter(case_id__in=ids).select_related("case").order_by("proposed_at"):
        by_case[proposal.case_id]["proposals"].append(proposal_view(proposal))
    return [_view(row, by_case[row.id]) for row in rows]


def _view(row: Case, parts: dict[str, list[Any]]) -> CaseView:
    kind = KINDS[row.kind]
    return CaseView(
        id=row.id, no=row.no, kind=row.kind, title=str(kind.title), status=row.status,
        customer_id=row.customer_id, conversation_id=row.conversation_id, order_id=row.order_id,
        words=row.words, opened_by=row.opened_by, owner_id=row.owner_id, opened_at=row.opened_at,
        resolved_at=row.resolved_at, summary=row.summary, steps=tuple(parts["steps"]),
        evidence=tuple(parts["evidence"]), proposals=tuple(parts["proposals"]), allowed=kind.proposals,
    )  # fmt: skip


def proposal_view(row: Proposal) -> ProposalView:
    return ProposalView(
        id=row.id, case_id=row.case_id, case_no=row.case.no, action=row.action, status=row.status,
        amount=Money(row.amount, row.currency), order_id=row.order_id, advice_id=row.advice_id, reason=row.reason,
        approval_id=row.approval_id, maker_id=row.maker_id, proposed_at=row.proposed_at,
        settled_at=row.settled_at, transfer_ref=row.transfer_ref,
    )  # fmt: skip


def confirmation_since(*, order_id: UUID, opened_at: datetime) -> AdviceView | None:
    """The latest bank's word that the order succeeded, stored after `opened_at`: a query answer or statement line."""
    for advice in rails.advice_of(f"order:{order_id}"):
        if advice.kind in CONFIRMING and advice.outcome == "SUCCEEDED" and advice.received_at > opened_at:
            return advice
    return None


def proposals_waiting_for(actor: Actor) -> list[ProposalView]:
    """What waits for this checker: all open proposals but their own; only for supervisors."""
    if actor.role not in SUPERVISING:
        raise NotFound()
    rows = Proposal.objects.filter(status=Proposal.PROPOSED).exclude(maker_id=actor.uuid)
    return [proposal_view(row) for row in rows.select_related("case").order_by("proposed_at")]


def card_for(actor: Actor, proposal_id: UUID, *, now: datetime) -> Card:
    """The computed facts of one proposal, for a supervisor or its maker."""
    row = Proposal.objects.filter(id=proposal_id).select_related("case").first()
    if row is None or not (actor.role in SUPERVISING or str(row.maker_id) == actor.id):
        raise NotFound()
    maker, customer = people.person(row.maker_id), people.person(row.case.customer_id)
    paid = Proposal.objects.filter(action=Proposal.GOODWILL, status=Proposal.CARRIED_OUT)
    to_customer = sum(paid.filter(case__customer_id=row.case.customer_id).values_list("amount", flat=True))
    day = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    by_maker = sum(paid.filter(maker_id=row.maker_id, settled_at__gte=day).values_list("amount", flat=True))
    confirmation = None
    if row.order_id is not None:
        confirmation = confirmation_since(order_id=row.order_id, opened_at=row.case.opened_at)
    return Card(
        proposal=proposal_view(row), case=view_of(row.case), customer=customer.masked_name,
        maker=maker.alias or maker.name, maker_no=maker.staff_no,
        credited_to_customer=Money(to_customer, row.currency), credited_by_maker_today=Money(by_maker, row.currency),
        confirmation=confirmation,
    )  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How many cases are open, how many proposals wait for a second person."""

    open: int
    proposals_waiting: int


def counts() -> Counts:
    return Counts(
        open=Case.objects.filter(status__in=[Case.OPEN, Case.WAITING]).count(),
        proposals_waiting=Proposal.objects.filter(status=Proposal.PROPOSED).count(),
    )
