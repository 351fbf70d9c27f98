"""Scheduled payments: what goes when, and making one with the payment PIN."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.planning.queries import ScheduleView
from kefu.web.customer.planning.forms import ScheduleForm, ScheduleProofForm
from kefu.web.ids import pages_around, read_id, read_place
from kefu.web.sessions import for_customers, signed_in


@for_customers
def schedules(request: HttpRequest) -> HttpResponse:
    """The times to come, by month as in a calendar; what is paused and what has ended below."""
    actor, after = signed_in(request), read_place(request.GET.get("after", "0"))
    found = plans.schedules_for(actor)
    over, more = plans.ended_schedules_for(actor, after=after)
    coming = [one for one in found if one.status == "ACTIVE" and one.next]
    months = [
        (first, list(rows)) for first, rows in groupby(coming, key=lambda one: _due(one).replace(day=1))
    ]
    values = {
        "here": "wallet",
        "months": months,
        "paused": [one for one in found if one.status == "PAUSED"],
        "over": over,
        "paged": bool(after),
        **pages_around(after, most=plans.ENDED_MOST, more=more),
    }
    return render(request, "customer/planning/schedules.html", values)


def _due(one: ScheduleView) -> Any:
    assert one.next is not None
    return plans.local_day(one.next.next_try_at)


@for_customers
def new_schedule(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: whom, how much, when first; then the payment PIN makes it."""
    actor, now = signed_in(request), clock.now()
    tomorrow = plans.local_day(now) + timedelta(days=1)
    form = ScheduleForm(request.POST or None, initial={"rhythm": "monthly", "first_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        try:
            identity.count_look_up(actor=actor, what=identity.PHONE, now=now)
            wish = planning.check_schedule(actor=actor, wish=_wish(form), now=now)
            return _confirm(request, wish, ScheduleProofForm(initial=form.cleaned_data), str(new_id()))
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"form": form}
    return render(request, "customer/planning/schedule_new.html", values, status=form.status if form.is_bound else 200)


def _wish(form: ScheduleForm) -> planning.Wish:
    given = form.cleaned_data
    return planning.Wish(
        payee_phone=given["phone"],
        amount=parse_amount(given["amount"]),
        rhythm=given["rhythm"],
        first_on=given["first_on"],
        working_days=given["working_days"],
        remark=given["remark"],
    )


def _confirm(request: HttpRequest, wish: planning.WishView, form: ScheduleProofForm, key: str) -> HttpResponse:
    values = {
        "wish": wish,
        "form": form,
        "key": key,
        "monthly": form["rhythm"].value() == "monthly",
        "first_on": str(form["first_on"].value()),
    }
    status = form.status if form.is_bound else 200
    return render(request, "customer/planning/schedule_confirm.html", values, status=status)


@for_customers
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make it with the PIN given for its key; a wrong one shows the page again."""
    actor, now = signed_in(request), clock.now()
    form, key = ScheduleProofForm(request.POST), read_id(request.POST.get("key"))
    if not form.is_valid():
        wish_form = ScheduleForm(request.POST)
        if not wish_form.is_valid():
            values = {"form": wish_form}
            return render(request, "customer/planning/schedule_new.html", values, status=422)
        return _confirm(request, planning.check_schedule(actor=actor, wish=_wish(wish_form), now=now), form, str(key))
    try:
        identity.prove_step_up(actor=actor, pin=form.cleaned_data["pin"], ref=planning.proof_ref(key), now=now)
        made = planning.create_schedule(actor=actor, key=key, wish=_wish(form), now=now)
    except Refusal as refusal:
        if not refusal.code.startswith("identity."):
            raise
        form.refuse(refusal)
        return _confirm(request, planning.check_schedule(actor=actor, wish=_wish(form), now=now), form, str(key))
    return redirect("schedule", made.id)


@for_customers
def schedule(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    values = {"here": "wallet", "schedule": plans.schedule_for(signed_in(request), schedule_id)}
    values["cancel_it"] = {"do": "cancel"}
    return render(request, "customer/planning/schedule.html", values)


@for_customers
@require_POST
def change(request: HttpRequest, schedule_id: UUID) -> HttpResponse:
    """Pause, resume, skip the next time, cancel."""
    _do(signed_in(request), request.POST.get("do", ""), schedule_id, request.POST.get("due_on", ""))
    return redirect("schedule", schedule_id)


def _do(actor: Actor, what: str, schedule_id: UUID, due_on: str) -> None:
    now = clock.now()
    simple = {
        "pause": planning.pause_schedule,
        "resume": planning.resume_schedule,
        "cancel": planning.cancel_schedule,
    }
    if what in simple:
        simple[what](actor=actor, schedule_id=schedule_id, now=now)
        return
    try:
        day = parse_date(due_on)
    except ValueError:
        day = None
    if what != "skip" or day is None:
        raise NotFound()
    planning.skip_next(actor=actor, schedule_id=schedule_id, due_on=day, now=now)
