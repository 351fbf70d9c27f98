"""Orders as people read them: a title, a sign, a tone, and what happens next. For the wallet and the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kefu.core.money import Money
from kefu.core.when import spoken, spoken_day, spoken_span
from kefu.wallet.queries import OrderView
from kefu.web import words

WITH_BANK = ("CREATED", "HELD", "SUBMITTED", "UNKNOWN", "ACKNOWLEDGED", "MANUAL")
TO_PAYEE = ("bill", "repayment")
BACK = ("refund", "reroute")


@dataclass(frozen=True)
class OrderCard:
    """An order ready for a page. `sign`: '+', '-' or '' (nothing moved); `promise`: what happens next; `expected`: when
    the bank is expected to have carried it out, '' once it has ended or when too little is known.

    `headline` is the largest line of the page while neither side must take the money for arrived; '' otherwise.
    """

    order: OrderView
    title: str
    kind_words: str
    mode_words: str
    other_label: str
    sign: str
    tone: str
    icon: str
    promise: str
    expected: str
    headline: str
    can_ask_bank: bool

    @property
    def id(self) -> UUID:
        return self.order.id

    @property
    def status(self) -> str:
        return self.order.shown_status

    @property
    def amount(self) -> Money:
        return self.order.amount

    @property
    def show_fee(self) -> bool:
        return self.order.direction == "out"

    @property
    def divisible(self) -> bool:
        """Whether the customer paid somebody with it, so that others can be asked for their share."""
        own_pocket = self.order.kind in ("withdrawal", "pot", "exchange")
        paid = self.order.status == "SUCCEEDED" and self.order.direction == "out"
        return paid and not own_pocket and self.order.left.minor > 0

    @property
    def steps(self) -> tuple[Any, ...]:
        return self.order.steps


def _title(order: OrderView) -> str:
    if order.kind == "topup":
        return _("充值 · %(card)s") % {"card": order.counterparty_masked}
    if order.kind == "goodwill":
        return _("收到补偿") if order.status == "SUCCEEDED" else _("补偿")
    if order.kind == "found":
        return _("查清入账")
    if order.kind == "provisional":
        return _("临时款 · 订单 %(no)s") % {"no": order.counterparty_masked}
    if order.kind == "withdrawal":
        return _("提现到%(card)s") % {"card": order.counterparty_masked}
    if order.kind in TO_PAYEE:
        name = {"name": order.counterparty_masked}
        return _("缴费 · %(name)s") % name if order.kind == "bill" else _("还款 · %(name)s") % name
    if order.kind in BACK:
        name = {"name": order.counterparty_masked}
        return _("%(name)s的退款") % name if order.kind == "refund" else _("%(name)s的退款（改退）") % name
    name = {"name": order.counterparty_masked}
    if order.kind == "pot":
        return _("从存钱罐“%(name)s”转回") % name if order.direction == "in" else _("存入存钱罐“%(name)s”") % name
    if order.kind == "payment":
        return _("付给%(name)s") % name
    if order.kind == "exchange":
        return _("换汇 %(name)s") % name
    if order.direction == "in":
        return (_("%(name)s转来") if order.status == "SUCCEEDED" else _("%(name)s发起的转账")) % name
    return _("转给%(name)s") % name


def kind_words(kind: str) -> str:
    """The kind of an order in the active language."""
    return {
        "topup": _("充值"), "transfer": _("转账"), "goodwill": _("补偿"), "withdrawal": _("提现"),
        "pot": _("存钱罐"), "bill": _("缴费"), "repayment": _("还款"),
        "payment": _("商户付款"), "refund": _("退款"), "reroute": _("改退"), "found": _("查清入账"),
        "exchange": _("换汇"), "provisional": _("临时款"),
    }.get(kind, kind)  # fmt: skip


def _mode(order: OrderView) -> str:
    if order.kind != "transfer" or order.direction == "in":
        return ""
    return {"now": _("实时到账"), "two_hours": _("2 小时后到账"), "next_day": _("次日到账")}.get(order.mode, "")


def _look(order: OrderView) -> tuple[str, str]:
    shown = order.shown_status if order.kind in BACK else order.status
    tone = {"ok": "ok", "wait": "wait", "bad": "bad"}.get(words.order_status(shown)[1], "")
    icons = {
        "topup": "arrow-down-to-line", "goodwill": "gift", "withdrawal": "arrow-up-from-line", "pot": "piggy-bank",
        "bill": "lightbulb", "repayment": "landmark", "payment": "shopping-bag", "refund": "undo-2",
        "reroute": "undo-2", "found": "badge-check", "exchange": "coins", "provisional": "scale",
    }  # fmt: skip
    tone = "" if order.status == "SUCCEEDED" and order.direction == "out" else tone
    return tone, icons.get(order.kind, "arrow-left-right")


def _promise(order: OrderView, now: datetime) -> str:
    if order.kind == "topup":
        return _topup_promise(order, now)
    if order.kind == "withdrawal":
        return _withdrawal_promise(order, now)
    if order.kind == "payment":
        return _payment_promise(order, now)
    if order.kind in BACK:
        return _back_promise(order, now) if order.by_bank or order.kind == "reroute" else _refund_promise(order)
    if order.kind == "provisional":
        return provisional_promise(order, now)
    if order.direction == "in":
        return _incoming_promise(order)
    if order.kind in TO_PAYEE:
        return _payee_promise(order, now)
    if order.status == "HELD" and order.paused:
        return _("账户停止了转出，这笔先暂停；钱还在您的账户里。")
    if order.status == "HELD" and order.release_at:
        return _("%(when)s 到账，之前可以取消。") % {"when": spoken(order.release_at, now=now)}
    if order.status == "FAILED":
        return _("%(reason)s。钱没有转出去。") % {"reason": order.reason_text}
    if order.status == "CANCELLED":
        return _("钱已退回您的余额。")
    return ""


def _payment_promise(order: OrderView, now: datetime) -> str:
    if order.status == "HELD":
        return _("商户确认收款前，款项只是为它预留；没有确认就会放回您的余额。")
    if order.status == "FAILED":
        return _("%(reason)s。商户没有收到款，您的余额没有动；可以换一种方式再付。") % {"reason": order.reason_text}
    if order.status == "RETURNED":
        return _("%(reason)s。这笔钱已存入您的余额，商户没有收到。") % {"reason": order.reason_text}
    if order.status == "MANUAL":
        return _("自动查询没有结果，已转人工与银行核对。请不要重复付款。")
    if order.status in ("SUBMITTED", "UNKNOWN"):
        if order.next_query_at and order.next_query_at > now:
            when = {"when": spoken(order.next_query_at, now=now)}
            return _("还没有付成：银行结果确认中，我们会在%(when)s再问一次银行。请不要重复付款。") % when
        return _("还没有付成：银行结果确认中，一有结果马上付给商户。请不要重复付款。")
    return _("还没有付成：正在请银行从卡上扣款。") if order.status == "CREATED" else ""


def _back_promise(order: OrderView, now: datetime) -> str:
    """A refund by card, and what takes it elsewhere: with the bank, arrived, or kept until its owner has chosen."""
    if order.rerouted_to:
        return _("原来的卡收不了，已按您的选择改退。")
    if order.is_kept:
        given = {"reason": order.reason_text, "amount": order.amount.text()}
        return _("%(reason)s，退不到这张卡。%(amount)s 为您保管着，一分不少；请选择退到哪里。") % given
    if order.status == "SUCCEEDED":
        return _("银行已把款付到卡上。") if order.by_bank else _("款项已按您的选择存入余额。")
    if order.status == "MANUAL":
        return _("自动查询没有结果，已转人工与银行核对。款项还在，不会丢。")
    if order.status in ("SUBMITTED", "UNKNOWN"):
        if order.next_query_at and order.next_query_at > now:
            when = {"when": spoken(order.next_query_at, now=now)}
            return _("已交给银行，还没有到账；我们会在%(when)s再问一次银行。") % when
        return _("已交给银行，还没有到账；可凭银行流水向银行查询。")
    return _("正在交给银行，退回付款时用的卡；还没有到账。")


def _refund_promise(order: OrderView) -> str:
    if order.status == "SUCCEEDED":
        return _("款项已退回原来付款的余额。")
    if order.status == "FAILED":
        return _("%(reason)s。理由写在下面；有新的证据可以再问客服。") % {"reason": order.reason_text}
    return {
        "ASKED": _("已请商户答复；逾期不答复，平台会自动介入。"),
        "REFUSED": _("商户没有同意。您可以请平台核实裁定，或者撤回申请。"),
        "ESCALATED": _("平台正在核实双方的说法，有结果马上通知您。"),
    }.get(order.refund_status, "")


def provisional_promise(order: OrderView, now: datetime) -> str:
    """What may happen to a provisional credit, until when: never as if it were the customer's own before it is."""
    given = order.provisional
    if given is None:
        return ""
    if given.status == "GIVEN":
        return _(
            "这是核实期间我们先垫付的临时款，现在就能用。最迟 %(when)s 给出结论：争议成立就归您所有；"
            "不成立会先通知您，写明理由和日期，然后才收回。"
        ) % {"when": spoken(given.decide_by, now=now)}
    if given.status == "ANNOUNCED" and given.withdraw_at:
        return _("%(reason)s，将在 %(when)s 从余额收回；那之前仍可使用。不同意请在那之前联系客服。") % {
            "reason": given.reason_text,
            "when": spoken(given.withdraw_at, now=now),
        }
    if given.status == "FINAL":
        return _("争议成立，这笔钱归您所有，不会再收回。")
    if given.owed.minor:
        return _("%(reason)s，已收回。余额不足，还欠 %(owed)s；没有依据和事先通知，不会从余额里扣。") % {
            "reason": given.reason_text,
            "owed": given.owed.text(),
        }
    return _("%(reason)s，已从余额收回。") % {"reason": given.reason_text}


