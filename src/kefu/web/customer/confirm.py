"""The page before money leaves: what was quoted, once more, and the payment PIN where the amount is large."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.refusal import Refusal
from kefu.core.when import spoken_span
from kefu.identity import actions as identity
from kefu.wallet.queries import OrderView, QuoteView
from kefu.wallet.queries.quote import quote_for
from kefu.web import words
from kefu.web.customer.forms import StepUpForm
from kefu.web.ids import read_id
from kefu.web.sessions import signed_in

ASKED_AGAIN = ("identity.pin", "identity.attempt", "identity.level.insufficient", "wallet.bill.late")


def show_quote(request: HttpRequest, template: str, quote: QuoteView, **more: object) -> HttpResponse:
    """The page for a fresh quote, with the key under which it will be carried out once; `more` for its template."""
    return _page(request, template, quote, new_id(), StepUpForm() if quote.needs_pin else None, **more)


def carry_out(
    request: HttpRequest, template: str, action: Callable[..., OrderView], **more: object
) -> HttpResponse:
    """Have `action` (actor, key, quote_id, now) do what was quoted, and go to its order.

    The same key, or the same quote again, leads to the same order. A missing or wrong PIN shows the page again.
    """
    actor, now, given = signed_in(request), clock.now(), request.POST
    key, quote_id = read_id(given.get("key")), read_id(given.get("quote"))
    try:
        if given.get("pin"):
            identity.prove_step_up(actor=actor, pin=given["pin"][:12], ref=f"quote:{quote_id}", now=now)
        order = action(actor=actor, key=key, quote_id=quote_id, now=now)
    except Refusal as refusal:
        if not refusal.code.startswith(ASKED_AGAIN):
            raise
        form = StepUpForm(given)
        form.is_valid()
        form.refuse(refusal)
        return _page(request, template, quote_for(actor, quote_id, now=now), key, form, **more)
    return redirect("order", order.id)


def _page(
    request: HttpRequest, template: str, quote: QuoteView, key: UUID, form: StepUpForm | None, **more: object
) -> HttpResponse:
    now = clock.now()
    until = words.moment(quote.expires_at, now, "time")
    left = max(0, int((quote.expires_at - now).total_seconds()))
    values: dict[str, Any] = {"quote": quote, "key": key, "form": form, "until": until, "left": left, **more}
    values["expected"] = spoken_span(*quote.expected, now=now) if quote.expected else ""
    return render(request, template, values, status=form.status if form is not None and form.is_bound else 200)
