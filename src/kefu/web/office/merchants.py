"""Merchants: taken down by one person, approved by another, held and let go on; and the logins that act for them."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.actions.shop.merchant import NewMerchant
from kefu.wallet.queries.shop.disbursement import proposed_accounts_for
from kefu.wallet.queries.shop.merchant import logins_waiting_for, merchants_for
from kefu.wallet.queries.shop.values import category_choices
from kefu.wallet.queries.tap import doubted_taps_for
from kefu.web.forms import Doorway, password_field, text_field
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

OPERATORS = for_staff("operator", "supervisor")


class MerchantForm(Doorway):
    faults = {"wallet.merchant": "name"}
    name = text_field(_("商户名称"), most=40, autocomplete="off")
    category = forms.ChoiceField(label=_("类别"), choices=category_choices)


class LoginForm(Doorway):
    """A login for who acts for the merchant; its first password is told to them in person."""

    faults = {"identity.login": "login", "identity.password": "password", "identity.name": "name"}
    login = text_field(_("商户账号"), most=32, autocomplete="off", autocapitalize="none")
    name = text_field(_("使用人姓名"), most=40, autocomplete="off")
    password = password_field(_("初始密码"), autocomplete="new-password")


@OPERATORS
def page(request: HttpRequest) -> HttpResponse:
    """GET: all merchants, those to be judged first. POST: take one down."""
    actor, now = signed_in(request), clock.now()
    form = MerchantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = NewMerchant(name=form.cleaned_data["name"], category=form.cleaned_data["category"])
        try:
            wallet.register_merchant(actor=actor, given=given, now=now)
            return redirect("office_merchants")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, form, LoginForm())


@OPERATORS
@require_POST
def judge(request: HttpRequest, merchant_id: UUID, deed: str) -> HttpResponse:
    """`approve`, `hold`, `ask` to reopen, `reopen`, or a `login` for who acts for the merchant."""
    actor, now = signed_in(request), clock.now()
    if deed == "approve":
        wallet.approve_merchant(actor=actor, merchant_id=merchant_id, now=now)
    elif deed == "hold":
        wallet.hold_merchant(actor=actor, merchant_id=merchant_id, reason="office", now=now)
    elif deed == "ask":
        wallet.ask_reopen(actor=actor, merchant_id=merchant_id, now=now)
    elif deed == "reopen":
        wallet.reopen_merchant(actor=actor, merchant_id=merchant_id, now=now)
    elif deed == "login":
        return _add_login(request, merchant_id)
    else:
        raise FieldWrong(fields="deed")
    return redirect("office_merchants")


@OPERATORS
@require_POST
def judge_account(request: HttpRequest, account_id: UUID, deed: str) -> HttpResponse:
    """`approve` or `reject` the account that a merchant wants to be paid out to."""
    actor, now = signed_in(request), clock.now()
    if deed == "approve":
        reason = request.POST.get("reason", "")[:500]
        wallet.approve_merchant_account(actor=actor, account_id=account_id, reason=reason, now=now)
    elif deed == "reject":
        wallet.reject_merchant_account(actor=actor, account_id=account_id, now=now)
    else:
        raise FieldWrong(fields="deed")
    return redirect("office_merchants")


@OPERATORS
@require_POST
def confirm(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Somebody else than who made a login lets it act for its merchant."""
    wallet.confirm_merchant_staff(actor=signed_in(request), user_id=user_id, now=clock.now())
    return redirect("office_merchants")


def _add_login(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    form = LoginForm(request.POST)
    if form.is_valid():
        try:
            wallet.add_merchant_staff(
                actor=signed_in(request), merchant_id=merchant_id, now=clock.now(), **form.cleaned_data
            )
            return redirect("office_merchants")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, MerchantForm(), form, open_login=merchant_id)


def _page(
    request: HttpRequest, form: MerchantForm, login: LoginForm, *, open_login: UUID | None = None
) -> HttpResponse:
    bound = form if form.is_bound else login
    values = {
        "here": "merchants",
        "merchants": merchants_for(signed_in(request), now=clock.now()),
        "accounts": proposed_accounts_for(signed_in(request), now=clock.now()),
        "logins": logins_waiting_for(signed_in(request), now=clock.now()),
        "doubted": doubted_taps_for(signed_in(request), now=clock.now()),
        "form": form,
        "login": login,
        "open_login": open_login,
    }
    return render(request, "office/merchants.html", values, status=bound.status if bound.is_bound else 200)
