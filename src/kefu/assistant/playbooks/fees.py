"""Fees: from the schedule in force, and the fee of the very order that is meant."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching
from kefu.wallet import queries as wallet
from kefu.wallet.queries import FeeView

_MODES = {
    "now": gettext_lazy("实时转账"),
    "two_hours": gettext_lazy("两小时到账"),
    "next_day": gettext_lazy("次日到账"),
}


def fee_title(line: FeeView) -> str:
    """What the fee is for, in the active language."""
    return _("充值") if line.kind == "topup" else str(_MODES[line.mode])


def fee_text(line: FeeView) -> str:
    """The fee in one phrase, from the schedule in force."""
    if line.is_free:
        return _("免费")
    values = {
        "free": line.free_up_to.text(), "percent": line.percent, "least": line.least.text(), "most": line.most.text(),
    }  # fmt: skip
    return _("%(free)s 以内免费，超出部分 %(percent)s%%，最低 %(least)s，最高 %(most)s") % values


def fees(context: Context) -> Answer:
    """The schedule's lines; when an amount, time or number was named, that order's own fee first."""
    draft = Draft(context)
    slots = context.slots
    if slots.order_numbers or slots.amounts or slots.times:
        named = matching(context, context.orders)
        if named:
            draft.about_order(named[0])
            draft.say(_("您 %(created)s 的 %(amount)s（%(other)s），手续费是 %(fee)s。"))
    for line in wallet.fees():
        name = f"{line.kind}_{line.mode}" if line.mode else line.kind
        source = draft.source("fee", name, version=str(line.version), label=fee_title(line))
        draft.fact(f"fee_{name}", fee_text(line), source)
        draft.paragraphs.append(f"{fee_title(line)}：{fee_text(line)}")
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    return draft.finish("OK_IN_TIME", _("充值不收费；转账按下面的标准收，确认页上看到多少就收多少。"))
