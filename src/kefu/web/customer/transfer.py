"""Sending money to another customer: fill in, see whom and what it costs, then send, once per key."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries import QuoteView
from kefu.wallet.queries.quote import quote_for
from kefu.web import words
from kefu.web.customer.forms import StepUpForm, TransferForm
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

LEVEL = "identity.level.insufficient"


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
        try:
            quote = wallet.quote_transfer(
                actor=signed_in(request),
                payee_phone=given["phone"],
                amount=parse_amount(given["amount"]),
                mode=given["mode"],
                remark=given["remark"],
                now=clock.now(),
            )
            return _confirm_page(request, quote, new_id(), StepUpForm() if quote.needs_pin else None)
        except Refusal as refusal:
            form.refuse(refusal)
    return _form_page(request, form)


def _confirm_page(request: HttpRequest, quote: QuoteView, key: UUID, form: StepUpForm | None) -> HttpResponse:
    wrong = form is not None and form.is_bound
    return render(
        request,
        "customer/transfer_confirm.html",
        {
            "quote": quote,
            "key": key,
            "form": form,
            "until": words.moment(quote.expires_at, clock.now(), "time"),
        },
        status=form.status if form is not None and wrong else 200,
    )


@for_customers
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send it: the same key, or the same quote again, gives the same order. Large ones take the PIN."""
    actor, now = signed_in(request), clock.now()
    key, quote_id = read_id(request.POST.get("key")), read_id(request.POST.get("quote"))
    form = StepUpForm(request.POST)
    try:
        if request.POST.get("pin"):
            identity.prove_step_up(actor=actor, pin=request.POST["pin"][:12], ref=f"quote:{quote_id}", now=now)
        order = wallet.create_transfer(actor=actor, key=key, quote_id=quote_id, now=now)
    except Refusal as refusal:
        if not refusal.code.startswith(("identity.pin", "identity.attempt", LEVEL)):
            raise
        form.is_valid()
        form.refuse(refusal)
        return _confirm_page(request, quote_for(actor, quote_id), key, form)
    return redirect("order", order.id)
