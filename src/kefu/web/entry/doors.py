"""How customers come in: two small steps, phone then proof, each a plain form."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity.actions.code import Purpose
from kefu.identity.actions.password import PasswordGiven
from kefu.identity.values import SignedIn
from kefu.web.browsers import browser_of, source_of
from kefu.web.entry import forms
from kefu.web.forms import Doorway
from kefu.web.look import back_to
from kefu.web.sessions import actor_of, begin_sitting, end_sitting, private

Prove = Callable[[HttpRequest, dict[str, Any]], SignedIn]
KNOWN = _("这个手机号早就有钱包，已为您登录。刚才填的姓名和密码没有用上，原来的照旧。")


def _next(request: HttpRequest) -> str:
    return back_to(request, request.POST.get("next") or request.GET.get("next", ""))


def _page(request: HttpRequest, name: str, form: Doorway, **values: Any) -> HttpResponse:
    status = form.status if form.refusal or (form.is_bound and form.errors) else 200
    return render(request, f"entry/{name}.html", {"form": form, "next": _next(request), **values}, status=status)


def _come_in(request: HttpRequest, signed: SignedIn, to: str) -> HttpResponse:
    response = redirect(to)
    begin_sitting(request, signed, response)
    return response


def _send_code(request: HttpRequest, purpose: str) -> tuple[forms.PhoneForm, bool]:
    """The first step: have a code sent; whether it went without a refusal."""
    form = forms.PhoneForm(request.POST)
    if not form.is_valid():
        return form, False
    try:
        identity.request_code(
            phone=form.cleaned_data["phone"],
            purpose=cast("Purpose", purpose),
            now=clock.now(),
            source=source_of(request),
            language=get_language() or "",
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return form, False
    return form, True


def _two_steps(
    request: HttpRequest, name: str, purpose: str, second: type[Doorway], prove: Prove, known: Any = ""
) -> HttpResponse:
    """GET: ask for the phone. POST `send`: send a code, ask for the proof. POST: check the proof, come in.

    `known` is said to whom already was a customer.
    """
    if actor_of(request):
        return redirect(_next(request))
    if request.method != "POST":
        return _page(request, name, forms.PhoneForm(), step=1)
    if "send" in request.POST:
        asked, sent = _send_code(request, purpose)
        if not sent:
            return _page(request, name, asked, step=1)
        return _page(request, name, second(initial={"phone": asked.cleaned_data["phone"]}), step=2)
    form = second(request.POST)
    if form.is_valid():
        try:
            signed = prove(request, form.cleaned_data)
            response = _come_in(request, signed, _next(request))
            if known and not signed.is_new_customer:
                messages.success(request, known, "wait")
            return response
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, name, form, step=2)


def _sign_up(request: HttpRequest, given: dict[str, Any]) -> SignedIn:
    return identity.sign_up_with_code(
        phone=given["phone"],
        code=given["code"],
        name=given["name"],
        password=given["password"],
        browser=browser_of(request),
        now=clock.now(),
        language=get_language() or "",
    )


def _by_code(request: HttpRequest, given: dict[str, Any]) -> SignedIn:
    return identity.sign_in_with_code(
        phone=given["phone"], code=given["code"], browser=browser_of(request), now=clock.now()
    )


def _anew(request: HttpRequest, given: dict[str, Any]) -> SignedIn:
    return identity.reset_password(
        phone=given["phone"],
        code=given["code"],
        new=given["password"],
        browser=browser_of(request),
        now=clock.now(),
    )


@private
def sign_up(request: HttpRequest) -> HttpResponse:
    """A new customer; a phone that is known leads, after the code, to its owner's sitting."""
    return _two_steps(request, "signup", "sign_up", forms.SignUpForm, _sign_up, known=KNOWN)


@private
def sign_in_by_code(request: HttpRequest) -> HttpResponse:
    return _two_steps(request, "signin_code", "sign_in", forms.CodeForm, _by_code)


@private
def reset_password(request: HttpRequest) -> HttpResponse:
    return _two_steps(request, "reset", "reset_password", forms.ResetForm, _anew)


@private
def sign_in(request: HttpRequest) -> HttpResponse:
    """Phone and password."""
    if actor_of(request):
        return redirect(_next(request))
    form = forms.PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signed = identity.sign_in_with_password(
                login=form.cleaned_data["phone"],
                password=form.cleaned_data["password"],
                kind="customer",
                browser=browser_of(request),
                now=clock.now(),
            )
            return _come_in(request, signed, _next(request))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, "signin", form)


@private
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """工号 and password, to the desk."""
    return _by_login(request, "staff", "staff", "/console/", forms.StaffForm)


@private
def merchant_sign_in(request: HttpRequest) -> HttpResponse:
    """A merchant's login and password, to their place."""
    return _by_login(request, "merchant", "shop", "/shop/", forms.MerchantForm)


def _by_login(request: HttpRequest, kind: str, page: str, place: str, usual: type[Doorway]) -> HttpResponse:
    """With `new` in what is posted: the first sign-in, which replaces the password that somebody else chose."""
    home = back_to(request, request.POST.get("next") or request.GET.get("next", ""), place)
    actor = actor_of(request)
    if actor and actor.kind == kind:
        return redirect(home)
    first = "new" in request.POST
    form = (forms.FirstForm if first else usual)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            signed = identity.sign_in_with_password(
                login=given["login"],
                password=given["password"],
                kind=kind,
                browser=browser_of(request),
                now=clock.now(),
                new=given.get("new", ""),
            )
            return _come_in(request, signed, home)
        except PasswordGiven as given_one:
            form, first = forms.FirstForm(initial={"login": given["login"]}), True
            form.refusal = given_one
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, "first" if first else page, form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sitting here; other devices stay signed in."""
    actor = actor_of(request)
    end_sitting(request)
    return redirect({"staff": "/staff/signin/", "merchant": "/shop/signin/"}.get(actor.kind if actor else "", "/"))
