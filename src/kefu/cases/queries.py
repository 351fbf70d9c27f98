"""Reads for others: cases, what is proposed on them, and the card on which a checker decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import JSONObject

from kefu.cases.kinds import KINDS
from kefu.cases.kinds.kind import STEP_LABELS
from kefu.cases.models import Case, Evidence, Proposal, Step
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.identity.values import GrantView
from kefu.rails import queries as rails
from kefu.rails.queries import AdviceView
from kefu.wallet.queries.provisional import WHY

CONFIRMING = frozenset({"query", "statement"})
WAITING_MOST = 50
SUPERVISING = frozenset({"supervisor", "operator"})
Part = TypeVar("Part", bound=Model)


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
    code_text: str = ""


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
    recalls: bool = False


@dataclass(frozen=True)
class CaseHead:
    """A case in a list."""

    id: UUID
    no: str
    title: str
    status: str
    opened_at: datetime
    owner_id: UUID | None = None


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
    barred: bool = False


_OF_ORDER = {"bill": "repayment", **dict.fromkeys(("provisional", "goodwill", "found", "pot"), "general")}


def kind_for_order(order_kind: str) -> str:
    """Which kind of case an order of this kind is about; an unknown one is given back as it is."""
    return _OF_ORDER.get(order_kind, order_kind)


def locked_case(case_id: UUID) -> Case:
    """The row, locked until the caller's transaction ends. Only for actions of this room."""
    return Case.objects.select_for_update().get(id=case_id)


def case_for(actor: Actor, case_id: UUID | None, *, now: datetime) -> Case:
    """The case if the actor may see it: the customer's own; staff with a grant, its owner, or a supervisor."""
    return _seen_by(actor, Case.objects.filter(id=case_id).first() if case_id else None, now=now)


def _seen_by(actor: Actor, case: Case | None, *, now: datetime) -> Case:
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
    return _view(_seen_by(actor, _whole_cases().filter(id=case_id).first(), now=now))


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
    return _view(_whole_cases().get(id=case.id))


def _whole_cases() -> QuerySet[Case]:
    """Cases with all their parts: one query however many cases and parts."""
    return Case.objects.annotate(
        kept_steps=_kept(Step, "place"),
        kept_evidence=_kept(Evidence, "id"),
        kept_proposals=_kept(Proposal, "proposed_at"),
    )


def _kept(model: type[Model], order: str) -> ArraySubquery:
    whole = JSONObject(**{field.attname: field.attname for field in model._meta.concrete_fields})
    rows = model._default_manager.filter(case=OuterRef("pk")).order_by(order)
    return ArraySubquery(rows.values_list(whole))


def _parts(model: type[Part], kept: list[dict[str, Any]]) -> list[Part]:
    fields = model._meta.concrete_fields
    return [model(**{field.attname: field.to_python(row[field.attname]) for field in fields}) for row in kept]


def _view(row: Case) -> CaseView:
    """Of one of `_whole_cases`."""
    kind, kept = KINDS[row.kind], vars(row)
    proposals = _parts(Proposal, kept["kept_proposals"])
    for proposal in proposals:
        proposal.case = row
    return CaseView(
        id=row.id, no=row.no, kind=row.kind, title=str(kind.title), status=row.status,
        customer_id=row.customer_id, conversation_id=row.conversation_id, order_id=row.order_id,
        words=row.words, opened_by=row.opened_by, owner_id=row.owner_id, opened_at=row.opened_at,
        resolved_at=row.resolved_at, summary=row.summary,
        steps=tuple(
            StepView(step.code, str(STEP_LABELS[step.code]), step.status, step.at, step.by)
            for step in _parts(Step, kept["kept_steps"])
        ),
        evidence=tuple(
            EvidenceView(item.kind, item.ref, item.data, item.at, item.by)
            for item in _parts(Evidence, kept["kept_evidence"])
        ),
        proposals=tuple(map(proposal_view, proposals)), allowed=kind.proposals, recalls=kind.recalls,
    )  # fmt: skip


def proposal_view(row: Proposal) -> ProposalView:
    return ProposalView(
        id=row.id, case_id=row.case_id, case_no=row.case.no, action=row.action, status=row.status,
        amount=Money(row.amount, row.currency), order_id=row.order_id, advice_id=row.advice_id, reason=row.reason,
        approval_id=row.approval_id, maker_id=row.maker_id, proposed_at=row.proposed_at,
        settled_at=row.settled_at, transfer_ref=row.transfer_ref, code_text=str(WHY.get(row.code, "")),
    )  # fmt: skip


