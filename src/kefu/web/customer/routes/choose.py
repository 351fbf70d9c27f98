"""A refund that its card could not take: its owner chooses the balance or another card, with the payment PIN."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries import InstrumentView, OrderView
from kefu.web.forms import Doorway, pin_field
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

BALANCE = "balance"


class RouteForm(Doorway):
    faults = {
        "wallet.refund.route_unfit": "route",
        "identity.pin": "pin",
        "identity.attempt": "pin",
        "identity.level": "pin",
    }
    route = forms.ChoiceField(label=gettext_lazy("退到哪里"), widget=forms.RadioSelect)
    pin = pin_field()

    def __init__(self, *args: Any, cards: list[InstrumentView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(str(card.id), card.label) for card in cards]
        self.fields["route"].choices = [(BALANCE, _("余额")), *others]  # type: ignore[attr-defined]


@for_customers
def choose(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """GET: what is kept, and where it can go. POST: send it there, once for each key."""
    actor = signed_in(request)
    order = money.order_for(actor, order_id)
    if not order.is_kept and request.method == "GET":
        return redirect("order", order.rerouted_to or order_id)
    cards = [card for card in money.instruments_for(actor) if card.label != order.card]
    form = RouteForm(request.POST or None, cards=cards)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("order", _reroute(request, actor, order_id, form.cleaned_data).id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "here": "activity",
        "order": order,
        "cards": cards,
        "form": form,
        "key": request.POST.get("key") or new_id(),
    }
    return render(request, "customer/route.html", values, status=form.status if form.is_bound else 200)


def _reroute(request: HttpRequest, actor: Actor, order_id: UUID, given: dict[str, Any]) -> OrderView:
    key, now = read_id(request.POST.get("key")), clock.now()
    card = None if given["route"] == BALANCE else UUID(given["route"])
    identity.prove_step_up(actor=actor, pin=given["pin"], ref=f"reroute:{order_id}", now=now)
    return wallet.reroute_refund(actor=actor, key=key, order_id=order_id, card_id=card, now=now)