def _incoming_promise(order: OrderView) -> str:
    if order.status == "HELD":
        return _("这笔钱还不是您的：到账后余额才会变，我们会再通知您。请勿凭截图发货或办事。")
    if order.status in ("CANCELLED", "FAILED"):
        return _("付款人已撤回，或未能转出。这笔钱没有进您的账户。")
    return ""


def _headline(order: OrderView, now: datetime) -> str:
    """Of a delayed transfer: both sides read that it has not been received, and until when it can be taken back."""
    if order.kind != "transfer" or order.status != "HELD":
        return ""
    if order.paused or order.release_at is None:
        return _("对方尚未收到，转出已暂停")
    when = {"when": spoken(order.release_at, now=now)}
    if order.direction == "in":
        return _("您尚未收到，付款人可在%(when)s前撤回") % when
    return _("对方尚未收到，付款人可在%(when)s前撤回") % when


def _topup_promise(order: OrderView, now: datetime) -> str:
    if order.status == "FAILED":
        return _("%(reason)s。钱包没有入账，请不用担心重复扣款。") % {"reason": order.reason_text}
    if order.status == "MANUAL":
        return _("自动查询没有结果，已转人工与银行核对。请不要重复充值。")
    if order.status in ("SUBMITTED", "UNKNOWN"):
        if order.next_query_at and order.next_query_at > now:
            when = {"when": spoken(order.next_query_at, now=now)}
            return _("银行已受理，结果确认中；我们会在%(when)s再问一次银行。请不要重复充值。") % when
        return _("银行已受理，结果确认中；一有结果马上到账。请不要重复充值。")
    return _("已提交，正在请银行扣款。") if order.status == "CREATED" else ""


