"""Paying bills and repaying: choose whom and which account, see what is owed and until when, pay it once.

The web process asks nobody outside: the account is checked by the worker, and the page fills itself in.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import Money, parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.bill import (
    AccountBillView,
    account_check_for,
    payees,
    saved_accounts_for,
    terms_of,
)
from kefu.wallet.queries.limits.fee import quota_left_for
from kefu.wallet.queries.quote import quote_for
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.customer.forms import BillAccountForm, BillAmountForm
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

CONFIRM = "customer/bill_confirm.html"


@for_customers
def bills(request: HttpRequest) -> HttpResponse:
    """Utilities and phone top-up."""
    return _choose(request, "bill")


@for_customers
def repay(request: HttpRequest) -> HttpResponse:
    """Credit cards and loans."""
    return _choose(request, "repayment")


def _choose(request: HttpRequest, kind: str) -> HttpResponse:
    actor, now = signed_in(request), clock.now()
    form = BillAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            identity.count_look_up(actor=actor, what=identity.ACCOUNT, now=now)
            check = wallet.check_account(actor=actor, payee=given["payee"], number=given["number"], now=now)
            return redirect("bill_check", check.id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "form": form,
        "kind": kind,
        "payees": payees(kind),
        "saved": saved_accounts_for(actor, kind=kind),
        "fee": money.fees(kind)[0].text,
        "quota": quota_left_for(actor, kind=kind, now=now) if kind == "repayment" else None,
    }
    return render(request, "customer/bills.html", values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """An account paid before, asked about anew."""
    account = read_id(request.POST.get("account"))
    actor, now = signed_in(request), clock.now()
    identity.count_look_up(actor=actor, what=identity.ACCOUNT, now=now)
    check = wallet.check_saved_account(actor=actor, account_id=account, now=now)
    return redirect("bill_check", check.id)


@for_customers
@require_POST
def forget(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Take an account off the list."""
    wallet.remove_account(actor=signed_in(request), account_id=account_id, now=clock.now())
    return redirect("repay" if request.POST.get("kind") == "repayment" else "bills")


@for_customers
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """GET: what the biller says, as soon as it has. POST: how much of it, then the page before anything is held."""
    actor, now = signed_in(request), clock.now()
    found = account_check_for(actor, check_id, now=now)
    form = BillAmountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            amount = _amount(form.cleaned_data, found)
            quote = wallet.quote_bill(actor=actor, check_id=check_id, amount=amount, now=now)
            return show_quote(request, CONFIRM, quote, bill=terms_of(quote.id))
        except Refusal as refusal:
            form.refuse(refusal)
    part = getattr(request, "htmx", False) and request.method == "GET"
    template = "customer/bill_check_body.html" if part else "customer/bill_check.html"
    values = {"check": found, "form": form, "balance": money.balance_for(actor)}
    return render(request, template, values, status=form.status if form.is_bound else 200)


def _amount(given: dict[str, Any], found: AccountBillView) -> Money:
    """Everything due, the minimum, or what was chosen or typed."""
    choice = given["choice"]
    if choice == "full":
        return found.amount_due
    if choice == "minimum":
        return found.minimum
    if choice.isascii() and choice.isdigit():
        return Money(int(choice))
    return parse_amount(given["amount"])


@for_customers
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Have the biller paid: the same key, or the same quote, gives the same order. Large ones take the PIN."""
    quote = quote_for(signed_in(request), read_id(request.POST.get("quote")), now=clock.now())
    late_accepted = request.POST.get("late") == "yes"
    action = partial(wallet.pay_bill, late_accepted=late_accepted)
    return carry_out(request, CONFIRM, action, bill=terms_of(quote.id))
