"""A bill or repayment arranged for a day before it is due: the last safe moment first, then the payment PIN."""

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
from kefu.planning import actions as planning
from kefu.web.customer.forms import amount_field
from kefu.web.customer.planning.forms import day_field, plain
from kefu.web.forms import Doorway, pin_field
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

CHOICES = (("full", _("全部")), ("minimum", _("最低还款额")))


class BillPlanForm(Doorway):
    faults = {"core.amount": "most", "planning.bill.unfit": "most", "planning.bill.too_late": "on"}
    choice = forms.ChoiceField(label=_("付多少"), choices=CHOICES, initial="full")
    most = amount_field(_("最多付多少"))
    on = day_field(_("哪天付"), hint=_("那天早上九点先查账单再付"))


class BillPlanProofForm(BillPlanForm):
    """The same wish once more, with the payment PIN for it."""

    faults = {"identity.pin": "pin", "identity.attempt": "pin", "identity.level": "pin"}
    pin = pin_field()


def _wish(form: BillPlanForm, check_id: UUID) -> planning.BillWish:
    given = form.cleaned_data
    return planning.BillWish(
        check_id=check_id, choice=given["choice"], most=parse_amount(given["most"]), on=given["on"]
    )


@for_customers
def plan(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """GET: until when it is safe, and the form. POST: what it would be; then the payment PIN arranges it."""
    actor, now = signed_in(request), clock.now()
    ahead, last = planning.safe_days(actor=actor, check_id=check_id, now=now)
    form = BillPlanForm(request.POST or None, initial={"most": plain(ahead.amount_due), "on": last, "choice": "full"})
    if request.method == "POST" and form.is_valid():
        try:
            seen = planning.check_bill_schedule(actor=actor, wish=_wish(form, check_id), now=now)
            return _confirm(request, seen, BillPlanProofForm(initial=form.cleaned_data), check_id, new_id())
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"form": form, "ahead": ahead, "last": last, "check_id": check_id}
    status = form.status if form.is_bound else 200
    return render(request, "customer/planning/bill_plan.html", values, status=status)


def _confirm(
    request: HttpRequest, seen: planning.BillWishView, form: BillPlanProofForm, check_id: UUID, key: UUID
) -> HttpResponse:
    values: dict[str, Any] = {"seen": seen, "form": form, "check_id": check_id, "key": key}
    values |= {"on": str(form["on"].value()), "minimum": form["choice"].value() == "minimum"}
    status = form.status if form.is_bound else 200
    return render(request, "customer/planning/bill_plan_confirm.html", values, status=status)


@for_customers
@require_POST
def make(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Arrange it with the PIN given for its key; a wrong one shows the page again."""
    actor, now = signed_in(request), clock.now()
    form, key = BillPlanProofForm(request.POST), read_id(request.POST.get("key"))
    if form.is_valid():
        try:
            identity.prove_step_up(actor=actor, pin=form.cleaned_data["pin"], ref=planning.proof_ref(key), now=now)
            made = planning.create_bill_schedule(actor=actor, key=key, wish=_wish(form, check_id), now=now)
            return redirect("schedule", made.id)
        except Refusal as refusal:
            if not refusal.code.startswith("identity."):
                raise
            form.refuse(refusal)
    return _again(request, actor, form, check_id, key, now=now)


def _again(
    request: HttpRequest, actor: Actor, form: BillPlanProofForm, check_id: UUID, key: UUID, *, now: datetime
) -> HttpResponse:
    plain_form = BillPlanForm(request.POST)
    if not plain_form.is_valid():
        ahead, last = planning.safe_days(actor=actor, check_id=check_id, now=now)
        values = {"form": plain_form, "ahead": ahead, "last": last, "check_id": check_id}
        return render(request, "customer/planning/bill_plan.html", values, status=422)
    seen = planning.check_bill_schedule(actor=actor, wish=_wish(plain_form, check_id), now=now)
    return _confirm(request, seen, form, check_id, key)
