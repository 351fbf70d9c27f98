"""The second person's place: what waits, the card of computed facts, and the decision."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.cases import actions
from kefu.cases import queries as cases
from kefu.core import clock
from kefu.identity import queries as people
from kefu.wallet.queries import provisional as provisionals
from kefu.web.ids import pages_around, read_place
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in


@for_staff("supervisor")
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Open proposals of others, the oldest first, page by page."""
    after = read_place(request.GET.get("after", "0"))
    found, more = cases.proposals_waiting_for(signed_in(request), after=after)
    values = {"proposals": found, **pages_around(after, most=cases.WAITING_MOST, more=more)}
    return render(request, "console/approvals.html", values)


@for_staff("agent", "supervisor")
@require_GET
def card(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Facts first, the maker's words below, then yes or no."""
    actor, now = signed_in(request), clock.now()
    found = cases.card_for(actor, proposal_id, now=now)
    approval = people.approval_for(actor=actor, approval_id=found.proposal.approval_id, now=now)
    return render(request, "console/approval.html", {"card": found, "approval": approval, **_provisional(found)})


def _provisional(card: cases.Card) -> dict[str, Any]:
    """Of a provisional credit: how it stands, or how much may be given for the order in dispute."""
    action, order = card.proposal.action, card.proposal.order_id
    if action == "provisional" and order and card.proposal.status == "PROPOSED":
        return {"to_give": provisionals.left_to_give(order)}
    if action not in ("final", "notice", "recovery"):
        return {}
    given = provisionals.provisionals_on_case(card.case.no)
    return {"given": next((one for one in given if one.order_id == order), None)}


@for_staff("supervisor")
@require_POST
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    decision = request.POST.get("decision")
    if decision not in ("approve", "reject"):
        raise FieldWrong(fields="decision")
    actions.decide_proposal(
        actor=signed_in(request), proposal_id=proposal_id, approve=decision == "approve",
        words=request.POST.get("words", ""), now=clock.now(),
    )  # fmt: skip
    return redirect(f"/console/approvals/{proposal_id}/")
