"""Asking a withdrawal back: what that is and is not, why, and the payment PIN."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.core.when import spoken
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.recall import ASKABLE, REASONS, answer_expected
from kefu.web.forms import Doorway, pin_field
from kefu.web.sessions import for_customers, signed_in


class RecallForm(Doorway):
    faults = {
        "wallet.recall.reason_unfit": "reason",
        "identity.pin": "pin",
        "identity.attempt": "pin",
        "identity.level": "pin",
    }
    reason = forms.ChoiceField(label=gettext_lazy("为什么要追回"), widget=forms.RadioSelect)
    pin = pin_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(code, REASONS[code]) for code in ASKABLE]  # type: ignore[attr-defined]


@for_customers
def ask(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """GET: what a recall is, that it may be refused, how long it takes. POST: ask, once for ever."""
    actor, now = signed_in(request), clock.now()
    order = money.order_for(actor, order_id)
    if not order.recallable:
        return redirect("order", order_id)  # asked already, or nothing to ask: the order says how it stands
    form = RecallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            identity.prove_step_up(actor=actor, pin=given["pin"], ref=f"recall:{order_id}", now=now)
            wallet.recall_withdrawal(actor=actor, order_id=order_id, reason=given["reason"], now=now)
            return redirect("order", order_id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "here": "activity", "order": order, "form": form, "until": spoken(answer_expected(now=now), now=now),
    }  # fmt: skip
    return render(request, "customer/recall.html", values, status=form.status if form.is_bound else 200)
