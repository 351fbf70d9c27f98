"""Topping up: choose card and amount, see it once more, then have the bank asked, once per key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import Money, parse_amount
from kefu.core.refusal import NotFound, Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as cards
from kefu.web.customer.forms import TopUpForm
from kefu.web.ids import read_id, read_minor
from kefu.web.sessions import for_customers, signed_in


@for_customers
def topup(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the page before the bank is asked; nothing has moved yet."""
    linked = cards.instruments_for(signed_in(request))
    if not linked:
        return redirect("/cards/new/?next=/topup/")
    form = TopUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            amount = parse_amount(form.cleaned_data["amount"])
            card = next((one for one in linked if str(one.id) == form.cleaned_data["card"]), None)
            if card is None:
                raise NotFound()
            values = {"amount": amount, "card": card, "fee": Money(0), "key": new_id()}
            return render(request, "customer/topup_confirm.html", values)
        except Refusal as refusal:
            form.refuse(refusal)
    status = form.status if form.is_bound else 200
    return render(request, "customer/topup.html", {"form": form, "cards": linked}, status=status)


@for_customers
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Have the bank take the money; the same key gives the same order."""
    given = request.POST
    order = wallet.create_topup(
        actor=signed_in(request),
        key=read_id(given.get("key")),
        instrument_id=read_id(given.get("card")),
        amount=Money(read_minor(given.get("amount"))),
        now=clock.now(),
    )
    return redirect("order", order.id)
