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

_OPEN = frozenset({"CREATED", "SUBMITTED", "UNKNOWN", "MANUAL"})
_TROUBLED = _OPEN | {"FAILED"}
_KEPT = frozenset({"FAILED", "RETURNED"})


def delayed(context: Context) -> Answer:
    """“退款怎么还没到”: the posting that paid it, or where it stands and by when; also by the payment's number."""
    draft = Draft(context)
    orders = _meant(context, _OPEN)
    if not orders:
        return _none(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def rejected(context: Context) -> Answer:
    """“商家不同意退款”: what was said, and that the platform can step in."""
    draft = Draft(context)
    orders = _meant(context, _TROUBLED)
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
    if able.card:
        draft.fact("card", able.card, ref)
        draft.say(_("退款先退回付款时用的%(card)s；这张卡收不了时，钱为您保管，由您选余额或另一张自己的卡。"))
    else:
        draft.say(_("退款退回原来付款的余额。"))
    draft.button("link", _("申请退款"), argument=f"/orders/{order.id}/refund/", level="V2", tone="main")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("%(created)s 付给%(other)s的 %(amount)s，还可以退 %(left)s。"))


def destination(context: Context) -> Answer:
    """“退款退到哪”: by the way that it was paid. One that its card could not take comes first, else the latest."""
    draft = Draft(context)
    backs = _traced(context)
    kept = [o for o in backs if o.is_kept]
    going = kept or [o for o in backs if o.status == "SUCCEEDED" or o.by_bank]
    if not going:
        return _none(draft)
    return _by_state(draft, going[0])


def _meant(context: Context, troubled: frozenset[str]) -> list[OrderView]:
    """The refund that is meant: one whose card could not take it waits for its owner, and comes first."""
    backs = _traced(context)
    return pick(context, [o for o in backs if o.is_kept], _KEPT) or pick(context, backs, troubled)


def _traced(context: Context) -> list[OrderView]:
    """The customer's refunds; when a payment is named by number, those of that payment."""
    backs, numbers = [*context.orders_of("reroute"), *context.orders_of("refund")], context.slots.order_numbers
    if not numbers or any(one.no in numbers for one in backs):
        return backs
    named = [o for o in matching(context, context.orders) if o.kind == "payment"]
    ids = {one.order_id for o in named for one in refunds.refunds_of(context.actor, o.id, now=context.now)}
    context.slots = context.slots.without_numbers()
    return [one for one in backs if one.id in ids]


def _by_state(draft: Draft, listed: OrderView) -> Answer:
    ref, order = draft.about_order(listed), draft.order or listed
    draft.check("order_found", "ok", draft.fill(_("找到退款单 %(no)s")), ref)
    if order.by_bank or order.kind == "reroute":
        return _by_card(draft, ref, order)
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


def _by_card(draft: Draft, ref: str, order: OrderView) -> Answer:
    """A refund that a bank brings to a card: arrived, on its way with the bank's number, or kept, or rerouted."""
    draft.button("order", _("看这笔退款"), argument=str(order.id))
    draft.always_a_human()
    if order.is_kept:
        return _kept(draft, ref, order)
    if order.rerouted_to is not None:
        draft.check("bank", "block", _("原来的卡收不了"), ref)
        draft.button("link", _("看改退的单子"), argument=f"/orders/{order.rerouted_to}/")
        return draft.finish("OK_IN_TIME", _("%(other)s的退款 %(amount)s 退不到原来的卡，已按您的选择改退。"))
    if order.kind == "reroute" and not order.by_bank:
        draft.check("books", "ok", _("账上已退回余额"), ref)
        draft.button("solved", _("解决了"))
        return draft.finish("OK_IN_TIME", _("%(other)s的退款 %(amount)s 已在 %(settled)s 按您的选择存入余额。"))
    draft.fact("card", order.card, ref)
    if order.status == "SUCCEEDED":
        draft.check("bank", "ok", _("银行已付到卡上"), ref)
        if "bank_ref" in draft.facts:
            draft.say(_("请凭银行流水号 %(bank_ref)s 向发卡银行查询；卡的余额更新有时会慢一些。"))
        draft.say(_("如果这张卡收不了，银行会把款退回来，钱为您保管，由您选新的去向。"))
        draft.button("open_case", _("没解决"), argument=str(order.id))
        return draft.finish("BANK_SIDE", _("%(other)s的退款 %(amount)s，银行已在 %(settled)s 付到%(card)s。"))
    draft.check("bank", "unknown", _("银行还没有给出结果"), ref)
    if "bank_ref" in draft.facts:
        draft.say(_("已交给银行，银行流水号 %(bank_ref)s，可凭它向发卡银行查询。"))
    draft.moment("promise", order.promise_at, ref)
    if "promise" in draft.facts:
        draft.say(_("最迟 %(promise)s 前给您答复。"))
    draft.button("open_case", _("开工单跟进"), argument=str(order.id))
    return draft.finish("UNKNOWN_WAIT", _("%(other)s的退款 %(amount)s 正由银行退回%(card)s，还没有到账。"))


def _kept(draft: Draft, ref: str, order: OrderView) -> Answer:
    draft.fact("card", order.card, ref)
    draft.fact("reason", order.reason_text, ref)
    draft.check("bank", "block", _("原来的卡收不了"), ref)
    draft.say(_("银行给出的原因：%(reason)s。"))
    draft.say(_("钱一分不少，为您保管着，不会自动退到别处。"))
    draft.say(_("请打开这笔退款，选退到余额或另一张自己的银行卡，用支付密码确认。退到余额马上到账。"))
    where = f"/orders/{order.id}/route/"
    draft.button("link", _("选择退款去向"), argument=where, level="V2", tone="main")
    draft.button("open_case", _("没解决"), argument=str(order.id))
    return draft.finish("USER_FIX", _("%(other)s的退款 %(amount)s 退不到%(card)s，等您选择去向。"))


def _paid(draft: Draft, ref: str) -> Answer:
    draft.check("books", "ok", _("账上已退回余额"), ref)
    balance = draft.context.balance
    draft.fact("balance", balance.available.text(), draft.source("balance", "available", label=_("可用余额")))
    draft.say(_("这笔是用余额付的，退款退回余额，不会退到银行卡。现在的可用余额是 %(balance)s。"))
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
    draft.say(_("用余额付的退回余额，用银行卡付的先退回那张卡；卡已注销的，钱为您保管，由您选新的去向。"))
    draft.say(_("在账单里打开那笔付款，按“申请退款”就可以开始；也可以告诉我订单号。"))
    draft.button("link", _("看付款"), argument="/activity/?kind=payment")
    draft.button("open_case", _("开工单跟进"))
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔退款：账上没有它的入账记录。"))
