"""Taking money out to a linked card: fill in, see the fee and what of the free quota it takes, then have it paid."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries import QuoteView
from kefu.wallet.queries.fee import quota_left_for
from kefu.wallet.queries.quote import quote_for
from kefu.web import words
from kefu.web.customer.forms import StepUpForm, WithdrawForm
from kefu.web.customer.transfer import LEVEL
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in


@for_customers
def withdraw(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the page before anything is held."""
    actor = signed_in(request)
    linked = money.instruments_for(actor)
    if not linked:
        return redirect("/cards/new/?next=/withdraw/")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            amount, card = parse_amount(given["amount"]), read_id(given["card"])
            quote = wallet.quote_withdrawal(actor=actor, instrument_id=card, amount=amount, now=clock.now())
            return _confirm_page(request, quote, new_id(), StepUpForm() if quote.needs_pin else None)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "form": form,
        "cards": linked,
        "balance": money.balance_for(actor),
        "quota": quota_left_for(actor, kind="withdrawal", now=clock.now()),
        "fee": money.fees("withdrawal")[0].text,
    }
    return render(request, "customer/withdraw.html", values, status=form.status if form.is_bound else 200)


def _confirm_page(request: HttpRequest, quote: QuoteView, key: UUID, form: StepUpForm | None) -> HttpResponse:
    values = {
        "quote": quote,
        "key": key,
        "form": form,
        "until": words.moment(quote.expires_at, clock.now(), "time"),
    }
    wrong = form is not None and form.is_bound
    return render(
        request, "customer/withdraw_confirm.html", values, status=form.status if form is not None and wrong else 200
    )


@for_customers
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Hold it and have the bank pay: the same key, or the same quote, gives the same order. Large ones take the PIN."""
    actor, now = signed_in(request), clock.now()
    key, quote_id = read_id(request.POST.get("key")), read_id(request.POST.get("quote"))
    form = StepUpForm(request.POST)
    try:
        if request.POST.get("pin"):
            identity.prove_step_up(actor=actor, pin=request.POST["pin"][:12], ref=f"quote:{quote_id}", now=now)
        order = wallet.create_withdrawal(actor=actor, key=key, quote_id=quote_id, now=now)
    except Refusal as refusal:
        if not refusal.code.startswith(("identity.pin", "identity.attempt", LEVEL)):
            raise
        form.is_valid()
        form.refuse(refusal)
        return _confirm_page(request, quote_for(actor, quote_id), key, form)
    return redirect("order", order.id)
