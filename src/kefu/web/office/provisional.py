"""Provisional credits that wait for their end, and what customers owe from them: with their age, the oldest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.wallet.queries.provisional import LIST_MOST, open_provisionals_for
from kefu.web.office.board import OPERATORS
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import signed_in


@OPERATORS
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Page by page; those past the day of their decision are marked."""
    given = request.GET.get("after", "0")
    if not given.isascii() or not given.isdecimal() or len(given) > 6:
        raise FieldWrong(fields="after")
    now, after = clock.now(), int(given)
    found, more = open_provisionals_for(signed_in(request), now=now, after=after)
    rows = [
        {"one": one, "age": (now - one.given_at).days, "late": one.status == "GIVEN" and now > one.decide_by}
        for one in found
    ]
    values = {
        "here": "provisional",
        "rows": rows,
        "before": max(0, after - LIST_MOST) if after else None,
        "after": after + LIST_MOST if more else None,
    }
    return render(request, "office/provisional.html", values)
