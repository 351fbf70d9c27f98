"""Vouchers: what a customer has, in which state, and what can be taken now."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.voucher import offers_for, vouchers_for
from kefu.web.sessions import for_customers, signed_in


@for_customers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    actor, now = signed_in(request), clock.now()
    values = {"here": "home", "vouchers": vouchers_for(actor, now=now), "offers": offers_for(actor, now=now)}
    return render(request, "customer/vouchers.html", values)


@for_customers
@require_POST
def take(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Take one of a campaign; again leads to the same voucher."""
    wallet.take_voucher(actor=signed_in(request), campaign_id=campaign_id, now=clock.now())
    messages.success(request, _("已领取，付款时可以选用。"), "ok")
    return redirect("vouchers")
