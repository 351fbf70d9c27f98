"""How to reach people: one page from the brand file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kefu.core import clock
from kefu.web.words import open_until


def contact(request: HttpRequest) -> HttpResponse:
    """Hotline, hours with open-now, mail, chat with the wait right now."""
    is_open, changes_at = open_until(clock.now())
    return render(request, "help/contact.html", {"is_open": is_open, "changes_at": changes_at})
