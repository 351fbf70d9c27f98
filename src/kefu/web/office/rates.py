"""Rates and spreads at the operator's place: what the market says, what we add, and who changed it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import CURRENCIES
from kefu.core.refusal import Refusal
from kefu.rails.queries.rates import RateView
from kefu.wallet import actions as wallet
from kefu.wallet.models import FOREIGN
from kefu.wallet.queries.exchange import desk_rates_for, rate_history, rate_opinions_for, spread_versions
from kefu.wallet.queries.limits.terms import changes_for
from kefu.wallet.rules.exchange import currency_name, rate_words
from kefu.web.office.chart import line_of
from kefu.web.office.forms import PercentField, TermsForm
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

OPERATORS = for_staff("operator", "supervisor")
DAYS = 60
PPM_IN_BPS = 100


class SpreadForm(TermsForm):
    currency = forms.ChoiceField(label=gettext_lazy("币种"))
    percent = PercentField(label=gettext_lazy("点差（%，买卖各加一次）"), max_length=12)
    faults = {**TermsForm.faults, "wallet.terms.unfit": "percent"}
    field_order = ["currency", "percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(code, f"{CURRENCIES[code].name} {code}") for code in FOREIGN]
        self.fields["currency"].choices = names  # type: ignore[attr-defined]

    def clean_percent(self) -> int:
        """Basis points."""
        bps, rest = divmod(self.cleaned_data["percent"], PPM_IN_BPS)
        if rest:
            raise ValidationError(_("点差最多两位小数，例如 0.35。"))
        return int(bps)


@OPERATORS
def rates(request: HttpRequest) -> HttpResponse:
    """GET: rates, history, spreads and proposals. POST: propose the next spread of a currency."""
    actor, now = signed_in(request), clock.now()
    form = SpreadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            wallet.propose_spread(
                actor=actor, currency=given["currency"], bps=given["percent"],
                effective_from=given["effective_from"], reason=given["reason"], now=now,
            )  # fmt: skip
            messages.success(request, _("已提交，等另一位主管复核。"), "ok")
            return redirect("office_rates")
        except Refusal as refusal:
            form.refuse(refusal)
    values = {
        "here": "rates",
        "form": form,
        "may_propose": actor.role == "operator",
        "lines": [(one, _words(one.market, one.currency)) for one in desk_rates_for(actor, now=now)],
        "opinions": [(one, _words(one.rate, one.rate.currency)) for one in rate_opinions_for(actor, now=now)],
        "versions": [(currency_name(one.currency), one) for one in spread_versions(now=now, history=True)],
        "changes": [(currency_name(one.currency), one) for one in changes_for(actor, "spread", now=now)],
        **_chart(request.GET.get("currency", ""), now),
    }
    wrong = form.is_bound and (form.errors or form.refusal)
    return render(request, "office/rates.html", values, status=form.status if wrong else 200)


def _words(market: RateView | None, currency: str) -> dict[str, str]:
    return {
        "name": currency_name(currency),
        "rate": rate_words(currency, market.units, market.mid) if market else "",
        "before": f"{market.before:.4f}" if market and market.before else "",
    }


def _chart(asked: str, now: datetime) -> dict[str, Any]:
    code = asked if asked in FOREIGN else FOREIGN[0]
    days = rate_history(code, since=now - timedelta(days=DAYS))
    names = [(one, currency_name(one)) for one in FOREIGN]
    return {"shown": code, "names": names, "shown_name": currency_name(code), "chart": line_of(days)}


@OPERATORS
@require_POST
def decide(request: HttpRequest, rate_id: int) -> HttpResponse:
    """Say that a doubted rate is to be believed, or set aside; the second who says the same decides."""
    decision = request.POST.get("decision")
    if decision not in ("accept", "decline"):
        raise FieldWrong(fields="decision")
    accept, words = decision == "accept", request.POST.get("words", "")[:500]
    decided = wallet.decide_rate(
        actor=signed_in(request), rate_id=rate_id, accept=accept, words=words, now=clock.now()
    )
    done = _("已采用，按这个汇率报价。") if accept else _("已搁置，不按这个汇率报价。")
    messages.success(request, done if decided else _("已记下您的意见，等另一位同事同意。"), "ok")
    return redirect("office_rates")
