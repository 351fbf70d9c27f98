"""Savings pots: what lies in each, into it and back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import Money, parse_amount
from kefu.core.refusal import Refusal
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.planning.queries import PotView
from kefu.wallet import queries as wallet
from kefu.web.customer.planning.forms import MoveForm, PotForm, plain
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in


def _row(pot: PotView) -> dict[str, Any]:
    return {"pot": pot, "monthly": pot.monthly(plans.local_day(clock.now()))}


@for_customers
def pots(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request)
    rows = [_row(pot) for pot in plans.pots_for(actor)]
    total = Money(sum(row["pot"].balance.minor for row in rows))
    values = {"here": "wallet", "rows": rows, "total": total, "balance": wallet.balance_for(actor)}
    return render(request, "customer/planning/pots.html", values)


def _aim(form: PotForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "name": given["name"],
        "target": parse_amount(given["target"]) if given["target"] else None,
        "target_on": given["day"],
    }


@for_customers
def new_pot(request: HttpRequest) -> HttpResponse:
    form = PotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.open_pot(actor=signed_in(request), now=clock.now(), **_aim(form))
            return redirect("pot", made.id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"form": form}
    return render(request, "customer/planning/pot_new.html", values, status=form.status if form.is_bound else 200)


def _page(request: HttpRequest, pot_id: UUID, *, move: MoveForm, aim: PotForm | None = None) -> HttpResponse:
    actor = signed_in(request)
    pot = plans.pot_for(actor, pot_id)
    first = {"name": pot.name, "target": plain(pot.target), "day": pot.target_on}
    values = {
        "here": "wallet",
        **_row(pot),
        "form": move,
        "aim": aim or PotForm(initial=first),
        "balance": wallet.balance_for(actor),
        "back": move.data.get("back", "") if move.is_bound else "",
    }
    bound = next((one for one in (move, aim) if one is not None and one.is_bound), None)
    return render(request, "customer/planning/pot.html", values, status=bound.status if bound else 200)


@for_customers
def pot(request: HttpRequest, pot_id: UUID) -> HttpResponse:
    """GET: what is in it. POST: money in, or back to the balance; once a key."""
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.move_pot(
                actor=signed_in(request),
                key=read_id(request.POST.get("key")),
                pot_id=pot_id,
                amount=parse_amount(form.cleaned_data["amount"]),
                from_pot=request.POST.get("back") == "1",
                now=clock.now(),
            )
            return redirect("pot", pot_id)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
    return _page(request, pot_id, move=form)


@for_customers
@require_POST
def change(request: HttpRequest, pot_id: UUID) -> HttpResponse:
    form = PotForm(request.POST)
    if form.is_valid():
        try:
            planning.change_pot(actor=signed_in(request), pot_id=pot_id, now=clock.now(), **_aim(form))
            return redirect("pot", pot_id)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
    return _page(request, pot_id, move=MoveForm(), aim=form)


@for_customers
@require_POST
def close(request: HttpRequest, pot_id: UUID) -> HttpResponse:
    planning.close_pot(actor=signed_in(request), pot_id=pot_id, now=clock.now())
    return redirect("pots")
