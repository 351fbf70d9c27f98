"""Refunds that the platform has to decide: which wait, who cares for them, and what is proposed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.cases import actions
from kefu.cases import queries as cases
from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.wallet.queries.shop.refund import escalated_for
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")


@AGENTS
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All of them, the longest waiting on top, each with its case."""
    actor, now = signed_in(request), clock.now()
    waiting = escalated_for(actor, now=now)
    heads = cases.refund_cases_for(actor, [one.order_id for one in waiting], now=now)
    rows = [(one, heads.get(one.order_id)) for one in waiting]
    return render(request, "console/refunds.html", {"rows": rows})


@AGENTS
@require_POST
def take(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Care for it from now on."""
    actions.take_case(actor=signed_in(request), case_id=case_id, now=clock.now())
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def propose(request: HttpRequest, case_id: UUID) -> HttpResponse:
    amount = parse_amount(request.POST.get("amount", ""))
    reason = request.POST.get("reason", "")
    actions.propose_refund(actor=signed_in(request), case_id=case_id, amount=amount, reason=reason, now=clock.now())
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def decline(request: HttpRequest, case_id: UUID) -> HttpResponse:
    reason = request.POST.get("reason", "")
    actions.propose_decline(actor=signed_in(request), case_id=case_id, reason=reason, now=clock.now())
    return redirect(f"/console/case/{case_id}/")
