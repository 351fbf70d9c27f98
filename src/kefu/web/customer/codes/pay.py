"""The code to show at a counter, and what became of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.code import used_code_for
from kefu.wallet.rules.limit import CODE_SERIES
from kefu.web.ids import read_id
from kefu.web.pictures import qr_code
from kefu.web.sessions import for_customers, signed_in


def _pay_values(request: HttpRequest) -> dict[str, Any]:
    """A fresh code, or why there is none."""
    actor, now = signed_in(request), clock.now()
    try:
        code = wallet.issue_pay_code(actor=actor, now=now)
    except Refusal as refusal:
        return {"refusal": refusal}
    limits = {limit.series: limit for outlet in money.limits_for(actor, now=now).outlets for limit in outlet.limits}
    return {"code": code, "qr": qr_code(code.digits, _("付款码的二维码")), "free": limits.get(CODE_SERIES)}


@for_customers
@require_GET
def pay(request: HttpRequest) -> HttpResponse:
    """A code to show at a counter; the page renews it while it is open."""
    return render(request, "customer/code_pay.html", _pay_values(request))


@for_customers
@require_GET
def pay_body(request: HttpRequest) -> HttpResponse:
    """What became of the code that is shown; a fresh one when nothing did."""
    used = used_code_for(signed_in(request), read_id(request.GET.get("shown")), now=clock.now())
    return render(request, "customer/code_pay_body.html", {"used": used} if used else _pay_values(request))


@for_customers
@require_GET
def shown(request: HttpRequest, code_id: UUID) -> HttpResponse:
    """The same for a code of before: where a notice leads to."""
    used = used_code_for(signed_in(request), code_id, now=clock.now())
    return render(request, "customer/code_pay.html", {"used": used} if used else _pay_values(request))
