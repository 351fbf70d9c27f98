"""A payment to a merchant that did not go through: the one cause, from the account and the books."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import UNSETTLED, pick
from kefu.assistant.playbooks import restriction
from kefu.wallet.queries import OrderView


def failed(context: Context) -> Answer:
    """“付款失败”: a stop or restriction first; then the payment that is meant; else how to pay again, once."""
    if context.stop is not None or context.restrictions:
        return restriction.why_restricted(context)
    draft = Draft(context)
    orders = pick(context, context.orders_of("payment"), UNSETTLED | {"FAILED", "CANCELLED", "RETURNED"})
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
    if order.by_bank:
        return _by_card(draft, ref, order)
    draft.say(_("可用余额是 %(balance)s。"))
    return draft.finish("FAILED_RETURNED", _("付给%(other)s的 %(amount)s 没有付出，款项在您的余额里。"))


def _by_card(draft: Draft, ref: str, order: OrderView) -> Answer:
    """By card nothing is paid until the bank has charged it; what it charges too late is the payer's."""
    draft.fact("card", order.card, ref)
    if order.status == "RETURNED":
        draft.check("bank", "warn", order.reason_text, ref)
        draft.say(_("这笔钱已存入您的余额，商户没有收到。现在的可用余额是 %(balance)s。"))
        headline = _("付给%(other)s的 %(amount)s 当时没有付成，银行后来扣了款，钱在您的余额里。")
        return draft.finish("FAILED_RETURNED", headline)
    if order.status == "FAILED":
        draft.fact("reason", order.reason_text, ref)
        draft.check("bank", "block", _("银行没有扣款"), ref)
        draft.say(_("银行给出的原因：%(reason)s。可以换一张卡，或用余额再付。"))
        return draft.finish("FAILED_RETURNED", _("用%(card)s付给%(other)s的 %(amount)s 没有付成，商户没有收到款。"))
    draft.check("bank", "unknown", _("银行还没有给出结果"), ref)
    draft.moment("promise", order.promise_at, ref)
    if "promise" in draft.facts:
        draft.say(_("最迟 %(promise)s 前给您答复。"))
    draft.say(_("请不要再付一次：这笔订单会等银行的结果。"))
    draft.button("check_again", _("再查一次"), argument=str(order.id))
    return draft.finish("UNKNOWN_WAIT", _("用%(card)s付给%(other)s的 %(amount)s 还没有付成，银行结果确认中。"))
