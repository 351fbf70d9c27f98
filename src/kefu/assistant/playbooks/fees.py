"""Fees: from the schedule in force, and the fee of the very order that is meant."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching
from kefu.wallet import queries as wallet


def fees(context: Context) -> Answer:
    """The schedule's lines; when an amount, time or number was named, that order's own fee first."""
    draft = Draft(context)
    slots = context.slots
    if slots.order_no or slots.amount or slots.time:
        named = matching(context, context.orders)
        if named:
            draft.about_order(named[0])
            draft.say(_("您 %(created)s 的 %(amount)s（%(other)s），手续费是 %(fee)s。"))
    for line in wallet.fees():
        source = draft.source("fee", line.code, version=str(line.version), label=line.title)
        draft.fact(f"fee_{line.code}", line.text, source)
        draft.paragraphs.append(f"{line.title}：{line.text}")
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    return draft.finish("OK_IN_TIME", _("充值不收费；转账按下面的标准收，确认页上看到多少就收多少。"))
