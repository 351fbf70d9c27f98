"""The customer's own corner: who they are, where they are signed in, secrets, language."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.notices import queries as told
from kefu.wallet import queries as wallet
from kefu.web.customer.forms import PasswordChangeForm, PinForm
from kefu.web.customer.home import standings
from kefu.web.language import keep_language, known_language
from kefu.web.look import back_to
from kefu.web.sessions import for_customers, signed_in

REPLACE_PIN = "identity.replace_payment_pin"


@for_customers
def me(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    actor = signed_in(request)
    values = {
        "here": "me",
        "person": people.person(actor.uuid),
        "sittings": people.sessions_for(actor),
        "unread": told.unread_count(actor),
        "restrictions": standings(actor),
        "cards": wallet.instruments_for(actor),
        "email": people.email_of(actor.uuid),
    }
    return render(request, "customer/me.html", values)


@for_customers
@require_POST
def end_sitting(request: HttpRequest, sitting: UUID) -> HttpResponse:
    """Sign out on another device."""
    identity.end_session(actor=signed_in(request), session_id=sitting, now=clock.now())
    messages.success(request, _("那台设备已退出登录。"), "ok")
    return redirect("me")


@for_customers
@require_POST
def end_other_sittings(request: HttpRequest) -> HttpResponse:
    ended = identity.end_other_sessions(actor=signed_in(request), now=clock.now())
    messages.success(request, _("其他 %(count)s 处登录都已退出。") % {"count": ended}, "ok")
    return redirect("me")


@for_customers
@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    language = known_language(request.POST.get("language", "")) or "zh-hans"
    identity.change_language(actor=signed_in(request), language=language)
    response = redirect("me")
    keep_language(response, language)
    return response


@for_customers
def payment_pin(request: HttpRequest) -> HttpResponse:
    """Set the payment PIN, then on to `next`; replacing one asks for the old one first."""
    actor = signed_in(request)
    has_one = people.person(actor.uuid).has_payment_pin
    form = PinForm(request.POST or None, has_one=has_one)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            if has_one:
                identity.prove_step_up(actor=actor, pin=form.cleaned_data["old"], ref=REPLACE_PIN, now=now)
            identity.set_payment_pin(actor=actor, pin=form.cleaned_data["pin"], now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("支付密码已设好。"), "ok")
            return redirect(back_to(request, request.GET.get("next", ""), "/me/"))
    return _form_page(request, "customer/pin.html", form, has_one=has_one)


@for_customers
def password(request: HttpRequest) -> HttpResponse:
    """Change the sign-in password; other devices are signed out."""
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.change_password(
                actor=signed_in(request),
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("密码已修改，其他设备都已退出登录。"), "ok")
            return redirect("me")
    return _form_page(request, "customer/password.html", form)


def _form_page(request: HttpRequest, template: str, form: Any, **values: Any) -> HttpResponse:
    wrong = form.is_bound and (form.errors or form.refusal)
    return render(request, template, {"form": form, "here": "me", **values}, status=form.status if wrong else 200)
