"""Alarms that stand on every page of operators and supervisors until one of them has seen to them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.money import Money
from kefu.settlement import actions, queries
from kefu.web.office.board import OPERATORS
from kefu.web.sessions import signed_in


@OPERATORS
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """The part that each page of theirs asks for, and asks for again when an alarm is raised or taken."""
    found = queries.alarms_for(signed_in(request), now=clock.now())
    lines = [
        (one, Money(one.lacking, one.currency), Money(abs(one.difference), one.currency)) for one in found
    ]
    return render(request, "office/alarms.html", {"lines": lines})


@OPERATORS
@require_POST
def take(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Somebody has seen to it and says what they found."""
    found = request.POST.get("found", "")[:500]
    actions.take_alarm(actor=signed_in(request), alarm_id=alarm_id, found=found, now=clock.now())
    messages.success(request, _("已记下您的处理，留在审计记录里。"), "ok")
    return redirect("office_safeguarding")
