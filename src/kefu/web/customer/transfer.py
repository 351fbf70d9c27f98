"""Sending money to another customer: fill in, see whom and what it costs, then send, once per key."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.customer.forms import TransferForm
from kefu.web.sessions import for_customers, signed_in

PAGE = "customer/transfer_confirm.html"


def _modes() -> list[dict[str, Any]]:
    fees = {line.mode: line for line in money.fees("transfer")}
    said = {
        "now": (_("实时到账"), _("马上到账，不能撤回")),
        "two_hours": (_("2 小时后到账"), _("到账前可以取消，更稳妥")),
        "next_day": (_("次日到账"), _("明天 09:00 到账，之前可以取消")),
    }
    return [
        {"code": code, "label": label, "hint": hint, "fee": fees[code].text, "free": fees[code].is_free}
        for code, (label, hint) in said.items()
        if code in fees
    ]


def _form_page(request: HttpRequest, form: TransferForm) -> HttpResponse:
    actor = signed_in(request)
    values = {"form": form, "modes": _modes(), "balance": money.balance_for(actor)}
    return render(request, "customer/transfer.html", values, status=form.status if form.is_bound else 200)


@for_customers
def transfer(request: HttpRequest) -> HttpResponse:
    """The form."""
    return _form_page(request, TransferForm(initial={"mode": "now", "phone": request.GET.get("to", "")[:20]}))


@for_customers
def confirm(request: HttpRequest) -> HttpResponse:
    """Whom, how much, what it costs, when it arrives. Nothing has moved yet."""
    if request.method != "POST":
        return redirect("transfer")
    form = TransferForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        actor, now = signed_in(request), clock.now()
        try:
            identity.count_look_up(actor=actor, what=identity.PHONE, now=now)
            quote = wallet.quote_transfer(
                actor=actor,
                payee_phone=given["phone"],
                amount=parse_amount(given["amount"]),
                mode=given["mode"],
                remark=given["remark"],
                now=now,
            )
            return show_quote(request, PAGE, quote)
        except Refusal as refusal:
            form.refuse(refusal)
    return _form_page(request, form)


@for_customers
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send it: the same key, or the same quote again, gives the same order. Large ones take the PIN."""
    return carry_out(request, PAGE, wallet.create_transfer)
