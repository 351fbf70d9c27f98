"""Urgent help: stop first, ask after. Three large buttons, with or without a sign-in, without script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.identity.values import SignedIn
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.web.browsers import browser_of, source_of
from kefu.web.customer.forms import StepUpForm
from kefu.web.entry.forms import CodeForm, PhoneForm
from kefu.web.sessions import begin_sitting, customer_of, for_customers, private, signed_in

REASONS = ("stolen", "scammed", "phone_lost", "other")


def _reason(request: HttpRequest) -> str:
    given = request.POST.get("reason") or request.GET.get("reason", "")
    return given if given in REASONS else "other"


@private
def sos(request: HttpRequest) -> HttpResponse:
    """What happened? One tap stops outflows when signed in; else the phone number is asked for."""
    return render(request, "customer/sos.html", {"signed_in": customer_of(request) is not None})


@for_customers
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Stop everything that leaves the account, now."""
    wallet.stop_outflows(actor=signed_in(request), reason_code=_reason(request), now=clock.now())
    return redirect(f"/sos/done/?reason={_reason(request)}")


def _steps(reason: str) -> list[str]:
    """What to do next, one short sentence each."""
    if reason == "scammed":
        return [
            _("挂断电话，退出屏幕共享，不要再转任何钱。"),
            _("已经转出去了？马上打 110 报警，或打 96110。"),
            _("别删聊天和通话记录，客服会帮您整理。"),
        ]
    if reason == "phone_lost":
        return [
            _("打给运营商挂失手机卡。"),
            _("用另一台设备修改登录密码，旧手机会退出登录。"),
            _("找回手机后，再恢复转出。"),
        ]
    return [
        _("看一眼最近的交易，记下不是您做的那几笔。"),
        _("修改登录密码，其他设备会全部退出。"),
        _("让客服陪您把每一笔查清楚。"),
    ]


@for_customers
def done(request: HttpRequest) -> HttpResponse:
    """Stopped since when, and what to do next."""
    stopped = money.stop_for(signed_in(request))
    if stopped is None:
        return redirect("sos")
    return render(request, "customer/sos_done.html", {"since": stopped.since, "steps": _steps(_reason(request))})


@private
def by_phone(request: HttpRequest) -> HttpResponse:
    """Not signed in: phone number, code, stopped. The code signs in, the stop follows in the same request."""
    if customer_of(request) is not None or request.method != "POST":
        return redirect("sos")
    reason = _reason(request)
    if "code" in request.POST:
        return _prove_and_stop(request, reason)
    form = PhoneForm(request.POST if "send" in request.POST else None)
    if form.is_bound and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            identity.request_code(
                phone=phone,
                purpose="sign_in",
                now=clock.now(),
                source=source_of(request),
                language=get_language() or "",
            )
            return _phone_page(request, CodeForm(initial={"phone": phone}), reason, step=2)
        except Refusal as refusal:
            form.refuse(refusal)
    return _phone_page(request, form, reason, step=1)


def _prove_and_stop(request: HttpRequest, reason: str) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            signed = identity.sign_in_with_code(
                phone=form.cleaned_data["phone"],
                code=form.cleaned_data["code"],
                browser=browser_of(request),
                now=clock.now(),
            )
            return _stop_at_once(request, signed, reason)
        except Refusal as refusal:
            form.refuse(refusal)
    return _phone_page(request, form, reason, step=2)


def _stop_at_once(request: HttpRequest, signed: SignedIn, reason: str) -> HttpResponse:
    now = clock.now()
    actor = people.actor_for_session(signed.session_id, now=now)
    if actor is not None:
        wallet.stop_outflows(actor=actor, reason_code=reason, now=now)
    response = redirect(f"/sos/done/?reason={reason}")
    begin_sitting(request, signed, response)
    return response


def _phone_page(request: HttpRequest, form: PhoneForm | CodeForm, reason: str, *, step: int) -> HttpResponse:
    status = form.status if form.is_bound and (form.errors or form.refusal) else 200
    return render(request, "customer/sos_phone.html", {"form": form, "reason": reason, "step": step}, status=status)


@for_customers
def outflows(request: HttpRequest) -> HttpResponse:
    """Whether money may leave; lifting one's own stop takes the payment PIN."""
    actor, now = signed_in(request), clock.now()
    stopped = money.stop_for(actor)
    form = StepUpForm(request.POST or None)
    if request.method == "POST" and stopped is not None and form.is_valid():
        try:
            identity.prove_step_up(actor=actor, pin=form.cleaned_data["pin"], ref=stopped.ref, now=now)
            wallet.lift_stop(actor=actor, stop_id=stopped.id, now=now)
            return redirect("outflows")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "stopped": stopped,
        "form": form,
        "has_pin": people.person(actor.uuid).has_payment_pin,
        "here": "me",
    }
    return render(request, "customer/outflows.html", values, status=form.status if form.is_bound else 200)
