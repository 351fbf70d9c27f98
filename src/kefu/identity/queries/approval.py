"""Approvals as their makers and checkers see them."""

from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity.models import Approval, Decision, User
from kefu.identity.rules.approval import same_chain
from kefu.identity.rules.level import DESK, ROLES, STAFF
from kefu.identity.values import ApprovalView, DecisionView, approval_view, person_of

_LONGEST_CHAIN = 20
Leads = dict[UUID, UUID | None]


def whole_approvals() -> QuerySet[Approval]:
    """Approvals with their maker, their decisions in order and who decided: two queries however many."""
    decisions = Decision.objects.select_related("checker").order_by("at")
    return Approval.objects.select_related("maker").prefetch_related(Prefetch("decisions", decisions))


def leads_of_staff() -> Leads:
    """Who leads whom; read once for all chains of a page."""
    return dict(User.objects.filter(kind=User.STAFF).values_list("id", "lead_id"))


def lead_chain(user: User, leads: Leads) -> list[str]:
    """The person, their lead, the lead's lead, upwards."""
    chain = [str(user.id)]
    above = user.lead_id
    while above and str(above) not in chain and len(chain) < _LONGEST_CHAIN:
        chain.append(str(above))
        above = leads.get(above)
    return chain


def counts_as_one(one: UUID, other: UUID) -> bool:
    """Whether two of the staff may not check each other's work: the same person, or of one lead chain."""
    leads = leads_of_staff()
    chains = [lead_chain(user, leads) for user in User.objects.filter(pk__in=(one, other), kind=User.STAFF)]
    return one == other or (len(chains) == 2 and same_chain(*chains))


def why_not_decide(approval: Approval, checker: User, leads: Leads) -> str:
    """Why this person may not decide here, in the active language; empty when they may. `approval` is whole."""
    if checker.role not in ROLES["identity.decide_approval"] or not checker.is_active:
        return str(_("只有主管可以复核。"))
    if checker.id == approval.maker_id:
        return str(_("申请人不能复核自己的申请。"))
    own = lead_chain(checker, leads)
    if same_chain(own, lead_chain(approval.maker, leads)):
        return str(_("您与申请人在同一条上下级线上。"))
    for decision in approval.decisions.all():
        if decision.checker_id == checker.id:
            return str(_("您已经复核过这一项。"))
        if same_chain(own, lead_chain(decision.checker, leads)):
            return str(_("您与另一位复核人在同一条上下级线上。"))
    return ""


def _view(approval: Approval, reader: User, leads: Leads) -> ApprovalView:
    decisions = tuple(
        DecisionView(person_of(row.checker), row.approve, row.words, row.at) for row in approval.decisions.all()
    )
    why_not = (
        why_not_decide(approval, reader, leads)
        if approval.status == Approval.PROPOSED
        else str(_("这项申请已经有了结果。"))
    )
    return approval_view(approval, why_not=why_not, decisions=decisions)


def approval_for(*, actor: Actor, approval_id: UUID, now: datetime | None = None) -> ApprovalView:
    """One approval, for agents and supervisors; operators see their own and those of settlement.

    Refuses `core.thing.not_found`.

    One that is past its end reads EXPIRED even before the minute's sweep wrote it.
    """
    if actor.role not in STAFF:
        raise NotFound()
    approval = whole_approvals().filter(pk=approval_id).first()
    of_office = approval is not None and approval.action.startswith("settlement.")
    if approval is None or (actor.role not in DESK and approval.maker_id != actor.uuid and not of_office):
        raise NotFound()
    _age(approval, now or clock.now())
    return _view(approval, User.objects.get(pk=actor.uuid), leads_of_staff())


def _age(approval: Approval, now: datetime) -> None:
    if approval.status in (Approval.PROPOSED, Approval.APPROVED) and approval.until <= now:
        approval.status = Approval.EXPIRED


def approvals_for(*, actor: Actor, now: datetime | None = None, limit: int = 50) -> list[ApprovalView]:
    """What waits for a decision and what was decided lately, open ones first; agents see their own."""
    if actor.role not in DESK:
        return []
    rows = whole_approvals().order_by("-proposed_at")
    if actor.role == User.AGENT:
        rows = rows.filter(maker_id=actor.uuid)
    found = list(rows[:limit])
    reader, leads = User.objects.get(pk=actor.uuid), leads_of_staff()
    moment = now or clock.now()
    for approval in found:
        _age(approval, moment)
    found.sort(key=lambda approval: approval.status != Approval.PROPOSED)
    return [_view(approval, reader, leads) for approval in found]
