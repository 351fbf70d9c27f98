"""The contactless terminal: an amount that waits, what a device said, and what became of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.queries.tap import TapWaitView, tap_wait_for
from kefu.web.customer.forms import amount_field
from kefu.web.customer.taps.read import read_tap
from kefu.web.forms import Doorway, text_field
from kefu.web.ids import read_id
from kefu.web.refusals import wants_json
from kefu.web.sessions import for_merchants, signed_in


class WaitForm(Doorway):
    faults = {"core.amount": "amount", "wallet.sale": "subject"}
    amount = amount_field(gettext_lazy("收款金额"))
    subject = text_field(gettext_lazy("商品名称（选填）"), most=50, required=False, autocomplete="off")


@for_merchants
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: have the amount wait; a terminal gets what it says to devices as JSON."""
    actor, now = signed_in(request), clock.now()
    merchant_of(actor, "wallet.open_tap_wait", now=now)
    form = WaitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            subject = given["subject"] or _("到店消费")
            made = wallet.open_tap_wait(actor=actor, amount=parse_amount(given["amount"]), subject=subject, now=now)
            return _said(made) if wants_json(request) else redirect("shop_tap_wait", made.sale.id)
        except Refusal as refusal:
            if wants_json(request):
                raise
            form.refuse(refusal)
    values = {"here": "tap", "form": form}
    return render(request, "shop/tap.html", values, status=form.status if form.is_bound else 200)


def _said(made: TapWaitView) -> JsonResponse:
    amount = made.sale.amount
    said = {"amount": str(amount.minor), "currency": amount.currency, "text": amount.text()}
    return JsonResponse(
        {"sale": str(made.sale.id), "terminal": made.terminal, "unpredictable": made.unpredictable, **said}
    )


@for_merchants
@require_GET
def waiting(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """What the terminal shows while it waits, and after."""
    found = tap_wait_for(signed_in(request), sale_id, now=clock.now())
    template = "shop/tap_wait_body.html" if getattr(request, "htmx", False) else "shop/tap_wait.html"
    return render(request, template, {"here": "tap", "wait": found, "sale": found.sale})


@for_merchants
@require_GET
def state(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The same for a terminal."""
    sale = tap_wait_for(signed_in(request), sale_id, now=clock.now()).sale
    url = f"/shop/payments/{sale.order_id}/" if sale.order_id else f"/shop/sales/{sale.id}/"
    return JsonResponse({"status": sale.status, "url": url})


@for_merchants
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """What a device said to the merchant's terminal: paid, or waiting for the payer's PIN."""
    key = read_id(request.POST.get("key"))
    done = wallet.take_tap(actor=signed_in(request), key=key, tap=read_tap(request), now=clock.now())
    paid = done.order_id is not None
    url = f"/shop/payments/{done.order_id}/" if paid else f"/shop/sales/{done.sale_id}/"
    return JsonResponse({"status": "PAID" if paid else "ASKED", "url": url})
