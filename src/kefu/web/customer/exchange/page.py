"""From one currency into another: what it would bring while one types, a price that holds for a minute, the PIN."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.money import CURRENCIES, Money, parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.models import BUY, FOREIGN, SELL
from kefu.wallet.queries.exchange import balances_for, preview_for, price_of
from kefu.wallet.queries.limits.limit import quota_for
from kefu.wallet.queries.quote import quote_for
from kefu.wallet.rules.exchange import PURPOSES, Pair, rate_words
from kefu.web.customer.confirm import carry_out, show_quote
from kefu.web.customer.forms import amount_field
from kefu.web.forms import Doorway
from kefu.web.ids import read_id
from kefu.web.sessions import for_customers, signed_in

PAGE = "customer/exchange/confirm.html"
ANEW = ("wallet.quote", "wallet.exchange", "wallet.limit", "wallet.transfer.insufficient")
"""Refusals of a confirmation after which the form is shown again, filled in, with the price as it is now."""


class ExchangeForm(Doorway):
    faults = {
        "core.amount": "amount",
        "wallet.transfer.insufficient": "amount",
        "wallet.exchange.too_little": "amount",
        "wallet.exchange.quota": "amount",
        "wallet.exchange.purpose": "purpose",
    }
    amount = amount_field("")
    purpose = forms.ChoiceField(label="", error_messages={"required": _("请选择用途或来源。")})

    def __init__(self, *args: Any, pair: Pair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        buying, name = pair.side == BUY, CURRENCIES[pair.sold].name
        self.fields["amount"].label = _("付出多少%(name)s") % {"name": name}
        self.fields["purpose"].label = _("用途") if buying else _("来源")
        self.fields["purpose"].choices = [("", _("请选择")), *PURPOSES[pair.side].items()]  # type: ignore[attr-defined]


def read_pair(given: QueryDict) -> Pair:
    """Which way and which currency; the other way round when the swap was pressed."""
    side = given.get("side") if given.get("side") in (BUY, SELL) else BUY
    if given.get("swap"):
        side = SELL if side == BUY else BUY
    currency = given.get("currency", "")
    return Pair(side=str(side), currency=currency if currency in FOREIGN else FOREIGN[0])


@for_customers
def exchange(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the page before anything moves."""
    actor, now = signed_in(request), clock.now()
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    pair = read_pair(given)
    form = ExchangeForm(given if posted else None, pair=pair, initial={"amount": given.get("amount", "")[:24]})
    if posted and form.is_valid():
        try:
            amount = parse_amount(form.cleaned_data["amount"], pair.sold)
            quote = wallet.quote_exchange(
                actor=actor, amount=amount, into=pair.bought, purpose=form.cleaned_data["purpose"], now=now
            )
            return show_quote(request, PAGE, quote)
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(request, form, pair, given.get("amount", ""), now=now)


def _page(request: HttpRequest, form: ExchangeForm, pair: Pair, typed: str, *, now: datetime) -> HttpResponse:
    actor = signed_in(request)
    has = {one.currency: one.available for one in balances_for(actor)}.get(pair.sold, Money(0, pair.sold))
    values = {
        "form": form,
        "pair": pair,
        "other_side": SELL if pair.side == BUY else BUY,
        "sign": CURRENCIES[pair.sold].sign,
        "sides": ((BUY, _("买外币")), (SELL, _("卖外币"))),
        "currencies": [CURRENCIES[code] for code in FOREIGN],
        "has": has,
        "quota": quota_for(actor, side=pair.side, now=now),
        **_preview(actor, pair, typed, now=now),
    }
    wrong = form.is_bound and (form.errors or form.refusal)
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "customer/exchange/form.html" if part else "customer/exchange/exchange.html"
    return render(request, template, values, status=form.status if wrong else 200)


def _preview(actor: Actor, pair: Pair, typed: str, *, now: datetime) -> dict[str, Any]:
    """What the amount that is typed so far would bring; only the rate while there is none."""
    try:
        amount = parse_amount(typed, pair.sold)
    except Refusal:
        amount = None
    try:
        if amount is not None:
            return {"preview": preview_for(actor, pair=pair, amount=amount, now=now)}
        price = price_of(pair, now=now)
        return {"rate": rate_words(pair.currency, price.units, price.rate), "market": price.market}
    except Refusal as refused:
        return {"refused": refused}


@for_customers
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """The price again, while one types. Promises nothing."""
    pair = read_pair(request.GET)
    values = _preview(signed_in(request), pair, request.GET.get("amount", "")[:24], now=clock.now())
    return render(request, "customer/exchange/preview.html", {"pair": pair, **values})


@for_customers
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Exchange: the same key, or the same quote, gives the same order. A price that is over leads to a new one."""
    try:
        return carry_out(request, PAGE, wallet.create_exchange)
    except Refusal as refusal:
        if not refusal.code.startswith(ANEW):
            raise
        now = clock.now()
        quote = quote_for(signed_in(request), read_id(request.POST.get("quote")), now=now)
        made = quote.exchange
        if made is None:
            raise
        pair, typed = Pair(side=made.side, currency=made.currency), made.sold.plain()
        form = ExchangeForm({"amount": typed, "purpose": made.purpose_code}, pair=pair)
        form.is_valid()
        form.refuse(refusal)
        return _page(request, form, pair, typed, now=now)
