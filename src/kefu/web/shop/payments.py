"""What was paid: found by number, captured or released where it was authorised first, and given back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.merchant import payment_for, payments_for
from kefu.wallet.queries.shop.refund import refunds_of
from kefu.web.ids import read_id
from kefu.web.sessions import for_merchants, signed_in


@for_merchants
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    found = payments_for(signed_in(request), text=text, now=clock.now())
    return render(request, "shop/payments.html", {"here": "payments", "payments": found, "text": text})


@for_merchants
@require_GET
def payment(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One payment with its refunds, and what can be done with it now."""
    actor, now = signed_in(request), clock.now()
    found = payment_for(actor, order_id, now=now)
    refunds = refunds_of(actor, order_id, now=now)
    values = {
        "here": "payments",
        "payment": found,
        "refunds": refunds,
        "open_refund": next((one for one in refunds if one.status in ("ASKED", "REFUSED", "ESCALATED")), None),
        "key": new_id(),
    }
    return render(request, "shop/payment.html", values)


@for_merchants
@require_POST
def capture(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take what was authorised, all of it or the amount given."""
    given = request.POST.get("amount", "").strip()
    amount = parse_amount(given) if given else None
    wallet.capture_payment(actor=signed_in(request), order_id=order_id, amount=amount, now=clock.now())
    return redirect("shop_payment", order_id)


@for_merchants
@require_POST
def void(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Release what was authorised."""
    wallet.void_payment(actor=signed_in(request), order_id=order_id, now=clock.now())
    return redirect("shop_payment", order_id)


@for_merchants
@require_POST
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Give back, all or part; the same key gives back once."""
    given = request.POST
    wallet.refund_payment(
        actor=signed_in(request),
        key=read_id(given.get("key")),
        order_id=order_id,
        amount=parse_amount(given.get("amount", "")),
        words=given.get("words", ""),
        now=clock.now(),
    )
    return redirect("shop_payment", order_id)
