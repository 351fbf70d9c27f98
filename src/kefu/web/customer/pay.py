"""Paying a merchant by the link that they sent: from where, once more before it is paid, then the order."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.shop.merchant import sale_for_token
from kefu.wallet.queries.shop.voucher import fitting_for
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.forms import Doorway
from kefu.web.sessions import for_customers, signed_in

PAGE = "customer/pay_confirm.html"
BALANCE = "balance"


class FundingForm(Doorway):
    """Where the money comes from: the balance or a linked card; and a voucher, if any fits."""

    faults = {"wallet.payment.card": "source", "wallet.voucher": "voucher"}
    source = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    voucher = forms.ChoiceField(required=False, widget=forms.RadioSelect)

    @property
    def chosen_card(self) -> UUID | None:
        given = self.cleaned_data["source"]
        return UUID(given) if given not in ("", BALANCE) else None

    @property
    def chosen_voucher(self) -> UUID | None:
        given = self.cleaned_data["voucher"]
        return UUID(given) if given else None


def _funding(request: HttpRequest, actor: Actor, token: str) -> FundingForm:
    """The form with what this customer can pay this sale from."""
    form = FundingForm(request.POST if request.method == "POST" else None)
    cards = [(str(card.id), card.label) for card in money.instruments_for(actor)]
    fitting = fitting_for(actor, token, now=clock.now())
    form.fields["source"].choices = [(BALANCE, _("余额")), *cards]  # type: ignore[attr-defined]
    given = [(str(one.id), one.name) for one in fitting]
    form.fields["voucher"].choices = [("", _("不用代金券")), *given]  # type: ignore[attr-defined]
    return form


@for_customers
def sale(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what the merchant asks for. POST: the page before anything moves. An unknown link looks like no page."""
    actor, now = signed_in(request), clock.now()
    found, form = sale_for_token(actor, token), _funding(request, actor, token)
    if request.method == "POST" and form.is_valid():
        chosen = {"card_id": form.chosen_card, "voucher_id": form.chosen_voucher}
        try:
            return show_quote(request, PAGE, wallet.quote_payment(actor=actor, token=token, now=now, **chosen))
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "sale": found,
        "payable": found.status == "OPEN" and found.expires_at > now and found.merchant_open,
        "balance": money.balance_for(actor),
        "cards": [] if found.capture_later else money.instruments_for(actor),
        "vouchers": fitting_for(actor, token, now=now),
        "form": form,
    }
    return render(request, "customer/pay.html", values, status=form.status if form.is_bound else 200)


@for_customers
@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - the quote names the sale
    """Pay: the same key, or the same quote, gives the same order. Large ones take the PIN."""
    return carry_out(request, PAGE, wallet.create_payment)
