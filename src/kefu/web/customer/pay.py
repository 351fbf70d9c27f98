"""Paying a merchant by the link that they sent: what it is, once more before it is paid, then the order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.shop.merchant import sale_for_token
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.sessions import for_customers, signed_in

PAGE = "customer/pay_confirm.html"


@for_customers
def sale(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what the merchant asks for. POST: the page before anything moves. An unknown link looks like no page."""
    actor, now = signed_in(request), clock.now()
    found, refused = sale_for_token(actor, token), None
    if request.method == "POST":
        try:
            return show_quote(request, PAGE, wallet.quote_payment(actor=actor, token=token, now=now))
        except Refusal as refusal:
            refused = refusal
    payable = found.status == "OPEN" and found.expires_at > now and found.merchant_open
    values = {"sale": found, "payable": payable, "balance": money.balance_for(actor), "refusal": refused}
    return render(request, "customer/pay.html", values, status=refused.status if refused else 200)


@for_customers
@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - the quote names the sale
    """Pay: the same key, or the same quote, gives the same order. Large ones take the PIN."""
    return carry_out(request, PAGE, wallet.create_payment)
