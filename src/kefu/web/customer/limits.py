"""How much may leave: what is used of each limit, a switch for each way out, and caps that customers set themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.money import parse_amount
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries import OutletView
from kefu.web.customer.forms import OwnLimitForm
from kefu.web.sessions import for_customers, signed_in

CAPS = ("order_cap", "day_cap", "month_cap")


@for_customers
def limits(request: HttpRequest) -> HttpResponse:
    """Everything on one page: class, counters, switches."""
    return render(
        request, "customer/limits.html", {"here": "me", "standing": money.limits_for(signed_in(request))}
    )


@for_customers
def outlet(request: HttpRequest, code: str) -> HttpResponse:
    """One way out: its switch and own caps. What widens asks for the payment PIN on the same page."""
    actor = signed_in(request)
    view = _outlet(actor, code)
    has_pin = people.person(actor.uuid).has_payment_pin
    form = OwnLimitForm(request.POST or None, initial=_initial(view), has_pin=has_pin)
    if request.method == "POST" and form.is_valid():
        try:
            _change(actor, view, form.cleaned_data)
            messages.success(request, _("已按您的设置生效。"), "ok")
            return redirect("limits")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "me", "outlet": view, "form": form, "has_pin": has_pin}
    return render(request, "customer/limit_form.html", values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def switch_off(request: HttpRequest, code: str) -> HttpResponse:
    """Off at once, without the PIN; the caps stay as they are."""
    actor = signed_in(request)
    view = _outlet(actor, code)
    caps = {name: cap.minor if cap else None for name in CAPS for cap in [getattr(view, name)]}
    wallet.change_limits(actor=actor, outlet=code, allowed=False, caps=wallet.Caps(**caps), now=clock.now())
    messages.success(request, _("%(what)s已关闭，马上生效。") % {"what": view.name}, "ok")
    return redirect("limits")


def _outlet(actor: Actor, code: str) -> OutletView:
    found = [view for view in money.limits_for(actor).outlets if view.code == code]
    if not found:
        raise NotFound()
    return found[0]


def _initial(view: OutletView) -> dict[str, Any]:
    caps = {name: getattr(view, name) for name in CAPS}
    return {"allowed": view.allowed} | {name: f"{cap.minor / 100:.2f}" if cap else "" for name, cap in caps.items()}


def _change(actor: Actor, view: OutletView, given: dict[str, Any]) -> None:
    now = clock.now()
    caps = {name: parse_amount(given[name]).minor if given[name] else None for name in CAPS}
    if given.get("pin"):
        identity.prove_step_up(actor=actor, pin=given["pin"], ref=view.ref, now=now)
    wallet.change_limits(
        actor=actor, outlet=view.code, allowed=given["allowed"], caps=wallet.Caps(**caps), now=now
    )
