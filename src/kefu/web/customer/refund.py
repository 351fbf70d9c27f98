"""Money back from a merchant: asked for step by step, followed on the order's page, disputed or taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.actions.shop.refund import Asking
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.shop import refund as refunds
from kefu.wallet.queries.shop.values import asking_choices
from kefu.wallet.rules.shop import FILES_MOST
from kefu.web.customer.files import keep_evidence
from kefu.web.customer.forms import amount_field
from kefu.web.forms import Doorway, pin_field
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in
from kefu.web.templatetags.kefu import plain_amount


class RefundForm(Doorway):
    faults = {
        "core.amount": "amount",
        "wallet.refund.too_much": "amount",
        "wallet.refund.words": "words",
        "identity.pin": "pin",
        "identity.attempt": "pin",
        "identity.level": "pin",
    }
    amount = amount_field(_("退多少"))
    reason = forms.ChoiceField(label=_("为什么退"), choices=asking_choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("发生了什么"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    pin = pin_field()


def shop_values(actor: Actor, order: OrderView, *, now: datetime) -> dict[str, Any]:
    """What the page of an order shows besides, when it is a payment to a merchant or a refund."""
    if order.kind == "payment":
        return {
            "refundable": refunds.refundable_for(actor, order.id, now=now),
            "refunds": refunds.refunds_of(actor, order.id, now=now),
        }
    if order.kind == "refund":
        return {"refund": refunds.refund_for(actor, order.id, now=now)}
    return {}


@for_customers
def ask(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """GET: what can be asked back, until when, and the form. POST: ask, once for each key."""
    actor, now = signed_in(request), clock.now()
    refundable = refunds.refundable_for(actor, order_id, now=now)
    if refundable.open_refund and request.method == "GET":
        return redirect("order", refundable.open_refund)
    if refundable.why_not and request.method == "GET":
        return redirect("order", order_id)
    form = RefundForm(request.POST or None, initial={"amount": plain_amount(refundable.left)})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("order", _ask(request, actor, order_id, form.cleaned_data, now).id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "here": "activity",
        "order": orders.order_for(actor, order_id),
        "refundable": refundable,
        "form": form,
        "key": request.POST.get("key") or new_id(),
    }
    return render(request, "customer/refund.html", values, status=form.status if form.is_bound else 200)


def _ask(request: HttpRequest, actor: Actor, order_id: UUID, given: dict[str, Any], now: datetime) -> OrderView:
    """The PIN first: files of somebody who cannot give it are not kept."""
    amount, key = parse_amount(given["amount"]), read_id(request.POST.get("key"))
    identity.prove_step_up(actor=actor, pin=given["pin"], ref=f"refund:{order_id}", now=now)
    asking = Asking(
        order_id=order_id,
        amount=amount,
        reason=given["reason"],
        words=given["words"],
        file_ids=keep_evidence(request, actor, most=FILES_MOST, now=now),
    )
    return wallet.request_refund(actor=actor, key=key, asking=asking, now=now)


@for_customers
@require_POST
def withdraw(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take the request back."""
    wallet.withdraw_refund(actor=signed_in(request), order_id=order_id, now=clock.now())
    return redirect("order", order_id)


@for_customers
@require_POST
def escalate(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The merchant said no: have the platform decide."""
    words = request.POST.get("words", "")
    wallet.escalate_refund(actor=signed_in(request), order_id=order_id, words=words, now=clock.now())
    return redirect("order", order_id)
