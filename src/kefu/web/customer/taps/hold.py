"""Holding the device near a terminal: the page, what the terminal says, and the tap.

The near field is the one thing that is not there: the device reads the terminal by the number that it shows.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.tap import tap_devices_for, tapped_for
from kefu.wallet.rules.tap import LABEL_MOST, TERMINAL_DIGITS
from kefu.web.customer.taps.read import read_tap
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in


@for_customers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The customer's devices, and what this one can do."""
    actor, now = signed_in(request), clock.now()
    outlets = {outlet.code: outlet for outlet in money.limits_for(actor, now=now).outlets}
    values = {
        "devices": tap_devices_for(actor),
        "has_pin": people.person(actor.uuid).has_payment_pin,
        "outlet": outlets["tap"],
        "digits": TERMINAL_DIGITS,
        "label_most": LABEL_MOST,
        "stopped": money.stop_for(actor),
    }
    return render(request, "customer/tap.html", values)


@for_customers
@require_GET
def terminal(request: HttpRequest) -> HttpResponse:
    """What the terminal with this number says to a device, and what the device shows before it says anything to it:
    whom it would pay, how much and what for. A tap is proved over amount, terminal and the terminal's unpredictable
    number, which is good for one sale alone, so that it pays what was shown or nothing.
    """
    said = wallet.read_terminal(actor=signed_in(request), terminal=request.GET.get("number", ""), now=clock.now())
    return JsonResponse(
        {
            "terminal": said.terminal,
            "unpredictable": said.unpredictable,
            "amount": str(said.sale.amount.minor),
            "currency": said.sale.amount.currency,
            "text": said.sale.amount.text(),
            "merchant": said.sale.merchant_name,
            "subject": said.sale.subject,
        }
    )


@for_customers
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """The device's tap: paid, or waiting for its payer's PIN. The answer says where to go on."""
    key = read_id(request.POST.get("key"))
    done = wallet.take_tap(actor=signed_in(request), key=key, tap=read_tap(request), now=clock.now())
    return JsonResponse({"url": f"/orders/{done.order_id}/" if done.order_id else f"/pay/{done.token}/"})


@for_customers
@require_GET
def held(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Where a notice about a tap leads: to its order, or to the page that asks for the PIN."""
    sale = tapped_for(signed_in(request), sale_id)
    return redirect("order", sale.order_id) if sale.order_id else redirect("pay", sale.token)
