"""Bills and repayments: was the wallet debited, has the other side taken it on, has it booked it, and until when was it
due. In that order, each a fact of its own.
"""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import UNSETTLED, pick
from kefu.assistant.playbooks.choose import which_one
from kefu.core.brand import brand
from kefu.core.when import spoken_day
from kefu.wallet.queries import OrderView

_TROUBLED = UNSETTLED | {"ACKNOWLEDGED", "FAILED", "RETURNED"}


def delayed(context: Context) -> Answer:
    """“还款一直没入账”: which of the three has happened, and what comes next."""
    draft = Draft(context)
    known = sorted(
        [*context.orders_of("bill"), *context.orders_of("repayment")], key=lambda o: o.created_at, reverse=True
    )
    orders = pick(context, known, _TROUBLED)
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    ref = draft.about_order(orders[0])
    order = draft.order or orders[0]
    draft.check("order_found", "ok", draft.fill(_("找到订单 %(no)s")), ref)
    _three_facts(draft, ref, order)
    if order.status == "SUCCEEDED":
        return _posted(draft, order)
    if order.status in ("FAILED", "RETURNED"):
        return _came_back(draft, ref, order)
    return _taken_on(draft, order) if order.status == "ACKNOWLEDGED" else _open(draft, ref, order)


def bill(context: Context) -> Answer:
    """“电费交了没到账” while a bill is in trouble, else “怎么交电费”: where to press."""
    if any(order.status in _TROUBLED for order in context.orders_of("bill")):
        return delayed(context)
    draft = Draft(context)
    draft.say(_("在“全部服务”里点“生活缴费”，选机构、填户号，先看到户主、应付金额和到期日，再确认付款。"))
    draft.button("link", _("去缴费"), argument="/bills/")
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("电费、水费、燃气费和手机话费都可以用余额付。"))


def how_repay(context: Context) -> Answer:
    """“怎么还信用卡”: where to press, full, least or part, and the due date."""
    draft = Draft(context)
    draft.say(_("在“全部服务”里点“还款”，选信用卡或借款，可以还全部、最低额或其他金额；赶不上到期日会先提醒您。"))
    draft.button("link", _("去还款"), argument="/repay/")
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("信用卡和网络借款都可以用余额还。"))


def _three_facts(draft: Draft, ref: str, order: OrderView) -> None:
    """Debited, acknowledged, posted; and the due date."""
    taken, posted = order.acknowledged_at, order.status == "SUCCEEDED"
    given_back = order.status in ("FAILED", "RETURNED")
    debited = "warn" if given_back else "ok" if taken or posted else "unknown"
    draft.check("debited", debited, _("钱包是否已扣款"), ref)
    draft.check("acknowledged", "ok" if taken or posted else "unknown", _("对方是否已受理"), ref)
    draft.check("posted", "ok" if posted else "block" if given_back else "unknown", _("对方是否已入账"), ref)
    draft.moment("acknowledged", taken, ref)
    if order.bill is not None:
        draft.fact("due", spoken_day(order.bill.due_on), ref)
        draft.fact("posts", spoken_day(order.bill.posts_on), ref)
        today = draft.context.now.astimezone(brand().zone).date()
        state = "warn" if order.bill.late or today > order.bill.due_on else "ok"
        draft.check("due_date", state, draft.fill(_("到期日 %(due)s")), ref)


def _posted(draft: Draft, order: OrderView) -> Answer:
    if "bank_ref" in draft.facts:
        draft.say(_("对方流水号 %(bank_ref)s 就是付款凭证：请凭它向对方查询，账单更新有时会慢一些。"))
    _ends(draft, order)
    return draft.finish("BANK_SIDE", _("这笔 %(amount)s（%(other)s），对方已在 %(settled)s 入账。"))


def _taken_on(draft: Draft, order: OrderView) -> Answer:
    draft.say(_("对方在 %(acknowledged)s 受理了这笔付款，钱包已扣款；对方还没有记到账上。"))
    if "posts" in draft.facts:
        draft.say(_("预计 %(posts)s 入账，到期日是 %(due)s。"))
    if "bank_ref" in draft.facts:
        draft.say(_("付款凭证：对方流水号 %(bank_ref)s，付款时间写在订单页上。"))
    draft.say(_("请勿重复支付。对方入账后会马上通知您；如果对方拒绝，金额和手续费都会退回余额。"))
    draft.button("check_again", _("再查一次"), argument=str(order.id))
    _ends(draft, order)
    return draft.finish("BANK_SIDE", _("这笔 %(amount)s（%(other)s）：钱包已扣款，对方已受理，等待对方入账。"))


def _came_back(draft: Draft, ref: str, order: OrderView) -> Answer:
    draft.fact("reason", order.reason_text, ref)
    draft.say(_("原因：%(reason)s。"))
    if order.fee.minor:
        draft.say(_("金额 %(amount)s 和手续费 %(fee)s 都已回到余额。"))
    else:
        draft.say(_("金额 %(amount)s 已回到余额。"))
    if "due" in draft.facts:
        draft.say(_("到期日是 %(due)s，请在那之前核对号码重新付款，或换别的方式还。"))
    draft.button("link", _("重新付款"), argument="/bills/" if order.kind == "bill" else "/repay/")
    _ends(draft, order)
    return draft.finish("FAILED_RETURNED", _("这笔 %(amount)s（%(other)s）没有付成，钱在您的余额里。"))


def _open(draft: Draft, ref: str, order: OrderView) -> Answer:
    if not draft.context.bank_asked and order.instruction_id is not None:
        draft.check("payee", "unknown", _("正在向对方核实"), ref)
        headline = _("找到了您 %(created)s 的 %(amount)s（%(other)s），正在向对方核实…")
        return draft.finish("ASKING_BANK", headline, ask_bank=order.instruction_id)
    draft.say(_("款项已预留：对方受理就扣款，没付成就连手续费一起退回余额。有结果马上通知您。"))
    draft.moment("promise", order.promise_at, ref)
    if "promise" in draft.facts:
        draft.say(_("最迟 %(promise)s 前给您答复。"))
    draft.say(_("请勿重复支付。"))
    draft.button("check_again", _("再查一次"), argument=str(order.id))
    _ends(draft, order)
    return draft.finish("UNKNOWN_WAIT", _("这笔 %(amount)s（%(other)s），对方还没有给出结果。"))


def _ends(draft: Draft, order: OrderView) -> None:
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("open_case", _("开工单跟进"), argument=str(order.id))
    draft.always_a_human()


def _no_order(draft: Draft) -> Answer:
    draft.check("order_found", "warn", _("没有找到相符的缴费或还款"))
    draft.say(_("请告诉我大概的金额和时间，或者让人工帮您查。"))
    draft.button("link", _("看账单"), argument="/activity/?kind=repayment")
    draft.button("link", _("去还款"), argument="/repay/")
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔缴费或还款。"))
