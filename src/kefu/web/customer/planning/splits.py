"""Splitting a sum: who, how much each, who has paid."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.planning.actions.split import PEOPLE_MOST
from kefu.wallet import queries as orders
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.customer.planning.forms import SplitForm
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

CONFIRM = "customer/planning/share_confirm.html"


@for_customers
def splits(request: HttpRequest) -> HttpResponse:
    """Those that one made, and those that one is asked to pay."""
    values = {"splits": plans.splits_for(signed_in(request)), "here": "wallet"}
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "customer/planning/splits_list.html" if part else "customer/planning/splits.html", values)


@for_customers
def new_split(request: HttpRequest) -> HttpResponse:
    """GET: the form, for an order when one is named. POST: who would pay how much; `key` makes it."""
    actor, order_id = signed_in(request), request.GET.get("order") or request.POST.get("order")
    order = orders.order_for(actor, read_id(order_id)) if order_id else None
    first = {"own": 1, "title": order.remark if order else ""}
    form = SplitForm(request.POST or None, initial=first)
    if order:
        form.fields["amount"].required = False
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asked = planning.Asked(
                title=given["title"],
                others=form.others(),
                own_weight=given["own"],
                total=None if order else parse_amount(given["amount"]),
                order_id=order.id if order else None,
            )
            times = min(len(asked.others), PEOPLE_MOST)
            identity.count_look_up(actor=actor, what=identity.PHONE, times=times, now=clock.now())
            if given_key := request.POST.get("key"):
                made = planning.create_split(actor=actor, key=read_id(given_key), asked=asked, now=clock.now())
                return redirect("split", made.id)
            plan = planning.plan_split(actor=actor, asked=asked)
            values = {"plan": plan, "form": form, "key": new_id(), "order": order}
            return render(request, "customer/planning/split_confirm.html", values)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"form": form, "order": order}
    return render(request, "customer/planning/split_new.html", values, status=form.status if form.is_bound else 200)


def _values(request: HttpRequest, split_id: UUID) -> dict[str, Any]:
    return {"split": plans.split_for(signed_in(request), split_id), "here": "wallet"}


@for_customers
def split(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Who has paid, for the maker; one's own share, for the others. Moves by itself."""
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    page = "customer/planning/split_body.html" if part else "customer/planning/split.html"
    return render(request, page, _values(request, split_id))


@for_customers
@require_POST
def quote_share(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """The page before one's own share is paid."""
    mode = request.POST.get("mode", "now")
    quote = planning.quote_share(actor=signed_in(request), split_id=split_id, mode=mode, now=clock.now())
    return show_quote(request, CONFIRM, quote)


@for_customers
@require_POST
def pay_share(request: HttpRequest) -> HttpResponse:
    """Pay it: whatever tab asks, one share is one order."""
    return carry_out(request, CONFIRM, planning.pay_share)


@for_customers
@require_POST
def remind(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Remind those who owe, at most once a day each."""
    try:
        count = planning.remind_split(actor=signed_in(request), split_id=split_id, now=clock.now())
    except Refusal as refusal:
        values = {**_values(request, split_id), "refusal": refusal}
        return render(request, "customer/planning/split.html", values, status=refusal.status)
    return render(request, "customer/planning/split.html", {**_values(request, split_id), "reminded": count})


@for_customers
@require_POST
def cancel(request: HttpRequest, split_id: UUID) -> HttpResponse:
    planning.cancel_split(actor=signed_in(request), split_id=split_id, now=clock.now())
    return redirect("split", split_id)
