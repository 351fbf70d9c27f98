"""The counter: an amount, and the code that the customer shows, typed or scanned. A scanner types like a keyboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.web.customer.forms import amount_field
from kefu.web.forms import Doorway, text_field
from kefu.web.ids import read_id
from kefu.web.sessions import for_merchants, signed_in


class ChargeForm(Doorway):
    faults = {"core.amount": "amount", "wallet.sale": "subject", "wallet.code": "code"}
    amount = amount_field(gettext_lazy("收款金额"))
    subject = text_field(gettext_lazy("商品名称（选填）"), most=50, required=False, autocomplete="off")
    code = text_field(
        gettext_lazy("顾客的付款码"),
        most=40,
        hint=gettext_lazy("20 位数字，可以用扫码枪"),
        autocomplete="off",
        inputmode="numeric",
    )


@for_merchants
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: take the money, and go to the payment, or to the sale that waits for the payer's PIN."""
    actor, now = signed_in(request), clock.now()
    merchant_of(actor, "wallet.charge_code", now=now)
    form = ChargeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            charge = wallet.Charge(
                code=given["code"], amount=parse_amount(given["amount"]), subject=given["subject"] or _("到店消费")
            )
            done = wallet.charge_code(actor=actor, key=read_id(request.POST.get("key")), given=charge, now=now)
            return redirect("shop_payment", done.order_id) if done.order_id else redirect("shop_sale", done.sale_id)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "terminal", "form": form, "key": new_id()}
    return render(request, "shop/terminal.html", values, status=form.status if form.is_bound else 200)
