"""A withdrawal: not on the card yet, refused, or given back by the card's bank. Order, bank, books, in that order."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import UNSETTLED, pick
from kefu.assistant.playbooks.choose import which_one
from kefu.wallet.queries import OrderView

_TROUBLED = UNSETTLED | {"FAILED", "RETURNED"}


def pending(context: Context) -> Answer:
    """“提现一直没到账”: what the bank did with it, when, and where the money is now."""
    draft = Draft(context)
    orders = pick(context, context.orders_of("withdrawal"), _TROUBLED)
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    ref, order = draft.about_order(orders[0]), draft.order or orders[0]
    draft.check("order_found", "ok", draft.fill(_("找到订单 %(no)s")), ref)
    if order.status == "SUCCEEDED":
        return _paid(draft, ref, order)
    if order.status in ("FAILED", "RETURNED"):
        return _came_back(draft, ref, order)
    return _open(draft, ref, order)


def how(context: Context) -> Answer:
    """“怎么提现”: where to press, what it costs now, and what is left free."""
    draft = Draft(context)
    draft.say(_("在首页按“提现”，选自己绑定的银行卡，看清手续费再确认。款项先预留，银行付出后才算完成。"))
    draft.button("link", _("去提现"), argument="/withdraw/")
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("余额可以随时提现到您自己的银行卡。"))


def _paid(draft: Draft, ref: str, order: OrderView) -> Answer:
    draft.check("bank", "ok", _("银行已付款"), ref)
    if "bank_ref" in draft.facts:
        draft.say(_("请凭银行流水号 %(bank_ref)s 向收款银行查询；卡的余额更新有时会慢一些。"))
    draft.say(_("如果这张卡收不了，银行会把款退回来，金额、手续费和免费额度都会还给您，并马上通知您。"))
    _recall(draft, ref, order)
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("solved", _("解决了"))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("BANK_SIDE", _("这笔 %(amount)s 的提现，银行已在 %(settled)s 付到 %(other)s。"))


def _came_back(draft: Draft, ref: str, order: OrderView) -> Answer:
    draft.fact("reason", order.reason_text, ref)
    returned = order.status == "RETURNED"
    draft.check("bank", "block", _("银行退回了款项") if returned else _("银行没有付出"), ref)
    draft.say(_("银行给出的原因：%(reason)s。"))
    balance = draft.context.balance
    draft.fact("balance", balance.available.text(), draft.source("balance", "available", label=_("可用余额")))
    if order.fee.minor:
        draft.say(_("款项 %(amount)s 和手续费 %(fee)s 都已回到余额，免费额度也已恢复。"))
    else:
        draft.say(_("款项 %(amount)s 已回到余额，免费额度也已恢复。"))
    draft.say(_("现在的可用余额是 %(balance)s。"))
    draft.button("link", _("换一张卡再提"), argument="/withdraw/")
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    draft.always_a_human()
    if returned:
        draft.moment("returned", order.returned_at, ref)
        headline = _("这笔提现先付出，后来被银行退了回来：%(amount)s 已在 %(returned)s 回到您的余额。")
    else:
        headline = _("这笔提现没有成功：%(amount)s 没有付到 %(other)s，钱在您的余额里。")
    return draft.finish("FAILED_RETURNED", headline)


def _open(draft: Draft, ref: str, order: OrderView) -> Answer:
    if not draft.context.bank_asked and order.instruction_id is not None:
        draft.check("bank", "unknown", _("正在向银行核实"), ref)
        headline = _("找到了您 %(created)s 的 %(amount)s 提现，正在向银行核实…")
        return draft.finish("ASKING_BANK", headline, ask_bank=order.instruction_id)
    draft.check("bank", "unknown", _("银行还没有给出结果"), ref)
    draft.say(_("款项已为这笔提现预留：银行付了就到卡上，没付成就连手续费一起退回余额。有结果马上通知您。"))
    draft.moment("promise", order.promise_at, ref)
    if "promise" in draft.facts:
        draft.say(_("最迟 %(promise)s 前给您答复。"))
    draft.say(_("请先不要重复提现。"))
    _recall(draft, ref, order)
    draft.button("check_again", _("再查一次"), argument=str(order.id))
    draft.button("open_case", _("开工单跟进"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("UNKNOWN_WAIT", _("这笔 %(amount)s 的提现，银行还没有给出最终结果。"))


def _recall(draft: Draft, ref: str, order: OrderView) -> None:
    """“提错卡了，能追回吗”: that it can be asked once, or how it stands; never as if it were back."""
    if order.recallable:
        draft.say(_("提错了卡，或被人骗去提现，可以请银行向对方银行追回一次；对方可能不同意，钱回来之前不算追回。"))
        draft.button("link", _("申请追回"), argument=f"/orders/{order.id}/recall/")
    if order.recall is None:
        return
    draft.moment("recall_by", order.recall.answer_by, ref)
    if order.recall.status == "REFUSED":
        draft.fact("recall_refusal", order.recall.refusal_text, ref)
        draft.say(_("追回没有成功：%(recall_refusal)s。"))
    elif order.recall.status == "ACCEPTED":
        draft.say(_("对方银行同意退回，但钱还没有到；到了会马上通知您。"))
    elif order.recall.status == "UNANSWERED":
        draft.say(_("对方银行到期没有答复追回请求；迟到的答复我们仍会告诉您。"))
    elif order.recall.status == "REQUESTED":
        draft.say(_("已请银行追回，对方最迟 %(recall_by)s 答复，也可能不同意。"))


def _no_order(draft: Draft) -> Answer:
    draft.check("order_found", "warn", _("没有找到相符的提现"))
    draft.say(_("请告诉我大概的金额和时间，或者让人工帮您查。"))
    draft.button("link", _("看账单"), argument="/activity/?kind=withdrawal")
    draft.button("link", _("去提现"), argument="/withdraw/")
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔提现。"))
