"""Adding a device that pays contactless, and stopping one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet.queries.tap import tap_devices_for
from kefu.wallet.rules.tap import NEW_DEVICE
from kefu.web.customer.forms import StepUpForm
from kefu.web.sessions import for_customers, signed_in


@for_customers
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add the wallet to the device that asks: token and key leave once, to be kept by that device alone."""
    actor, now, given = signed_in(request), clock.now(), request.POST
    if given.get("pin"):
        identity.prove_step_up(actor=actor, pin=given["pin"][:12], ref=NEW_DEVICE, now=now)
    made = wallet.add_tap_device(actor=actor, label=given.get("label", ""), now=now)
    return JsonResponse({"id": str(made.device.id), "number": made.number, "key": made.key})


@for_customers
@require_POST
def suspend(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """At once, without the PIN."""
    wallet.suspend_tap_device(actor=signed_in(request), device_id=device_id, now=clock.now())
    messages.success(request, _("已停用，马上生效：这台设备靠近终端不会付款。"), "ok")
    return redirect("tap")


@for_customers
def resume(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """GET: asks for the PIN. POST: the device pays again."""
    actor, now = signed_in(request), clock.now()
    device = next((one for one in tap_devices_for(actor) if one.id == device_id), None)
    if device is None:
        raise NotFound()
    form = StepUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.prove_step_up(actor=actor, pin=form.cleaned_data["pin"], ref=device.ref, now=now)
            wallet.resume_tap_device(actor=actor, device_id=device_id, now=now)
            messages.success(request, _("已恢复，这台设备可以碰一碰付款。"), "ok")
            return redirect("tap")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"device": device, "form": form, "has_pin": people.person(actor.uuid).has_payment_pin}
    return render(request, "customer/tap_resume.html", values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def remove(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """For good: the key is destroyed."""
    wallet.remove_tap_device(actor=signed_in(request), device_id=device_id, now=clock.now())
    messages.success(request, _("已移除这台设备的碰一碰。"), "ok")
    return redirect("tap")
