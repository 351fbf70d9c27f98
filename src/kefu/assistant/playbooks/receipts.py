"""Receipts, statements and proofs: the orders that the words mean, each with the way to its receipt."""

import re

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.receipts import queries as papers
from kefu.wallet.queries import OrderView

CHOICES_MAX = 3
_INVOICE = re.compile(r"发票|開票|开票|\binvoice", re.I)
_STATEMENT = re.compile(r"流水|对账单|對賬單|月结单|账单流水|\bstatement", re.I)
_PAPER = re.compile(r"凭证|憑證|回单|回單|收据|收據|对账单|流水证明|交易证明|\breceipt|\bstatement", re.I)
_PROOF = re.compile(r"证明|證明|盖章|公章|法院|公安|\b(?:proof|certificate|stamped)\b", re.I)


def asks_for_paper(text: str) -> bool:
    """Whether a paper is named: then a question about one transaction wants its receipt, not the list of all."""
    return bool(_PAPER.search(text))


def receipts(context: Context) -> Answer:
    """What was asked for by name first (statement, proof, invoice); else the receipts of the orders that fit."""
    draft = Draft(context)
    if _STATEMENT.search(context.text):
        return _statement(draft)
    found = papers.find_orders_for(context.actor, text=context.text if context.slots else "", now=context.now)
    ready = [one.order for one in found if papers.has_receipt(one.order)][:CHOICES_MAX]
    for order in ready:
        source = draft.source("order", str(order.id), version=order.status, label=order.no)
        draft.fact(f"amount_{order.no}", order.amount.text(), source)
        draft.moment(f"created_{order.no}", order.created_at, source)
        label = f"{order.amount.text()} · {draft.facts[f'created_{order.no}'].value} · {order.counterparty_masked}"
        draft.button("link", label, argument=f"/receipts/order/{order.id}/")
    if _INVOICE.search(context.text):
        draft.say(_("交易凭证不是发票：买东西的发票由卖家开具。凭证可以证明付款。"))
    if _PROOF.search(context.text):
        return _proof(draft)
    draft.button("link", _("找别的凭证"), argument="/receipts/")
    draft.always_a_human()
    if ready:
        draft.check("order_found", "ok", _("找到相符的交易"))
        draft.say(_("凭证是带数字签名的 PDF，扫上面的二维码就能查验真伪。"))
        return draft.finish("OK_IN_TIME", _("点开就能下载凭证。您要的可能是："))
    return _none(draft, [one.order for one in found])


def _none(draft: Draft, unsettled: list[OrderView]) -> Answer:
    if unsettled:
        order = unsettled[0]
        ref = draft.about_order(order)
        draft.check("settled", "warn", _("这笔还没有办结"), ref)
        draft.say(papers.why_not(order))
        draft.button("order", _("看这笔订单"), argument=str(order.id))
        return draft.finish("PENDING", _("找到了 %(created)s 的 %(amount)s，但它还没有凭证：只有办结的交易才有。"))
    draft.check("order_found", "warn", _("没有找到相符的交易"))
    draft.say(_("请告诉我大概的时间、金额或对方，例如“上周五转给老王 两百左右”。"))
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔交易。"))


def _statement(draft: Draft) -> Answer:
    draft.check("books", "ok", _("对账单由账本逐笔算出"))
    draft.say(_("选起止日期，PDF 带数字签名，CSV 可以用表格软件打开，都不收费。"))
    draft.button("link", _("开具对账单"), argument="/receipts/#statements")
    draft.button("solved", _("解决了"))
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("对账单（流水）可以自己开具，任何一段时间都行。"))


def _proof(draft: Draft) -> Answer:
    draft.say(_("证明上有您的全名和电子章，所以要输入支付密码；请只交给您要交的机构。"))
    draft.button("link", _("开具交易证明"), argument="/receipts/proof", level="V2")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("给法院、公安或贷款机构用的交易证明可以自己开具，选好交易就行。"))
