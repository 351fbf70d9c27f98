"""Balance and the latest activity, straight from the books."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer, TimelineStep
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching
from kefu.wallet.queries.exchange import foreign_balances_for

LATEST_MAX = 5


def balance_and_activity(context: Context) -> Answer:
    """Available and held, and the orders that fit what was asked (the latest when nothing was)."""
    draft = Draft(context)
    source = draft.source("balance", "available", label=_("账户余额"))
    draft.fact("available", context.balance.available.text(), source)
    draft.fact("held", context.balance.held.text(), source)
    draft.check("books", "ok", _("余额由账目逐笔算出"), source)
    if context.balance.held.minor:
        draft.say(_("另有 %(held)s 在处理中，还没有转出，也不会丢。"))
    for one in foreign_balances_for(context.actor):
        if one.posted.minor:
            mine = draft.source("balance", one.currency, label=_("账户余额"))
            draft.fact(f"has_{one.currency}", one.available.text(), mine)
            draft.say(_("另有外币余额 %(has)s。") % {"has": f"%(has_{one.currency})s"})
    rows = []
    for order in matching(context, context.orders)[:LATEST_MAX]:
        ref = draft.source("order", str(order.id), version=order.status, label=order.no)
        sign = "+" if order.direction == "in" else "-"
        draft.fact(f"amount_{order.no}", f"{sign}{order.amount.text()}", ref)
        label = f"{order.title} {draft.facts[f'amount_{order.no}'].value}"
        rows.append(TimelineStep(label, order.created_at, "done" if order.settled_at else "now"))
    draft.timeline = tuple(rows)
    draft.button("link", _("看全部账单"), argument="/activity/")
    return draft.finish("OK_IN_TIME", _("您的可用余额是 %(available)s。"))
