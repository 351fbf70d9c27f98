"""Fees: from the schedule in force, and the fee of the very order that is meant."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching
from kefu.wallet import queries as wallet
from kefu.wallet.queries import FeeView, OrderView
from kefu.wallet.rules.exchange import currency_name

_MODES = {
    "now": gettext_lazy("实时转账"),
    "two_hours": gettext_lazy("两小时到账"),
    "next_day": gettext_lazy("次日到账"),
}


def fee_title(line: FeeView) -> str:
    """What the fee is for, in the active language."""
    if line.kind == "exchange":
        return _("换汇（%(currency)s）") % {"currency": currency_name(line.mode)}
    names = {
        "topup": _("充值"), "withdrawal": _("提现"), "bill": _("缴费"), "repayment": _("信用卡还款"),
        "loan": _("借款还款"), "payment": _("商户付款"),
    }  # fmt: skip
    return names.get(line.kind) or str(_MODES[line.mode])


def fees(context: Context) -> Answer:
    """The schedule's lines; when an amount, time or number was named, that order's own fee first."""
    draft = Draft(context)
    slots = context.slots
    if slots.order_numbers or slots.amounts or slots.times:
        named = matching(context, context.orders)
        if named:
            draft.about_order(named[0])
            draft.say(_("您 %(created)s 的 %(amount)s（%(other)s），手续费是 %(fee)s。"))
            _why(context, draft, named[0])
    for line in wallet.fees():
        name = f"{line.kind}_{line.mode}" if line.mode else line.kind
        source = draft.source("fee", name, version=str(line.version), label=fee_title(line))
        draft.fact(f"fee_{name}", line.text, source)
        draft.paragraphs.append(_("%(what)s：%(fee)s") % {"what": fee_title(line), "fee": line.text})
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    return draft.finish("OK_IN_TIME", _("下面是现在的收费标准，确认页上看到多少就收多少。"))


def _why(context: Context, draft: Draft, order: OrderView) -> None:
    """The sum with its numbers, the version, and the free quota before and after."""
    story = wallet.fee_story_for(context.actor, order.id) if order.customer_id == context.actor.uuid else None
    if story is None:
        return
    version = str(story.schedule.version)
    source = draft.source("fee", f"{order.kind}_{order.mode}", version=version, label=fee_title(story.schedule))
    draft.fact("formula", story.formula, source)
    draft.fact("version", version, source)
    draft.say(_("算法：%(formula)s（收费标准第 %(version)s 版）。"))
    if story.has_quota:
        draft.fact("quota_before", story.quota_before.text(), source)
        draft.fact("quota_after", story.quota_after.text(), source)
        draft.say(_("办理前免费额度还剩 %(quota_before)s，办理后剩 %(quota_after)s。"))
