"""Budgets: what was meant beside what was spent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.web.customer.planning.forms import BudgetForm
from kefu.web.sessions import for_customers, signed_in


@for_customers
def budgets(request: HttpRequest) -> HttpResponse:
    """GET: the bars of this month. POST: one budget set or changed."""
    actor, now = signed_in(request), clock.now()
    form = BudgetForm(request.POST or None, initial={"category": request.GET.get("category", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            most = parse_amount(given["amount"])
            planning.set_budget(actor=actor, category=given["category"], most=most, now=now)
            return redirect("budgets")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "wallet", "form": form, "budgets": plans.budgets_for(actor, now=now)}
    return render(request, "customer/planning/budgets.html", values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    planning.remove_budget(actor=signed_in(request), category=request.POST.get("category", ""), now=clock.now())
    return redirect("budgets")
