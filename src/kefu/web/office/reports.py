"""Words between customers that name a number or a link not ours: read and decided here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.identity import queries as people
from kefu.trust import actions as trust
from kefu.trust import queries as reported
from kefu.web.office.board import OPERATORS
from kefu.web.sessions import signed_in


def _kinds() -> dict[str, Any]:
    return {"number": _("号码"), "link": _("链接"), "handle": _("社交账号")}


@OPERATORS
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The list; open ones unless asked otherwise."""
    status = request.GET.get("status", "OPEN")
    found = reported.reports_for(signed_in(request), status=status)
    names = people.people(person for one in found for person in (one.writer_id, one.reader_id) if person)
    rows = [
        {
            "report": one,
            "kinds": [_kinds().get(kind, kind) for kind in one.found],
            "writer": names.get(one.writer_id),
            "reader": names.get(one.reader_id) if one.reader_id else None,
        }
        for one in found
    ]
    values = {"here": "reports", "rows": rows, "status": status, "waiting": reported.open_reports()}
    return render(request, "office/reports.html", values)


@OPERATORS
@require_POST
def decide(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Confirm or dismiss one, with the reason."""
    confirmed = request.POST.get("decision") == "confirm"
    note = request.POST.get("note", "")
    trust.decide_report(
        actor=signed_in(request), report_id=report_id, confirmed=confirmed, note=note, now=clock.now()
    )
    messages.success(request, _("已记录。"), "ok")
    return redirect("office_reports")
