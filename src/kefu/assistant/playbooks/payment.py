"""A payment to a merchant that did not go through: the one cause, from the account and the books."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import pick
from kefu.assistant.playbooks import restriction


def failed(context: Context) -> Answer:
    """“付款失败”: a stop or restriction first; then the payment that is meant; else how to pay again, once."""
    if context.stop is not None or context.restrictions:
        return restriction.why_restricted(context)
    draft = Draft(context)
    orders = pick(context, context.orders_of("payment"), frozenset({"HELD", "FAILED", "CANCELLED"}))
    balance = context.balance
    draft.fact("balance", balance.available.text(), draft.source("balance", "available", label=_("可用余额")))
    if not orders:
        draft.check("order_found", "ok", _("账上没有扣款"))
        draft.say(_("可用余额是 %(balance)s。付款链接可能已经关闭或过期，请让商户重新发；同一个链接只会扣一次。"))
        draft.button("link", _("看账单"), argument="/activity/?kind=payment")
        draft.button("open_case", _("开工单跟进"))
        draft.always_a_human()
        return draft.finish("NEED_EVIDENCE", _("最近没有向商户付款的记录，钱没有扣。"))
    ref, order = draft.about_order(orders[0]), draft.order or orders[0]
    draft.check("order_found", "ok", draft.fill(_("找到订单 %(no)s")), ref)
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    draft.always_a_human()
    if order.status == "SUCCEEDED":
        draft.say(_("商户如果说没收到，请给他看订单号 %(no)s。请不要再付一次。"))
        return draft.finish("OK_IN_TIME", _("付给%(other)s的 %(amount)s 是成功的，%(settled)s 已付给商户。"))
    if order.status == "HELD":
        draft.say(_("商户确认收款前，款项只是预留；没有确认就会放回您的余额。"))
        return draft.finish("UNKNOWN_WAIT", _("付给%(other)s的 %(amount)s 已预授权，在等商户确认收款。"))
    draft.say(_("可用余额是 %(balance)s。"))
    return draft.finish("FAILED_RETURNED", _("付给%(other)s的 %(amount)s 没有付出，款项在您的余额里。"))