def confirmation_since(*, order_id: UUID, opened_at: datetime) -> AdviceView | None:
    """The latest bank's word that the order succeeded, stored after `opened_at`: a query answer or statement line."""
    for advice in rails.advice_of(f"order:{order_id}"):
        if advice.kind in CONFIRMING and advice.outcome == "SUCCEEDED" and advice.received_at > opened_at:
            return advice
    return None


def proposals_waiting_for(actor: Actor, *, after: int = 0) -> tuple[list[ProposalView], bool]:
    """What waits for this checker, the oldest first, from place `after` on; and whether more follow. All open proposals
    but their own; only for supervisors.
    """
    if actor.role not in SUPERVISING:
        raise NotFound()
    rows = Proposal.objects.filter(status=Proposal.PROPOSED).exclude(maker_id=actor.uuid)
    found = list(rows.select_related("case").order_by("proposed_at", "id")[after : after + WAITING_MOST + 1])
    return [proposal_view(row) for row in found[:WAITING_MOST]], len(found) > WAITING_MOST


def card_for(actor: Actor, proposal_id: UUID, *, now: datetime) -> Card:
    """The computed facts of one proposal, for a supervisor or its maker."""
    row = Proposal.objects.filter(id=proposal_id).select_related("case").first()
    if row is None or not (actor.role in SUPERVISING or str(row.maker_id) == actor.id):
        raise NotFound()
    known = people.people((row.maker_id, row.case.customer_id))
    maker, customer = known[row.maker_id], known[row.case.customer_id]
    to_customer, by_maker = _paid(customer_id=customer.id, maker_id=maker.id, now=now)
    confirmation = None
    if row.order_id is not None:
        confirmation = confirmation_since(order_id=row.order_id, opened_at=row.case.opened_at)
    return Card(
        proposal=proposal_view(row), case=view_of(row.case), customer=customer.masked_name,
        maker=maker.alias or maker.name, maker_no=maker.staff_no,
        credited_to_customer=Money(to_customer, row.currency), credited_by_maker_today=Money(by_maker, row.currency),
        confirmation=confirmation, barred=barred(actor, row),
    )  # fmt: skip


def barred(actor: Actor, row: Proposal) -> bool:
    """Whether the actor, or one of their lead chain, proposed giving the provisional credit that this decides on."""
    if row.action not in Proposal.ON_PROVISIONAL:
        return False
    given = row.case.proposals.filter(action=Proposal.PROVISIONAL, status=Proposal.CARRIED_OUT)
    makers = set(given.values_list("maker_id", flat=True))
    return any(people.counts_as_one(actor.uuid, maker) for maker in makers)


def _paid(*, customer_id: UUID, maker_id: UUID, now: datetime) -> tuple[int, int]:
    """Goodwill carried out: all to this customer, and today's by this maker, in minor units."""
    day = now.astimezone(brand().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    theirs, own = Q(case__customer_id=customer_id), Q(maker_id=maker_id, settled_at__gte=day)
    paid = Proposal.objects.filter(theirs | own, action=Proposal.GOODWILL, status=Proposal.CARRIED_OUT)
    sums = paid.aggregate(theirs=Sum("amount", filter=theirs, default=0), own=Sum("amount", filter=own, default=0))
    return int(sums["theirs"]), int(sums["own"])


def refund_cases_for(actor: Actor, order_ids: list[UUID], *, now: datetime) -> dict[UUID, CaseHead]:
    """The open case of each refund, for staff who decide refunds. Refuses `identity.role.insufficient`."""
    people.require(actor=actor, action="cases.propose_refund", now=now)
    rows = Case.objects.filter(kind="refund", order_id__in=order_ids, status__in=(Case.OPEN, Case.WAITING))
    return {
        row.order_id: CaseHead(row.id, row.no, str(KINDS[row.kind].title), row.status, row.opened_at, row.owner_id)
        for row in rows.order_by("opened_at")
        if row.order_id is not None
    }


@dataclass(frozen=True)
class Counts:
    """How many cases are open, how many proposals wait for a second person."""

    open: int
    proposals_waiting: int


def counts() -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases_case WHERE status IN ('OPEN', 'WAITING')), "
            "(SELECT count(*) FROM cases_proposal WHERE status = 'PROPOSED')"
        )
        return Counts(*cursor.fetchone())
