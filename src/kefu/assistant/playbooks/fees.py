"""Fees: from the schedule in force, and the fee of the very order that is meant."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import matching
from kefu.wallet import queries as wallet
from kefu.wallet.queries import FeeView, OrderView
from kefu.wallet.rules.exchange import currency_name

_MODES = {
    "now": gettext_lazy("实时转账"),
    "two_hours": gettext_lazy("两小时到账"),
    "next_day": gettext_lazy("次日到账"),
}
_ASKS_WHY = re.compile(
    r"为什么|为啥|为何|凭[什啥]|干嘛|怎么(?:还|就|又|会|多|给我|[这那]么|[收扣少]了)|[收扣][这那]么多|多[收扣]|[收扣少]了|被[收扣]"
    r"|\bwhy\b|how come|\bcharged\b|\btook\b",
    re.IGNORECASE,
)
_MEANT: dict[tuple[str, ...], re.Pattern[str]] = {
    ("withdrawal",): re.compile(r"提现|取现|取钱|转出|提到|到.{0,4}卡|withdr|cash(?:ing)?[ -]?out", re.IGNORECASE),
    ("topup",): re.compile(r"充值|充钱|充了|top(?:ping)?[ -]?up", re.IGNORECASE),
    ("exchange",): re.compile(r"换汇|兑换|购汇|结汇|外币|换.{0,3}[美欧港日][元币]|exchang|currency", re.IGNORECASE),
    ("repayment",): re.compile(r"还款|还信用卡|还贷|repa(?:y|id)", re.IGNORECASE),
    ("bill",): re.compile(r"缴费|[水电气话煤]费|\bbills?\b|utilit", re.IGNORECASE),
    ("refund",): re.compile(r"退款|refund", re.IGNORECASE),
    ("transfer",): re.compile(r"转账|转钱|转给|转了|transfer|\bsen[dt]\b", re.IGNORECASE),
    ("payment",): re.compile(r"商户|商家|买|消费|付款|支付|merchant|shop|\bpa(?:y|id|yment)\b", re.IGNORECASE),
}
_A_FEE = re.compile(r"手续费|手續費|服务费|收费|\bfees?\b|service charge", re.IGNORECASE)
_NOT_DONE = frozenset({"FAILED", "CANCELLED", "RETURNED"})


def fee_title(line: FeeView) -> str:
    """What the fee is for, in the active language."""
    if line.kind == "exchange":
        return _("换汇（%(currency)s）") % {"currency": currency_name(line.mode)}
    names = {
        "topup": _("充值"), "withdrawal": _("提现"), "bill": _("缴费"), "repayment": _("信用卡还款"),
        "loan": _("借款还款"), "payment": _("商户付款"),
    }  # fmt: skip
    return names.get(line.kind) or str(_MODES[line.mode])


def asks_why_a_fee(text: str) -> bool:
    """“为什么缴电费收了手续费”: whatever the order is, the question is about its fee."""
    return bool(_A_FEE.search(text) and _ASKS_WHY.search(text))


def fees(context: Context) -> Answer:
    """The schedule's lines. When one order is meant, by number, amount, time, or by asking why: its own fee first,
    also when it had none.
    """
    draft = Draft(context)
    kinds = _kinds(context)
    asks_why = bool(_ASKS_WHY.search(context.text))
    slots = context.slots
    if asks_why or slots.order_numbers or slots.amounts or slots.times:
        orders = _orders(context, kinds)
        if meant := _meant(context, orders):
            return _of_order(draft, meant, orders)
        if asks_why and kinds and not orders:
            draft.say(_("在您的账户里没有找到这类订单，也就没有收过它的手续费。"))
    _lines(draft, kinds=())
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    return draft.finish("OK_IN_TIME", _("下面是现在的收费标准，确认页上看到多少就收多少。"))


def _kinds(context: Context) -> tuple[str, ...]:
    """The kind of order whose fee is meant; empty when none is named."""
    if context.understanding.intent == "withdraw_fee":
        return ("withdrawal",)
    return next((kinds for kinds, words in _MEANT.items() if words.search(context.text)), ())


def _orders(context: Context, kinds: tuple[str, ...]) -> list[OrderView]:
    """Their own, the newest first: who receives pays no fee and is not told of one."""
    listed = [order for kind in kinds for order in context.orders_of(kind)] if kinds else context.orders
    return [order for order in listed if order.customer_id == context.actor.uuid]


def _meant(context: Context, orders: list[OrderView]) -> OrderView | None:
    """By what was named, where an amount may be the fee's own; without a kind the newest that cost a fee."""
    of_number = matching(context, context.orders) if context.slots.order_numbers else []
    said = context.slots.amounts
    of_fee = [o for o in orders if any(a.currency == o.fee.currency and a.low <= o.fee.minor <= a.high for a in said)]
    fit = of_number or matching(context, orders) or of_fee
    same = [order for order in fit if order.id == context.about]
    charged = [] if _kinds(context) else [order for order in fit if order.fee.minor]
    return next(iter((*same, *charged, *fit)), None)