def _withdrawal_promise(order: OrderView, now: datetime) -> str:
    back = _("款项和手续费 %(fee)s 都已回到余额。") if order.fee.minor else _("款项已回到余额。")
    given = {"reason": order.reason_text, "back": back % {"fee": order.fee.text()}}
    if order.status == "FAILED":
        return _("%(reason)s。银行没有付出，%(back)s") % given
    if order.status == "RETURNED":
        return _("%(reason)s，银行把款退了回来。%(back)s免费额度也已恢复。") % given
    if order.status == "MANUAL":
        return _("自动查询没有结果，已转人工与银行核对。款项已预留，请不要重复提现。")
    if order.status in ("SUBMITTED", "UNKNOWN"):
        if order.next_query_at and order.next_query_at > now:
            when = {"when": spoken(order.next_query_at, now=now)}
            return _("银行已受理，结果确认中；我们会在%(when)s再问一次银行。请不要重复提现。") % when
        return _("银行已受理，结果确认中。请不要重复提现。")
    if order.status == "CANCELLED":
        return _("已撤回：银行没有收到指令，%(back)s") % given
    return _("款项已预留，正在请银行付款。") if order.status in ("CREATED", "HELD") else ""


def _expected(order: OrderView, now: datetime) -> str:
    if order.expected is None or not order.is_open:
        return ""
    span = spoken_span(*order.expected, now=now)
    return _("%(span)s，比平时慢") % {"span": span} if now > order.expected[1] else span


