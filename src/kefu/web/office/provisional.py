"""Provisional credits that wait for their end, and what customers owe from them: with their age, the oldest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.wallet.queries.provisional import LIST_MOST, open_provisionals_for
from kefu.web.ids import pages_around, read_place
from kefu.web.office.board import OPERATORS
from kefu.web.sessions import signed_in


@OPERATORS
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Page by page; those past the day of their decision are marked."""
    now, after = clock.now(), read_place(request.GET.get("after", "0"))
    found, more = open_provisionals_for(signed_in(request), now=now, after=after)
    rows = [
        {"one": one, "age": (now - one.given_at).days, "late": one.status == "GIVEN" and now > one.decide_by}
        for one in found
    ]
    values = {
        "here": "provisional",
        "rows": rows,
        **pages_around(after, most=LIST_MOST, more=more),
    }
    return render(request, "office/provisional.html", values)
