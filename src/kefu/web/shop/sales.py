"""Asking to be paid: a sale, its link to show or send, and what became of it."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.actions.shop.sale import NewSale
from kefu.wallet.queries.shop.merchant import sale_for, sales_for
from kefu.web.customer.forms import amount_field
from kefu.web.forms import Doorway, text_field
from kefu.web.pictures import qr_code
from kefu.web.sessions import for_merchants, signed_in

MINUTES = ((30, _("30 分钟")), (24 * 60, _("1 天")), (7 * 24 * 60, _("7 天")))


class SaleForm(Doorway):
    faults = {"core.amount": "amount", "wallet.sale": "no"}
    no = text_field(_("订单号"), most=40, hint=_("您自己的订单号，每个只能用一次"), autocomplete="off")
    subject = text_field(_("商品名称"), most=50, autocomplete="off")
    amount = amount_field(_("收款金额"))
    minutes = forms.TypedChoiceField(label=_("付款时限"), choices=MINUTES, coerce=int, initial=30)
    later = forms.BooleanField(label=_("先预授权，发货时再收款"), required=False)


@for_merchants
def page(request: HttpRequest) -> HttpResponse:
    """GET: the sales, and the form for a new one. POST: ask, and go to its link."""
    actor, now = signed_in(request), clock.now()
    form = SaleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            new = NewSale(
                no=given["no"].strip(),
                amount=parse_amount(given["amount"]),
                subject=given["subject"],
                minutes=given["minutes"],
                capture_later=given["later"],
            )
            return redirect("shop_sale", wallet.create_sale(actor=actor, given=new, now=now).id)
        except Refusal as refusal:
            form.refuse(refusal)
    text = request.GET.get("q", "")
    values = {"here": "sales", "form": form, "sales": sales_for(actor, text=text, now=now), "text": text, "now": now}
    return render(request, "shop/sales.html", values, status=form.status if form.is_bound else 200)


@for_merchants
@require_GET
def sale(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """One sale, with the link that its payer needs."""
    now = clock.now()
    found = sale_for(signed_in(request), sale_id, now=now)
    link = request.build_absolute_uri(f"/pay/{found.token}/")
    values = {
        "here": "sales",
        "sale": found,
        "link": link,
        "qr": qr_code(link, _("付款链接的二维码")),
        "payable": found.status == "OPEN" and found.expires_at > now,
    }
    # A whole page would bring its own inline style, which this page's policy refuses.
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "shop/sale_body.html" if part else "shop/sale.html", values)


@for_merchants
@require_POST
def close(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Take an unpaid sale back."""
    wallet.close_sale(actor=signed_in(request), sale_id=sale_id, now=clock.now())
    return redirect("shop_sale", sale_id)
