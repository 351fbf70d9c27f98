"""“怎么换外币”, “今天汇率多少”, “我有多少美元”: the rates of this moment and the customer's own balances and quota."""

import re

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.core.refusal import Refusal
from kefu.wallet.models import BUY, FOREIGN, SELL
from kefu.wallet.queries.exchange import foreign_balances_for, price_of
from kefu.wallet.queries.limits.limit import quota_for
from kefu.wallet.rules.exchange import Pair, currency_name, rate_words

ARTICLE = "exchange"
_MEANT = {
    "USD": re.compile(r"美元|美金|美刀|\busd\b|dollar", re.IGNORECASE),
    "EUR": re.compile(r"欧元|\beur|euro", re.IGNORECASE),
    "HKD": re.compile(r"港币|港元|港纸|\bhkd\b|hong kong", re.IGNORECASE),
    "JPY": re.compile(r"日元|日币|円|\bjpy\b|\byen\b", re.IGNORECASE),
}


def exchange(context: Context) -> Answer:
    """The rates of what was named (else of what they hold, else of the dollar), what they have, and what is left."""
    draft = Draft(context)
    held = {one.currency: one for one in foreign_balances_for(context.actor) if one.posted.minor}
    named = [code for code, words in _MEANT.items() if words.search(context.text)]
    for place, code in enumerate(named or list(held) or list(FOREIGN[:1])):
        _tell_rate(context, draft, code, place)
    for place, one in enumerate(held.values()):
        source = draft.source("balance", one.currency, label=_("账户余额"))
        draft.fact(f"has_{place}", one.available.text(), source)
        draft.say(_("您有 %(has)s 可用。") % {"has": f"%(has_{place})s"})
    _tell_quota(context, draft)
    draft.say(_("余额可以在人民币和外币之间兑换；现在还不能在境外商户付款，也不能汇到境外。"))
    draft.button("link", _("去换汇"), argument="/exchange/")
    draft.button("link", _("汇率怎么来的"), argument=f"/help/a/{ARTICLE}/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("换汇马上到账，确认前先看清汇率、点差和手续费。"))


def _tell_rate(context: Context, draft: Draft, code: str, place: int) -> None:
    source = draft.source("rate", code, label=currency_name(code))
    try:
        for side in (BUY, SELL):
            price = price_of(Pair(side=side, currency=code), now=context.now)
            draft.fact(f"{side}_{place}", rate_words(code, price.units, price.rate), source)
    except Refusal:
        draft.check("rate", "block", currency_name(code), source)
        draft.say(_("%(name)s的最新汇率正在核实，暂时不能兑换。") % {"name": currency_name(code)})
        return
    draft.check("rate", "ok", currency_name(code), source)
    places = {"name": currency_name(code), "buy": f"%(buy_{place})s", "sell": f"%(sell_{place})s"}
    draft.say(_("%(name)s：买入 %(buy)s，卖出 %(sell)s。") % places)


def _tell_quota(context: Context, draft: Draft) -> None:
    quota = quota_for(context.actor, side=BUY, now=context.now)
    if quota is not None:
        source = draft.source("limit", quota.series, label=quota.name)
        draft.fact("quota", quota.left.text(), source)
        draft.say(_("今年还可以购汇 %(quota)s。"))
