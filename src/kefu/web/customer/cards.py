"""Linking a bank card: number, then the code that the bank sends. The bank takes its time."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as cards
from kefu.web.customer.forms import CardCodeForm, CardForm
from kefu.web.look import back_to
from kefu.web.sessions import for_customers, signed_in

AFTER = "kefu_after_card"


@for_customers
def new_card(request: HttpRequest) -> HttpResponse:
    """Ask the bank to send a code to the card's holder. The number is not kept."""
    form = CardForm(request.POST or None)
    if request.method == "GET":
        request.session[AFTER] = back_to(request, request.GET.get("next", ""), "/me/")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            check = wallet.link_card(
                actor=signed_in(request),
                pan=given["pan"],
                holder=given["holder"],
                phone=given["phone"],
                now=clock.now(),
            )
            return redirect("card_check", check.id)
        except Refusal as refusal:
            form.refuse(refusal)
    status = form.status if form.is_bound else 200
    return render(request, "customer/card_new.html", {"form": form, "here": "me"}, status=status)


@for_customers
def card_check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Where the linking stands: asking the bank, code wanted, checking, linked or refused."""
    actor = signed_in(request)
    form = CardCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            wallet.confirm_card(actor=actor, check_id=check_id, code=form.cleaned_data["code"], now=clock.now())
            return redirect("card_check", check_id)
        except Refusal as refusal:
            form.refuse(refusal)
    check = cards.card_check_for(actor, check_id)
    values = {"check": check, "form": form, "here": "me", "after": request.session.get(AFTER, "/me/")}
    part = getattr(request, "htmx", False) and request.method == "GET"
    template = "customer/card_check_body.html" if part else "customer/card_check.html"
    return render(request, template, values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def unlink_card(request: HttpRequest, card_id: UUID) -> HttpResponse:
    wallet.unlink_card(actor=signed_in(request), instrument_id=card_id, now=clock.now())
    messages.success(request, _("这张卡已解绑。"), "ok")
    return redirect("me")
