"""What customers ask back: each with its clock, what was said, and the answer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.refund import refund_for, refunds_for
from kefu.wallet.rules.shop import FILES_MOST
from kefu.web.customer.files import keep_evidence
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_merchants, signed_in


@for_merchants
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All refunds, those that wait for an answer first, the earliest due on top."""
    found = refunds_for(signed_in(request), now=clock.now())
    return render(request, "shop/refunds.html", {"here": "refunds", "refunds": found})


@for_merchants
@require_GET
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = refund_for(signed_in(request), order_id, now=clock.now())
    return render(request, "shop/refund.html", {"here": "refunds", "refund": found})


@for_merchants
@require_POST
def answer(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Agree, and the money goes back at once; or refuse, with words and what shows it."""
    actor, now, decision = signed_in(request), clock.now(), request.POST.get("decision")
    if decision not in ("agree", "refuse"):
        raise FieldWrong(fields="decision")
    refund_for(actor, order_id, now=now)
    wallet.answer_refund(
        actor=actor,
        order_id=order_id,
        agree=decision == "agree",
        words=request.POST.get("words", ""),
        file_ids=keep_evidence(request, actor, most=FILES_MOST, now=now),
        now=now,
    )
    return redirect("shop_refund", order_id)
