"""The demo's phone and mailbox: what would have arrived, so that nobody looks for a file; not in production."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.notices import queries as told
from kefu.web.sessions import for_customers, private, signed_in

HOME_CODE = "+86"


@private
def texts(request: HttpRequest) -> HttpResponse:
    """The latest SMS to `phone`. Refuses `core.thing.not_found` outside the demo."""
    if settings.KEFU_MODE != "demo":
        raise NotFound()
    given = request.GET.get("phone", "").strip()[:32]
    digits = "".join(letter for letter in given if letter.isdecimal())
    phone = f"+{digits}" if given.startswith("+") else f"{HOME_CODE}{digits}"
    return render(request, "entry/demo_texts.html", {"texts": told.demo_texts(phone, limit=1)})


@private
def mails(request: HttpRequest) -> HttpResponse:
    """The latest mail to `to`, or all. Refuses `core.thing.not_found` outside the demo."""
    if settings.KEFU_MODE != "demo":
        raise NotFound()
    to, most = request.GET.get("to", "").strip()[:254], 20 if "all" in request.GET else 1
    return render(request, "entry/demo_mails.html", {"mails": told.demo_mails(to, limit=most)})


@for_customers
def mailbox(request: HttpRequest) -> HttpResponse:
    """The signed-in customer's mails. Refuses `core.thing.not_found` outside the demo."""
    if settings.KEFU_MODE != "demo":
        raise NotFound()
    email = people.email_of(signed_in(request).uuid)
    to = email.value if email else ""
    return render(request, "customer/demo_mailbox.html", {"here": "me", "to": to, "mails": told.demo_mails(to)})
