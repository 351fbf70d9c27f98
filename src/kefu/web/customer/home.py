"""The first page: the wallet when signed in, what this is otherwise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kefu.core import clock
from kefu.web.words import open_until


def home(request: HttpRequest) -> HttpResponse:
    """The landing page for those who have not signed in."""
    is_open, changes_at = open_until(clock.now())
    return render(request, "customer/landing.html", {"is_open": is_open, "changes_at": changes_at})
