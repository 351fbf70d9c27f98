"""What a merchant sees first: their money, until when it is held, and refund requests against the clock."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.wallet.queries.shop.merchant import payments_for, shop_for
from kefu.wallet.queries.shop.refund import refunds_for
from kefu.web.sessions import for_merchants, signed_in


def _values(request: HttpRequest) -> dict[str, Any]:
    actor, now = signed_in(request), clock.now()
    shop = shop_for(actor, now=now)
    return {
        "here": "home",
        "shop": shop,
        "waiting": refunds_for(actor, only_open=True, now=now),
        "payments": payments_for(actor, limit=5, now=now),
    }


@for_merchants
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/home.html", _values(request))


@for_merchants
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """The same again, when something of the merchant's changed."""
    return render(request, "shop/figures.html", _values(request))