def _payee_promise(order: OrderView, now: datetime) -> str:
    """Debited, acknowledged and posted are three facts: each is said as what it is."""
    back = _("款项和手续费 %(fee)s 都已回到余额。") if order.fee.minor else _("款项已回到余额。")
    given = {"reason": order.reason_text, "back": back % {"fee": order.fee.text()}}
    if order.status == "FAILED":
        return _("%(reason)s。对方没有入账，%(back)s") % given
    if order.status == "RETURNED":
        return _("%(reason)s，对方入账后又冲正退回。%(back)s") % given
    if order.status == "ACKNOWLEDGED":
        if order.bill is None:
            return _("已扣款，等待对方入账。请勿重复支付。")
        on = {"on": spoken_day(order.bill.posts_on)}
        return _("已扣款，等待对方入账，预计 %(on)s。请勿重复支付。") % on
    if order.status == "MANUAL":
        return _("自动查询没有结果，已转人工与对方核对。请勿重复支付。")
    if order.status in ("SUBMITTED", "UNKNOWN"):
        if order.next_query_at and order.next_query_at > now:
            when = {"when": spoken(order.next_query_at, now=now)}
            return _("对方结果确认中；我们会在%(when)s再问一次。请勿重复支付。") % when
        return _("对方结果确认中。请勿重复支付。")
    return _("款项已预留，正在提交给对方。") if order.status in ("CREATED", "HELD") else ""


def card_of(order: OrderView, *, now: datetime) -> OrderCard:
    """The order in the reader's language at `now`."""
    tone, icon = _look(order)
    not_yet = order.direction == "in" and order.status != "SUCCEEDED" and order.kind == "transfer"
    moved = order.status not in ("FAILED", "CANCELLED", "RETURNED") and not not_yet
    moved = moved and (order.kind not in BACK or order.status == "SUCCEEDED")
    moved = moved and (order.kind != "payment" or not order.by_bank or order.status == "SUCCEEDED")
    labels = {
        "topup": _("付款银行卡"),
        "withdrawal": _("收款银行卡"),
        "pot": _("存钱罐"),
        "bill": _("缴费账户"),
        "repayment": _("还款账户"),
        "payment": _("商户"),
        "refund": _("商户"),
        "exchange": _("币种"),
        "provisional": _("有争议的订单"),
        "reroute": _("商户"),
        "transfer": _("付款人") if order.direction == "in" else _("收款人"),
    }
    return OrderCard(
        order=order,
        title=_title(order),
        kind_words=kind_words(order.kind),
        mode_words=_mode(order),
        other_label=labels.get(order.kind, ""),
        sign=("+" if order.direction == "in" else "-") if moved else "",
        tone=tone,
        icon=icon,
        promise=_promise(order, now),
        expected=_expected(order, now),
        headline=_headline(order, now),
        can_ask_bank=order.by_bank and order.status in WITH_BANK,
    )
