"""Provisional credits within a case: give, make final, announce that it goes back, recover what is owed."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.cases import actions
from kefu.cases import queries as cases
from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.identity import queries as people
from kefu.sla import queries as clocks
from kefu.wallet.queries import provisional as provisionals
from kefu.wallet.rules.provisional import BASES, REASONS
from kefu.web.ids import read_id
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")


def part(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The part of a case's page on provisional credits: those given on it, and what may be given still."""
    actor, now = signed_in(request), clock.now()
    case = cases.case_view_for(actor, case_id, now=now)
    sees = people.grant_between(staff_id=actor.uuid, customer_id=case.customer_id, now=now) is not None
    if "provisional" not in case.allowed:
        return HttpResponse()
    values = {
        "case": case,
        "over": case.status in ("RESOLVED", "CLOSED"),
        "given": provisionals.provisionals_on_case(case.no),
        "to_give": provisionals.left_to_give(case.order_id) if case.order_id and sees else None,
        "reasons": REASONS,
        "bases": BASES,
        "back_at": clocks.due_if_started("PROV-NOTICE", anchor=now),
        "debt_at": clocks.due_if_started("DEBT-NOTICE", anchor=now),
        "decide_at": clocks.due_if_started("PROV-DECIDE", anchor=now),
    }
    return render(request, "console/case_provisional.html", values)


@AGENTS
def give(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """GET: the part of the case's page. POST: propose one."""
    if request.method != "POST":
        return part(request, case_id)
    actions.propose_provisional(
        actor=signed_in(request), case_id=case_id, amount=parse_amount(request.POST.get("amount", "")),
        reason=request.POST.get("reason", ""), key=read_id(request.POST.get("key")), now=clock.now(),
    )  # fmt: skip
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def step(request: HttpRequest, case_id: UUID, order_id: UUID, deed: str) -> HttpResponse:
    """`final`, `notice` or `recovery` of a credit that was given."""
    on: dict[str, Any] = {"actor": signed_in(request), "case_id": case_id, "order_id": order_id, "now": clock.now()}
    words, code = request.POST.get("reason", ""), request.POST.get("code", "")
    if deed == "final":
        actions.propose_final(reason=words, **on)
    elif deed == "notice":
        actions.propose_notice(code=code, words=words, **on)
    elif deed == "recovery":
        actions.propose_recovery(code=code, words=words, **on)
    else:
        raise FieldWrong(fields="deed")
    return redirect(f"/console/case/{case_id}/")
