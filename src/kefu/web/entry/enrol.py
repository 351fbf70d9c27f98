"""The first operator of a production installation, by the one-time link from the console."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity.queries import PASSWORD_LEAST
from kefu.web.forms import Doorway, filled, password_field, text_field
from kefu.web.sessions import private


class EnrolForm(Doorway):
    """工号, names and a password of one's own."""

    faults = {
        "identity.staff": "staff_no",
        "identity.name": "name",
        "identity.password": "password",
    }
    staff_no = text_field(_("工号"), most=32, autocomplete="username")
    name = text_field(_("姓名"), most=80, autocomplete="name")
    alias = text_field(_("客户看到的名字"), most=80, required=False)
    password = password_field(
        _("登录密码"),
        autocomplete="new-password",
        hint=filled(_("至少 %(least)s 个字符，几个不相关的词连起来最好记；可以粘贴"), {"least": PASSWORD_LEAST}),
    )


@private
def first_operator(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the form, while the link is good. POST: make the operator and go to sign in."""
    now = clock.now()
    identity.check_enrolment(token=token, now=now)
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.enrol_first_operator(token=token, now=now, **form.cleaned_data)
            return redirect("/staff/signin/?next=/office/")
        except Refusal as refusal:
            form.refuse(refusal)
    status = form.status if form.is_bound else 200
    return render(request, "entry/enrol.html", {"form": form}, status=status)