def _of_order(draft: Draft, listed: OrderView, orders: list[OrderView]) -> Answer:
    """What this order cost and why; of one that cost nothing also the last of its kind that did."""
    ref, order = draft.about_order(listed), draft.order or listed
    if not order.fee.minor:
        headline = _("您 %(created)s 的 %(amount)s（%(other)s）没有收手续费。")
    elif order.status in _NOT_DONE:
        headline = _("您 %(created)s 的 %(amount)s（%(other)s）没有办成，手续费 %(fee)s 没有收，或已退回余额。")
    else:
        headline = _("您 %(created)s 的 %(amount)s（%(other)s），手续费是 %(fee)s。")
    draft.check("fee", "warn" if order.fee.minor else "ok", draft.fill(_("手续费：%(fee)s")), ref)
    _why(draft, order)
    before_it = [o for o in orders if o.kind == order.kind and o.created_at < order.created_at]
    earlier = next((o for o in before_it if o.fee.minor), None)
    if earlier is not None and not order.fee.minor:
        before = draft.source("order", str(earlier.id), version=earlier.status, label=earlier.no)
        draft.fact("earlier_fee", earlier.fee.text(), before)
        draft.fact("earlier_amount", earlier.amount.text(), before)
        draft.moment("earlier_created", earlier.created_at, before)
        draft.say(_("之前 %(earlier_created)s 的 %(earlier_amount)s，手续费是 %(earlier_fee)s。"))
        draft.button("order", _("看之前那笔"), argument=str(earlier.id))
    _lines(draft, kinds=(order.kind,))
    draft.button("order", _("看这笔订单"), argument=str(order.id))
    draft.button("link", _("看收费标准"), argument="/help/fees/")
    return draft.finish("OK_IN_TIME", headline)


def _lines(draft: Draft, *, kinds: tuple[str, ...]) -> None:
    """What is charged now for these kinds, for all when none is named."""
    for line in wallet.fees():
        if kinds and line.kind not in kinds:
            continue
        name = f"{line.kind}_{line.mode}" if line.mode else line.kind
        source = draft.source("fee", name, version=str(line.version), label=fee_title(line))
        draft.fact(f"fee_{name}", line.text, source)
        draft.paragraphs.append(_("%(what)s：%(fee)s") % {"what": fee_title(line), "fee": line.text})


def _why(draft: Draft, order: OrderView) -> None:
    """The sum with its numbers, the version, and the free quota before and after."""
    story = wallet.fee_story_for(draft.context.actor, order.id)
    if story is None:
        draft.say(_("这类业务不在收费标准里，不收手续费。"))
        return
    version = str(story.schedule.version)
    source = draft.source("fee", f"{order.kind}_{order.mode}", version=version, label=fee_title(story.schedule))
    draft.fact("formula", story.formula, source)
    draft.fact("version", version, source)
    draft.say(_("算法：%(formula)s（收费标准第 %(version)s 版）。"))
    if story.has_quota:
        draft.fact("quota_before", story.quota_before.text(), source)
        draft.fact("quota_after", story.quota_after.text(), source)
        draft.say(_("办理前免费额度还剩 %(quota_before)s，办理后剩 %(quota_after)s。"))
