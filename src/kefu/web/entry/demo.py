"""The demo's phone: what would have arrived by SMS, so that nobody looks for a file; not in production."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kefu.core.refusal import NotFound
from kefu.notices import queries as told
from kefu.web.sessions import private

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
