"""Campaigns of vouchers: proposed by one person, opened by another, ended when enough have been given out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.brand import brand
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.queries.shop.merchant import merchants_for
from kefu.wallet.queries.shop.voucher import campaigns_for
from kefu.web.forms import Doorway, text_field
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

OPERATORS = for_staff("operator", "supervisor")


def _moment_field(label: Any) -> forms.DateTimeField:
    given = {"type": "datetime-local", "autocomplete": "off"}
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, input_formats=formats, widget=forms.TextInput(attrs=given))


class CampaignForm(Doorway):
    """Times are those of the wallet's zone."""

    faults = {"core.amount": "amount", "wallet.campaign": "name"}
    name = text_field(_("活动名称"), most=30, autocomplete="off")
    amount = text_field(_("面额"), most=12, inputmode="decimal", autocomplete="off")
    min_spend = text_field(_("最低消费"), most=12, inputmode="decimal", autocomplete="off")
    count = forms.IntegerField(label=_("张数"), min_value=1, max_value=100_000)
    merchant = forms.ChoiceField(label=_("在哪里可用"), required=False)
    valid_from = _moment_field(_("开始时间"))
    valid_until = _moment_field(_("结束时间"))

    def asked(self) -> wallet.NewCampaign:
        """What the form asks for. Refuses `core.amount.*`."""
        given = self.cleaned_data
        return wallet.NewCampaign(
            name=given["name"],
            amount=parse_amount(given["amount"]),
            min_spend=parse_amount(given["min_spend"]),
            count=given["count"],
            valid_from=_local(given["valid_from"]),
            valid_until=_local(given["valid_until"]),
            merchant_id=UUID(given["merchant"]) if given["merchant"] else None,
        )


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=brand().zone)


@OPERATORS
def page(request: HttpRequest) -> HttpResponse:
    """GET: all campaigns, those to be judged first. POST: propose one."""
    actor, now = signed_in(request), clock.now()
    form = CampaignForm(request.POST or None)
    shops = [(str(one.id), one.name) for one in merchants_for(actor, now=now) if one.status == "OPEN"]
    form.fields["merchant"].choices = [("", _now("所有商户")), *shops]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            wallet.propose_campaign(actor=actor, given=form.asked(), now=now)
            return redirect("office_campaigns")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {"here": "campaigns", "campaigns": campaigns_for(actor, now=now), "form": form, "actor": actor}
    return render(request, "office/campaigns.html", values, status=form.status if form.is_bound else 200)


@OPERATORS
@require_POST
def judge(request: HttpRequest, campaign_id: UUID, deed: str) -> HttpResponse:
    """`open`, by another person than who proposed it, or `end`."""
    deeds = {"open": wallet.open_campaign, "end": wallet.end_campaign}
    if deed not in deeds:
        raise FieldWrong(fields="deed")
    deeds[deed](actor=signed_in(request), campaign_id=campaign_id, now=clock.now())
    return redirect("office_campaigns")
