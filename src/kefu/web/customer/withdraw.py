"""Taking money out to a linked card: fill in, see the fee and what of the free quota it takes, then have it paid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.limits.fee import quota_left_for
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.customer.forms import WithdrawForm
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

PAGE = "customer/withdraw_confirm.html"


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
            return show_quote(request, PAGE, quote)
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


@for_customers
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Hold it and have the bank pay: the same key, or the same quote, gives the same order. Large ones take the PIN."""
    return carry_out(request, PAGE, wallet.create_withdrawal)
