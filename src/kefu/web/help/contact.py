"""How to reach people: one page from the brand file and the queue as it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kefu.core.brand import brand
from kefu.web.help.reach import contact_markup, reach_values


def contact(request: HttpRequest) -> HttpResponse:
    """Hotline, hours with open-now, mail, chat with the wait right now."""
    sites = [name for name in brand().domains if "." in name and not name.replace(".", "").isdigit()]
    values = {"markup": contact_markup(request), "sites": sites, **reach_values()}
    return render(request, "help/contact.html", values)
