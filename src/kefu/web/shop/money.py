"""A merchant's pay-outs: what is due and under way, the account that it goes to, and the statement."""

import csv
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.brand import brand
from kefu.core.ids import new_id
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.notices.queries import notices_for
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.disbursement import (
    account_link_for,
    disbursements_for,
    shop_accounts_for,
    shop_statement_for,
)
from kefu.wallet.queries.shop.merchant import shop_for
from kefu.web.customer.export import BOM
from kefu.web.customer.forms import CardCodeForm, CardForm
from kefu.web.ids import read_id
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_merchants, signed_in

DAYS_MOST = 400


@for_merchants
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/money.html", _values(request))


@for_merchants
@require_GET
def body(request: HttpRequest) -> HttpResponse:
    """The same again, when something of the merchant's changed."""
    return render(request, "shop/money_body.html", _values(request))


def _values(request: HttpRequest) -> dict[str, Any]:
    actor, now = signed_in(request), clock.now()
    today = now.astimezone(brand().zone).date()
    accounts = shop_accounts_for(actor, now=now)
    active = next((one for one in accounts if one.status == "ACTIVE"), None)
    return {
        "here": "money",
        "shop": shop_for(actor, now=now),
        "active": active,
        "paused": active is not None and active.is_paused(now),
        "proposed": next((one for one in accounts if one.status == "PROPOSED"), None),
        "paid": disbursements_for(actor, now=now),
        "told": notices_for(actor, group="security", limit=5),
        "key": new_id(),
        "first": today.replace(day=1),
        "last": today,
    }


@for_merchants
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Pay out all that is due; the same key pays once."""
    key = read_id(request.POST.get("key"))
    made = wallet.request_disbursement(actor=signed_in(request), key=key, now=clock.now())
    values = {"amount": made.amount.text(), "to": made.account}
    messages.success(request, _("已提交给银行：%(amount)s 到%(to)s。") % values, "ok")
    return redirect("shop_money")


@for_merchants
def account(request: HttpRequest) -> HttpResponse:
    """Have the bank check another account. The number is not kept."""
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            check = wallet.link_merchant_account(
                actor=signed_in(request),
                pan=given["pan"],
                holder=given["holder"],
                phone=given["phone"],
                now=clock.now(),
            )
            return redirect("shop_account_check", check.id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "money", "form": form}
    return render(request, "shop/account.html", values, status=form.status if form.is_bound else 200)


@for_merchants
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Where the bank's check stands: asked, code wanted, checking, done or refused."""
    actor, now = signed_in(request), clock.now()
    form = CardCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            wallet.confirm_merchant_account(actor=actor, check_id=check_id, code=form.cleaned_data["code"], now=now)
            return redirect("shop_account_check", check_id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "money", "check": account_link_for(actor, check_id, now=now), "form": form}
    part = getattr(request, "htmx", False) and request.method == "GET"
    template = "shop/account_check_body.html" if part else "shop/account_check.html"
    return render(request, template, values, status=form.status if form.is_bound else 200)


@for_merchants
@require_POST
def reject(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Have an account not be paid to, while it waits or pauses."""
    wallet.reject_merchant_account(actor=signed_in(request), account_id=account_id, now=clock.now())
    messages.success(request, _("已撤销，不会付到这个账户。"), "ok")
    return redirect("shop_money")


@for_merchants
@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    """What moved on what is owed to the merchant, as CSV: opening, every entry, closing. Amounts are yuan."""
    first, last = _day(request, "first"), _day(request, "last")
    if not timedelta(0) <= last - first <= timedelta(days=DAYS_MOST):
        raise FieldWrong(fields="first, last")
    found = shop_statement_for(signed_in(request), first=first, last=last, now=clock.now())
    answer = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="settlement-{first}-{last}.csv"'
    writer, zone = csv.writer(answer), brand().zone
    writer.writerow([_("时间"), _("类型"), _("单号"), _("金额"), _("余额")])
    writer.writerow([first.isoformat(), _("期初余额"), "", "", _yuan(found.opening)])
    for line in found.lines:
        at = f"{line.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        writer.writerow([at, line.name, line.no, _yuan(line.amount), _yuan(line.balance)])
    writer.writerow([last.isoformat(), _("期末余额"), "", "", _yuan(found.closing)])
    return answer


def _yuan(amount: Money) -> str:
    return f"{'-' if amount.minor < 0 else ''}{abs(amount.minor) // 100}.{abs(amount.minor) % 100:02d}"


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, "")[:10])
    except ValueError as wrong:
        raise FieldWrong(fields=name) from wrong
