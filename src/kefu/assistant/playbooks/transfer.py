"""A transfer: failed, not received, sent to the wrong person, or paid twice."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import UNSETTLED, matching, pick
from kefu.assistant.playbooks.choose import which_one
from kefu.wallet.queries import OrderView

TWICE_WITHIN = timedelta(hours=24)


def _outgoing(context: Context) -> list[OrderView]:
    return [order for order in context.orders_of("transfer") if order.direction == "out"]


def failed(context: Context) -> Answer:
    """“转账失败”: the latest failed transfer and its one cause; the money never left, or came back."""
    draft = Draft(context)
    orders = pick(context, _outgoing(context), frozenset({"FAILED"}))
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    order = orders[0]
    if order.status != "FAILED":
        return _by_state(draft, order)
    ref = draft.about_order(order)
    draft.fact("reason", order.reason_text, ref)
    draft.check("order_found", "block", _("转账没有成功"), ref)
    draft.say(_("原因：%(reason)s。"))
    draft.say(_("这笔钱没有转出，仍在您的余额里。"))
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("open_case", _("没解决"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("USER_FIX", _("您 %(created)s 给 %(other)s 的 %(amount)s 转账没有成功。"))


def not_received(context: Context) -> Answer:
    """“对方没收到”: when it was booked to the other, say so with the entry; when it waits, until when."""
    draft = Draft(context)
    orders = pick(context, _outgoing(context), UNSETTLED)
    coming = [order for order in context.orders_of("transfer") if order.direction == "in" and order.status == "HELD"]
    if coming and not any(order.status in UNSETTLED for order in orders):
        waiting = pick(context, coming, UNSETTLED)
        orders = waiting or orders
    if not orders:
        return _no_order(draft)
    if len(orders) > 1:
        return which_one(draft, orders)
    return _by_state(draft, orders[0])


def wrong_person(context: Context) -> Answer:
    """“转错人了”: cancel while it can be; afterwards the truth, and what we can do."""
    draft = Draft(context)
    orders = [o for o in matching(context, _outgoing(context)) if o.status != "FAILED"]
    waiting = [o for o in orders if o.cancellable]
    chosen = waiting or orders
    if context.about is not None:
        chosen = [o for o in orders if o.id == context.about] or chosen
    if not chosen:
        return _no_order(draft)
    if len(waiting) > 1 and context.about is None:
        return which_one(draft, waiting[:3])
    order = chosen[0]
    if order.cancellable:
        return _cancellable(draft, order)
    if order.status == "CANCELLED":
        return _by_state(draft, order)
    return _gone(draft, order)


def paid_twice(context: Context) -> Answer:
    """“扣了两次”: look for two of the same amount to the same person or from the same card within a day."""
    draft = Draft(context)
    orders = [o for o in matching(context, context.orders) if o.status == "SUCCEEDED" and o.direction != "in"]
    pair = _twins(orders) or _twins([o for o in matching(context, context.orders) if o.status == "SUCCEEDED"])
    if pair is None:
        draft.check("twins", "ok", _("没有找到同一对象、同一金额的两笔"))
        draft.button("link", _("看账单"), argument="/activity/")
        draft.button("open_case", _("开工单跟进"))
        draft.always_a_human()
        return draft.finish("NEED_EVIDENCE", _("最近的账单里没有重复的两笔。请告诉我大概的金额和时间。"))
    second, first = pair
    ref = draft.about_order(second)
    twin = draft.source("order", str(first.id), version=first.status, label=first.no)
    draft.fact("first_no", first.no, twin)
    draft.moment("first_created", first.created_at, twin)
    draft.check("twins", "block", draft.fill(_("订单 %(first_no)s 与 %(no)s 金额和对象相同")), ref)
    draft.say(_("第一笔 %(first_created)s，第二笔 %(created)s，都已入账，这是两笔不同的订单。"))
    if second.kind == "transfer":
        draft.say(_("转账到账后，未经对方同意我们不能扣回；可以开工单，由我们联系对方协助退回。"))
    draft.button("open_case", _("开工单追回一笔"), argument=str(second.id))
    draft.button("order", _("看第二笔订单"), argument=str(second.id))
    draft.always_a_human()
    return draft.finish("DUPLICATE", _("查到了：%(amount)s 确实有两笔，对象都是 %(other)s。"))


def _twins(orders: list[OrderView]) -> tuple[OrderView, OrderView] | None:
    for place, later in enumerate(orders):
        for earlier in orders[place + 1 :]:
            same = (later.kind, later.amount, later.counterparty_masked) == (
                earlier.kind, earlier.amount, earlier.counterparty_masked,
            )  # fmt: skip
            if same and later.created_at - earlier.created_at <= TWICE_WITHIN:
                return later, earlier
    return None


def _by_state(draft: Draft, order: OrderView) -> Answer:
    ref = draft.about_order(order)
    if order.status == "SUCCEEDED":
        draft.check("books", "ok", _("已记入对方账户"), ref)
        draft.say(_("请对方刷新账单，按金额和时间查找；收款方显示的名字是您的昵称。"))
        draft.button("order", _("看这笔订单"), argument=str(order.id))
        draft.button("open_case", _("没解决"), argument=str(order.id))
        draft.always_a_human()
        return draft.finish("OK_IN_TIME", _("%(amount)s 已在 %(settled)s 记入 %(other)s 的账户。"))
    if order.direction == "in":
        return _not_yet(draft, ref, order)
    if order.cancellable:
        return _cancellable(draft, order)
    if order.status == "CANCELLED":
        draft.check("cancelled", "ok", _("已撤回"), ref)
        draft.button("order", _("看这笔订单"), argument=str(order.id))
        return draft.finish("CANCELLED", _("这笔 %(amount)s 的转账已经撤回，钱在您的余额里。"))
    if order.status == "FAILED":
        draft.fact("reason", order.reason_text, ref)
        draft.check("order_found", "block", _("转账没有成功"), ref)
        draft.say(_("原因：%(reason)s。"))
        draft.always_a_human()
        return draft.finish("USER_FIX", _("给 %(other)s 的 %(amount)s 没有转出，钱仍在您的余额里。"))
    draft.check("order_found", "warn", _("还在处理"), ref)
    draft.button("open_case", _("开工单跟进"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("UNKNOWN_WAIT", _("给 %(other)s 的 %(amount)s 还在处理，有结果马上通知您。"))


def _not_yet(draft: Draft, ref: str, order: OrderView) -> Answer:
    """To the payee of a transfer that has not come: it is not theirs, and may never be."""
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.always_a_human()
    if order.status == "HELD":
        draft.check("release", "warn", _("还没有到您的账户"), ref)
        draft.say(_("这笔钱还不是您的，到账后会通知您。请勿凭对方的截图发货或办事。"))
        return draft.finish(
            "UNKNOWN_WAIT", _("%(other)s 要转给您的 %(amount)s，您尚未收到；付款人可在 %(release)s 前撤回。")
        )
    draft.check("release", "warn", _("没有转到您的账户"), ref)
    return draft.finish("CANCELLED", _("%(other)s 要转给您的 %(amount)s 已撤回或未能转出，没有进您的账户。"))


def _cancellable(draft: Draft, order: OrderView) -> Answer:
    ref = draft.about_order(order)
    draft.check("release", "ok", _("还没有到对方账户"), ref)
    draft.say(_("撤回后，%(amount)s 和手续费 %(fee)s 马上回到可用余额。"))
    draft.button("cancel", draft.fill(_("撤回这笔 %(amount)s")), argument=str(order.id), tone="main")
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("CANCEL_NOW", _("来得及：给 %(other)s 的 %(amount)s 要到 %(release)s 才到账，现在可以撤回。"))


def _gone(draft: Draft, order: OrderView) -> Answer:
    ref = draft.about_order(order)
    draft.check("release", "block", _("已记入对方账户"), ref)
    draft.say(_("未经对方同意或法律文书，我们不能扣回。我们可以代您联系对方，请对方退回；您也可以报警或起诉（不当得利）。"))
    draft.button("open_case", _("请你们联系对方"), argument=str(order.id), tone="main")
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.always_a_human()
    return draft.finish("CANNOT_CLAWBACK", _("这笔 %(amount)s 已在 %(settled)s 到了 %(other)s 的账户，不能撤回。"))


def _no_order(draft: Draft) -> Answer:
    draft.check("order_found", "warn", _("没有找到相符的转账"))
    draft.say(_("请告诉我大概的金额和时间，例如“昨天下午那笔一百多的”。"))
    draft.button("link", _("看账单"), argument="/activity/?kind=transfer")
    draft.always_a_human()
    return draft.finish("NEED_EVIDENCE", _("我在您的账户里没有找到这样一笔转账。"))
