"""A top-up: not arrived, failed, or said to be. The order of the checks is that of the trade: order, bank, books."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import UNSETTLED, pick
from kefu.assistant.playbooks.choose import which_one
from kefu.wallet.queries import OrderView

_TROUBLED = UNSETTLED | {"FAILED"}


def not_arrived(context: Context) -> Answer:
    """“充了200还没到账”: find the order; when its outcome is open, ask the bank; tell what is so."""
    draft = Draft(context)
    orders = pick(context, context.orders_of("topup"), UNSETTLED)
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def failed(context: Context) -> Answer:
    """“充值失败”: the failed one first, with the bank's reason; nothing left the card, or it comes back."""
    draft = Draft(context)
    orders = pick(context, context.orders_of("topup"), _TROUBLED)
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def _by_state(draft: Draft, listed: OrderView) -> Answer:
    ref, order = draft.about_order(listed), draft.order or listed
    draft.check("order_found", "ok", draft.fill(_("找到订单 %(no)s")), ref)
    if order.status == "SUCCEEDED":
        return _arrived(draft, order)
    if order.status == "FAILED":
        return _denied(draft, order)
    return _open(draft, order)


def _arrived(draft: Draft, order: OrderView) -> Answer:
    draft.check("books", "ok", _("账上已入账"), f"order:{order.id}")
    balance = draft.context.balance
    draft.fact("balance", balance.available.text(), draft.source("balance", "available", label=_("可用余额")))
    if draft.context.bank_asked:
        headline = _("钱没有丢，%(amount)s 已经到账。")
        draft.say(_("银行已经扣款成功，但给我们的通知没有送到。我刚刚向银行核实，%(settled)s 已入账。"))
        cause = "AUTO_FIXED"
    else:
        headline = _("这笔充值已经到账：%(amount)s，%(settled)s 入账。")
        cause = "OK_IN_TIME"
    draft.say(_("现在的可用余额是 %(balance)s。"))
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("solved", _("解决了"))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    return draft.finish(cause, headline)


def _denied(draft: Draft, order: OrderView) -> Answer:
    draft.check("bank", "block", _("银行没有扣款成功"), f"order:{order.id}")
    draft.fact("reason", order.reason_text, f"order:{order.id}")
    headline = _("这笔充值没有成功：银行没有扣到 %(amount)s，钱包也没有入账。")
    draft.say(_("银行给出的原因：%(reason)s。"))
    draft.say(_("如果您的银行卡显示已扣款，那是银行的预占，一般 1 到 3 个工作日自动退回原卡；也可以让我们替您追查。"))
    draft.button("open_case", _("请你们追查"), argument=str(order.id))
    draft.button("link", _("换一张卡再充"), argument="/topup/")
    draft.always_a_human()
    return draft.finish("FAILED_RETURNED", headline)


def _open(draft: Draft, order: OrderView) -> Answer:
    if not draft.context.bank_asked and order.instruction_id is not None:
        draft.check("bank", "unknown", _("正在向银行核实"), f"order:{order.id}")
        headline = _("找到了您 %(created)s 的 %(amount)s 充值，正在向银行核实…")
        return draft.finish("ASKING_BANK", headline, ask_bank=order.instruction_id)
    draft.check("bank", "unknown", _("银行还没有给出结果"), f"order:{order.id}")
    headline = _("这笔 %(amount)s 的充值，银行还没有给出最终结果。")
    draft.say(_("钱没有丢：银行扣了就会入账，没扣成就不会少。我们会自动继续向银行核实，有结果马上通知您。"))
    draft.moment("promise", order.promise_at, f"order:{order.id}")
    if "promise" in draft.facts:
        draft.say(_("最迟 %(promise)s 前给您答复。"))
    draft.say(_("请先不要重复充值。"))
    draft.button("check_again", _("再查一次"), argument=str(order.id))
    draft.button("open_case", _("开工单跟进"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("UNKNOWN_WAIT", headline)


def _no_order(draft: Draft) -> Answer:
    draft.check("order_found", "warn", _("没有找到相符的充值"))
    draft.say(_("可能是充到了别的账户，或者还没有提交成功。请告诉我大概的金额和时间，或者让人工帮您查。"))
    draft.button("link", _("看账单"), argument="/activity/?kind=topup")
    draft.button("open_case", _("开工单跟进"))
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔充值。"))
