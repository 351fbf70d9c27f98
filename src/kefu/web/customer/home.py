"""The first page: the wallet when signed in, what this is otherwise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """The landing page for those who have not signed in."""
    return render(request, "customer/landing.html")
