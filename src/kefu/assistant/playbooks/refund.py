"""Money back from a merchant: asked for, late, refused, or where it went; traced by the number of either order."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching, pick
from kefu.assistant.playbooks.choose import which_one
from kefu.core.refusal import NotFound
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.shop import refund as refunds
from kefu.wallet.queries.shop.values import RefundView

_OPEN = frozenset({"CREATED"})
_TROUBLED = frozenset({"CREATED", "FAILED"})


def delayed(context: Context) -> Answer:
    """“退款怎么还没到”: the posting that paid it, or where it stands and by when; also by the payment's number."""
    draft = Draft(context)
    orders = pick(context, _traced(context), _OPEN)
    if not orders:
        return _none(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def rejected(context: Context) -> Answer:
    """“商家不同意退款”: what was said, and that the platform can step in."""
    draft = Draft(context)
    orders = pick(context, _traced(context), _TROUBLED)
    if not orders:
        return _none(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def ask(context: Context) -> Answer:
    """“我要退款”: the payment that is meant, whether it can be asked back, and the way there."""
    draft = Draft(context)
    paid = [o for o in context.orders_of("payment") if o.status == "SUCCEEDED" and o.shown_status != "REFUNDED"]
    orders = pick(context, paid, frozenset())
    if not orders:
        return _none(draft)
    ref, order = draft.about_order(orders[0]), draft.order or orders[0]
    draft.check("order_found", "ok", draft.fill(_("找到订单 %(no)s")), ref)
    able = refunds.refundable_for(context.actor, order.id, now=context.now)
    if able.open_refund is not None:
        return _by_state(draft, context.whole_by_id(able.open_refund))
    draft.fact("left", able.left.text(), ref)
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    if able.why_not:
        draft.check("refundable", "block", able.why_not, ref)
        draft.fact("why", able.why_not, ref)
        draft.button("open_case", _("没解决"), argument=str(order.id))
        draft.always_a_human()
        return draft.finish("NOT_ALLOWED", _("付给%(other)s的 %(amount)s 现在不能申请退款：%(why)s"))
    draft.moment("until", able.until, ref)
    draft.check("refundable", "ok", draft.fill(_("还可退 %(left)s")), ref)
    draft.say(_("可以申请到 %(until)s。先由商户答复；商户不同意或不答复，平台会介入。"))
    draft.say(_("退款退回原来付款的余额。"))
    draft.button("link", _("申请退款"), argument=f"/orders/{order.id}/refund/", level="V2", tone="main")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("%(created)s 付给%(other)s的 %(amount)s，还可以退 %(left)s。"))


def destination(context: Context) -> Answer:
    """“退款退到哪”: to the balance that paid; the latest refund is shown with its posting."""
    draft = Draft(context)
    done = [o for o in _traced(context) if o.status == "SUCCEEDED"]
    if not done:
        return _none(draft)
    return _by_state(draft, done[0])


def _traced(context: Context) -> list[OrderView]:
    """The customer's refunds; when a payment is named by number, those of that payment."""
    backs, numbers = context.orders_of("refund"), context.slots.order_numbers
    if not numbers or any(one.no in numbers for one in backs):
        return backs
    named = [o for o in matching(context, context.orders) if o.kind == "payment"]
    ids = {one.order_id for o in named for one in refunds.refunds_of(context.actor, o.id, now=context.now)}
    context.slots = context.slots.without_numbers()
    return [one for one in backs if one.id in ids]


def _by_state(draft: Draft, listed: OrderView) -> Answer:
    ref, order = draft.about_order(listed), draft.order or listed
    draft.check("order_found", "ok", draft.fill(_("找到退款单 %(no)s")), ref)
    try:
        refund = refunds.refund_for(draft.context.actor, order.id, now=draft.context.now)
    except NotFound:
        return _none(draft)
    draft.button("order", _("看这笔退款"), argument=str(order.id))
    if order.status == "SUCCEEDED":
        return _paid(draft, ref)
    if order.status in ("FAILED", "CANCELLED"):
        return _over(draft, ref, order)
    return _waiting(draft, ref, refund)


def _paid(draft: Draft, ref: str) -> Answer:
    draft.check("books", "ok", _("账上已退回余额"), ref)
    balance = draft.context.balance
    draft.fact("balance", balance.available.text(), draft.source("balance", "available", label=_("可用余额")))
    draft.say(_("退款退回原来付款的余额，不会退到银行卡。现在的可用余额是 %(balance)s。"))
    draft.button("solved", _("解决了"))
    draft.button("open_case", _("没解决"), argument=str(draft.order.id if draft.order else ""))
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("%(other)s的退款 %(amount)s 已在 %(settled)s 退回您的余额。"))


def _over(draft: Draft, ref: str, order: OrderView) -> Answer:
    draft.fact("reason", order.reason_text or _("您撤回了申请"), ref)
    draft.check("decision", "block", draft.facts["reason"].value, ref)
    draft.say(_("双方的说法和理由写在退款单里。有新的证据，可以让我们再看一次。"))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("FAILED_RETURNED", _("%(other)s的退款 %(amount)s 没有退成：%(reason)s。"))


def _waiting(draft: Draft, ref: str, refund: RefundView) -> Answer:
    draft.always_a_human()
    if refund.status == "REFUSED":
        draft.check("merchant", "block", _("商户不同意退款"), ref)
        draft.say(_("商户的理由写在退款单里。您可以在那里请平台介入，由平台核实双方的说法。"))
        return draft.finish("MERCHANT_REFUSED", _("%(other)s没有同意退 %(amount)s；这不是最后的结果。"))
    if refund.status == "ESCALATED":
        draft.check("platform", "unknown", _("平台核实裁定中"), ref)
        draft.moment("escalated", refund.escalated_at, ref)
        draft.say(_("平台在 %(escalated)s 介入，裁定后马上通知您；支持退款就立刻退回余额。"))
        draft.button("open_case", _("没解决"), argument=str(refund.order_id))
        return draft.finish("UNKNOWN_WAIT", _("%(other)s的退款 %(amount)s 由平台核实裁定。"))
    draft.check("merchant", "unknown", _("等商户答复"), ref)
    draft.moment("due", refund.clock.due_at if refund.clock else None, ref)
    if "due" in draft.facts:
        draft.say(_("商户最迟 %(due)s 答复；逾期不答复，平台自动介入，不用您再申请。"))
    return draft.finish("UNKNOWN_WAIT", _("%(other)s的退款 %(amount)s 还在等商户答复，钱还没有退。"))


def _none(draft: Draft) -> Answer:
    draft.check("order_found", "warn", _("没有找到相符的退款"))
    draft.say(_("在账单里打开那笔付款，按“申请退款”就可以开始；也可以告诉我订单号。"))
    draft.button("link", _("看付款"), argument="/activity/?kind=payment")
    draft.button("open_case", _("开工单跟进"))
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔退款：账上没有它的入账记录。"))
