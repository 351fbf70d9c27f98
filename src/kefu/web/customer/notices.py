"""What we told this customer, what of it comes by mail, and the address it goes to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.masks import mask_email
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.notices import actions as notices
from kefu.notices import queries as told
from kefu.web.browsers import source_of
from kefu.web.customer.forms import EmailCodeForm, EmailForm, QuietForm
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

PAGE = 20
CHANGE_EMAIL = "identity.change_email"


@for_customers
def notice_list(request: HttpRequest) -> HttpResponse:
    """The list, the latest first; POST marks all as read, or those of the group that is open."""
    actor, given = signed_in(request), request.GET
    groups = told.groups_for(actor)
    group = given.get("group", "") if given.get("group") in {one.group for one in groups} else ""
    unread = given.get("unread") == "1"
    if request.method == "POST":
        notices.mark_read(actor=actor, group=group, now=clock.now())
        return redirect(f"/me/notices/?group={group}" if group else "/me/notices/")
    before = read_id(given["before"]) if given.get("before") else None
    found = told.notices_for(actor, limit=PAGE + 1, group=group, unread=unread, before=before)
    values = {
        "here": "me",
        "notices": found[:PAGE],
        "more": found[PAGE - 1].id if len(found) > PAGE else None,
        "group": group,
        "unread": unread,
        "unread_count": told.unread_count(actor),
        "groups": groups,
    }
    return render(request, "customer/notices.html", values)


@for_customers
def open_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """To the page that a notice is about; it counts as read. Another's looks like none."""
    actor = signed_in(request)
    notice = told.notice_for(actor, notice_id)
    notices.mark_read(actor=actor, notice_id=notice_id, now=clock.now())
    return redirect(notice.place)


@for_customers
def notice_settings(request: HttpRequest) -> HttpResponse:
    """What comes by mail, and when not."""
    actor = signed_in(request)
    begin, end = told.quiet_hours_for(actor)
    return _settings_page(request, QuietForm(initial={"begin": begin, "end": end}))


def _settings_page(request: HttpRequest, form: QuietForm) -> HttpResponse:
    actor = signed_in(request)
    values = {
        "here": "me",
        "groups": told.groups_for(actor),
        "email": people.email_of(actor.uuid),
        "form": form,
        "quiet": any(told.quiet_hours_for(actor)),
    }
    return render(request, "customer/notice_settings.html", values, status=_status(form))


def _status(form: Any) -> int:
    return form.status if form.is_bound and (form.errors or form.refusal) else 200


@for_customers
@require_POST
def set_mail(request: HttpRequest) -> HttpResponse:
    """Mails of one group on or off; security stays on."""
    group, on = request.POST.get("group", "")[:20], request.POST.get("on") == "1"
    notices.set_mail(actor=signed_in(request), group=group, on=on, now=clock.now())
    messages.success(request, _("已保存。"), "ok")
    return redirect("notice_settings")


@for_customers
@require_POST
def set_quiet(request: HttpRequest) -> HttpResponse:
    """Quiet hours; "off" takes them away."""
    actor, now = signed_in(request), clock.now()
    form = QuietForm(request.POST)
    off = "off" in request.POST
    if not off and not form.is_valid():
        return _settings_page(request, form)
    begin, end = ("", "") if off else (form.cleaned_data["begin"], form.cleaned_data["end"])
    try:
        notices.set_quiet_hours(actor=actor, begin=begin, end=end, now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _settings_page(request, form)
    messages.success(request, _("已保存。"), "ok")
    return redirect("notice_settings")


@for_customers
def email(request: HttpRequest) -> HttpResponse:
    """The address: a code goes to it before anything else does. Another one in its place takes the payment PIN."""
    actor = signed_in(request)
    held = people.email_of(actor.uuid)
    has_one = held is not None and held.confirmed_at is not None
    form = EmailForm(request.POST or None, has_one=has_one)
    if request.method == "POST" and form.is_valid():
        now, address = clock.now(), form.cleaned_data["email"]
        try:
            if has_one:
                identity.prove_step_up(actor=actor, pin=form.cleaned_data["pin"], ref=CHANGE_EMAIL, now=now)
            identity.request_email_code(actor=actor, email=address, now=now, source=source_of(request))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            request.session["email_wanted"] = address
            return redirect("my_email_code")
    values = {"form": form, "here": "me", "held": held, "has_one": has_one}
    return render(request, "customer/email.html", values, status=_status(form))


@for_customers
def email_code(request: HttpRequest) -> HttpResponse:
    """The code that came by mail."""
    wanted = request.session.get("email_wanted", "")
    if not wanted:
        return redirect("my_email")
    form = EmailCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.confirm_email_code(actor=signed_in(request), code=form.cleaned_data["code"], now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            del request.session["email_wanted"]
            messages.success(request, _("邮箱已绑定，以后的通知也会发到那里。"), "ok")
            return redirect("notice_settings")
    values = {"form": form, "here": "me", "masked": mask_email(wanted), "wanted": wanted}
    return render(request, "customer/email_code.html", values, status=_status(form))
