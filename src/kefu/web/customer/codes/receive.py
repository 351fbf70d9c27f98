"""The code to be paid with, and what opens where it is scanned."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.rules.amount import REMARK_MOST
from kefu.wallet.rules.code import NOTE_MOST
from kefu.web.customer.confirm import show_quote
from kefu.web.customer.forms import amount_field
from kefu.web.customer.transfer import PAGE
from kefu.web.forms import Doorway, text_field
from kefu.web.pictures import qr_code
from kefu.web.sessions import for_customers, signed_in


class ReceiveForm(Doorway):
    faults = {"core.amount": "amount", "wallet.receive_code": "note"}
    amount = amount_field(_("收款金额（选填）"))
    note = text_field(_("备注（选填）"), most=NOTE_MOST, required=False, autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = False


class ScannedForm(Doorway):
    faults = {"core.amount": "amount", "wallet.transfer.remark": "remark"}
    amount = amount_field(_("转账金额"))
    remark = text_field(_("附言（选填）"), most=REMARK_MOST, required=False, autocomplete="off")

    def __init__(self, *args: Any, fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["amount"]


@for_customers
@require_GET
def receive(request: HttpRequest) -> HttpResponse:
    """A code to be paid with; amount and note are the reader's to set. The page renews it before it runs out."""
    form = ReceiveForm({name: request.GET.get(name, "") for name in ("amount", "note")})
    values: dict[str, Any] = {"form": form}
    if form.is_valid():
        given = form.cleaned_data
        try:
            amount = parse_amount(given["amount"]) if given["amount"] else None
            note, now = given["note"], clock.now()
            code = wallet.issue_receive_code(actor=signed_in(request), amount=amount, note=note, now=now)
            link = request.build_absolute_uri(f"/c/{code.token}/")
            values |= {"code": code, "link": link, "qr": qr_code(link, _("收款码的二维码"))}
        except Refusal as refusal:
            form.refuse(refusal)
    return render(request, "customer/code_receive.html", values, status=200 if "code" in values else form.status)


@for_customers
def scanned(request: HttpRequest, token: str) -> HttpResponse:
    """GET: whom the scanned code pays. POST: the page before anything moves."""
    actor, now = signed_in(request), clock.now()
    try:
        found = wallet.look_at_receive_code(actor=actor, token=token, now=now)
    except Refusal as refusal:
        return render(request, "customer/code_scanned.html", {"refusal": refusal}, status=refusal.status)
    fixed = found.amount is not None
    form = ScannedForm(request.POST or None, fixed=fixed, initial={"remark": found.note})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            amount = None if fixed else parse_amount(given["amount"])
            quote = wallet.quote_receive_code(
                actor=actor, token=token, amount=amount, remark=given["remark"], now=now
            )
            return show_quote(request, PAGE, quote)
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"found": found, "form": form, "balance": money.balance_for(actor)}
    return render(request, "customer/code_scanned.html", values, status=form.status if form.is_bound else 200)
