"""The steps of an order as people read them: what was done, what is under way, what comes next."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.wallet import models as m
from kefu.wallet.rules import provisional

LABELS: dict[str, Any] = {
    "created": _("已提交"),
    "held": _("款项已预留"),
    "submitted": _("银行已受理"),
    "unknown": _("银行结果待确认"),
    "bank_confirmed": _("银行已确认扣款"),
    "manual": _("转人工核对"),
    "credited": _("已到账"),
    "completed": _("核实后补入账"),
    "cleared": _("已与银行对账"),
    "paid_out": _("银行付出款项"),
    "acknowledged": _("对方已受理"),
    "debited": _("钱包已扣款"),
    "posted": _("对方已入账"),
    "reversed": _("对方冲正，款项和手续费已回到余额"),
    "payee_result": _("等待对方答复"),
    "returned": _("银行退回，款项和手续费已回到余额"),
    "returned_made_good": _("款项退回；平台赔付过的部分不再入账，其余和手续费已回到余额"),
    "recall_requested": _("已请银行追回"),
    "recall_accepted": _("对方银行同意退回，钱还没有到"),
    "recall_refused": _("对方银行没有同意退回"),
    "recall_unanswered": _("对方银行逾期没有答复"),
    "recall_answer": _("等对方银行答复"),
    "recall_money": _("等银行把款退回来"),
    "given_back": _("银行退回，已回到可结算"),
    "return_cleared": _("退回款已与银行对账"),
    "contradicted": _("银行说法前后不一，人工核对中"),
    "failed": _("未成功"),
    "paused": _("已暂停：账户停止转出"),
    "resumed": _("已恢复"),
    "cancelled": _("已取消"),
    "arrived": _("对方已到账"),
    "goodwill": _("补偿已入账"),
    "exchanged": _("已按报价兑换"),
    "into_pot": _("已存入存钱罐"),
    "out_of_pot": _("已转回余额"),
    "authorised": _("已预授权，款项已预留"),
    "paid": _("已付给商户"),
    "voided": _("预授权已释放，款项可用"),
    "refund_asked": _("已向商户提出退款"),
    "refund_refused": _("商户不同意退款"),
    "refund_unanswered": _("商户逾期没有答复，平台介入"),
    "refund_disputed": _("应您的要求，平台介入"),
    "refunded": _("已退回余额"),
    "refund_sent": _("已交给银行，退回原付款卡"),
    "refunded_card": _("银行已把款付到卡上"),
    "refund_kept": _("这张卡收不了，款项为您保管"),
    "rerouted": _("已按您的选择改退"),
    "route_chosen": _("您选择了新的去向"),
    "charged_late": _("银行后来才扣款，款项已放入余额"),
    "refund_declined": _("退款没有通过"),
    "refund_withdrawn": _("您撤回了申请"),
    "capture": _("等商户确认收款"),
    "merchant_answer": _("等商户答复"),
    "your_word": _("您可以请平台介入，或撤回申请"),
    "platform_decides": _("平台核实并裁定"),
    "found": _("查清后已入账"),
    "provisional_given": _("临时款可以使用"),
    "provisional_decision": _("核实并给出结论"),
    "provisional_announced": _("已告知将收回"),
    "provisional_final": _("结论成立，款项归您所有"),
    "provisional_withdrawn": _("临时款已收回"),
    "provisional_owed": _("余额不足的部分记为欠款"),
    "debt_announced": _("已告知将从余额收回欠款"),
    "debt_recovered": _("欠款已从余额收回"),
    "bank_result": _("等待银行结果"),
    "release": _("等待到账时间"),
    "payer_sent": _("付款人已提交"),
    "payer_withdrew": _("付款人已撤回，或未能转出"),
}
COMING: dict[str, Any] = {
    "credited": _("到账"),
    "arrived": _("对方到账"),
    "paid": _("付给商户"),
    "refunded_card": _("银行付到卡上"),
    "acknowledged": _("对方受理"),
    "posted": _("对方入账"),
    "provisional_withdrawn": _("从余额收回"),
}
"""How a step is called while it is still to come, where its name speaks of it as done."""


REASONS: dict[str, Any] = {
    "insufficient_funds": _("余额不足"),
    "outflows_stopped": _("账户停止转出"),
    "payee_unavailable": _("对方账户不能收款"),
    "merchant_refused": _("商户不同意退款"),
    "platform_declined": _("平台裁定不退款"),
    "card_closed": _("银行卡已注销"),
    "card_unknown": _("银行卡不可用"),
    "risk": _("银行风控拒绝"),
    "limit_exceeded": _("超过银行卡限额"),
    "bill_changed": _("账单已变化，请重新查询"),
    "account_closed": _("对方账户已销户"),
    "account_unknown": _("户号或卡号不对"),
    "amount_refused": _("对方不收这个金额"),
    "nothing_due": _("账单已缴清"),
    "charged_late": _("银行先拒绝、后来又扣了款"),
    "recalled": _("应追回请求退回"),
    "never_arrived": _("银行没有收到这笔指令"),
    "card_blocked": _("银行卡被冻结"),
    "bank_short": _("付款银行账户暂时付不出"),
    "duplicate": _("银行认为是重复付款"),
    "forbidden": _("这张卡不允许这类收款"),
    "name_mismatch": _("户名或地址与银行登记的不符"),
    "regulatory": _("监管要求"),
    "bank_file": _("银行日终文件显示没有成功"),
}
PAYEE_LABELS: dict[str, Any] = {
    "submitted": _("已提交给对方"),
    "unknown": _("对方结果待确认"),
    "manual": _("转人工与对方核对"),
    "cleared": _("已与对方对账"),
    "return_cleared": _("退回款已与对方对账"),
    "contradicted": _("对方说法前后不一，人工核对中"),
}
"""The same steps where the other side is a biller or lender, not a bank."""
BANK_FUNDS = _("银行卡余额不足")


def label(kind: str, code: str) -> Any:
    """What a step of an order of this kind is called."""
    return (PAYEE_LABELS.get(code) if kind in m.TO_PAYEE else None) or LABELS[code]


def label_to_come(kind: str, code: str) -> Any:
    """The name of a step that has not happened: never as if it had."""
    return COMING.get(code) or label(kind, code)


_OF_REFUND = {
    m.Refund.ASKED: ("merchant_answer", "refunded"),
    m.Refund.REFUSED: ("your_word",),
    m.Refund.ESCALATED: ("platform_decides", "refunded"),
}


_OF_PROVISIONAL = {
    m.Provisional.GIVEN: ("provisional_decision",),
    m.Provisional.ANNOUNCED: ("provisional_withdrawn",),
}


_OF_RECALL = {"REQUESTED": ("recall_answer",), "ACCEPTED": ("recall_money",)}
"""What is awaited of a payout that was asked back; nothing of it is promised."""


def _by_card(kind: str, status: str) -> tuple[str, ...]:
    end = "paid" if kind == m.PAYMENT else "refunded_card"
    return {
        m.CREATED: ("submitted", "bank_result", end),
        m.SUBMITTED: ("bank_result", end),
        m.UNKNOWN: ("bank_result", end),
        m.MANUAL: ("manual", end),
    }.get(status, ())


def expected(
    *, kind: str, status: str, paused: bool, stage: str = "", by_card: bool = False
) -> tuple[str, ...]:
    """The steps still to come, the one under way first; empty once the order has ended. `stage`: the status of a
    refund, a provisional credit or the recall of a withdrawal. `by_card`: a bank charges or pays a card for the
    payment, the refund or its rerouting.
    """
    if kind == m.PROVISIONAL:
        return _OF_PROVISIONAL.get(stage, ())
    if by_card:
        return _by_card(kind, status)
    if kind == m.REFUND:
        return _OF_REFUND.get(stage, ())
    if kind == m.PAYMENT:
        return ("capture", "paid") if status == m.HELD else ()
    if kind == m.TOPUP:
        return {
            m.CREATED: ("submitted", "bank_result", "credited"),
            m.SUBMITTED: ("bank_result", "credited"),
            m.UNKNOWN: ("bank_result", "credited"),
            m.MANUAL: ("manual", "credited"),
        }.get(status, ())
    if kind in (m.WITHDRAWAL, m.DISBURSEMENT):
        if status == m.SUCCEEDED:
            return _OF_RECALL.get(stage, ())
        return {
            m.HELD: ("submitted", "paid_out"),
            m.SUBMITTED: ("bank_result", "paid_out"),
            m.UNKNOWN: ("bank_result", "paid_out"),
            m.MANUAL: ("manual", "paid_out"),
        }.get(status, ())
    if kind in m.TO_PAYEE:
        return {
            m.HELD: ("acknowledged", "posted"),
            m.SUBMITTED: ("payee_result", "posted"),
            m.UNKNOWN: ("payee_result", "posted"),
            m.ACKNOWLEDGED: ("posted",),
            m.MANUAL: ("manual", "posted"),
        }.get(status, ())
    if status == m.HELD:
        return ("paused" if paused else "release", "arrived")
    return ()


def reason_words(kind: str, reason: str) -> Any:
    """Why an order failed, for its customer, in whatever language they read; '' when it did not."""
    if not reason:
        return ""
    if kind == m.PROVISIONAL:
        return provisional.REASONS.get(reason, "")
    if kind in (m.TOPUP, m.PAYMENT) and reason == "insufficient_funds":
        return BANK_FUNDS
    unnamed = _("对方没有说明原因") if kind in m.TO_PAYEE else _("银行没有说明原因")
    return REASONS.get(reason, unnamed)


def reason_text(kind: str, reason: str) -> str:
    """`reason_words` in the active language."""
    return str(reason_words(kind, reason))


_NOT_CANCELLABLE: dict[str, Any] = {
    m.SUCCEEDED: _("款项已到对方账户。您可以申请客服协助联系对方。"),
    m.FAILED: _("它没有成功，款项没有转出。"),
}


def not_cancellable_because(status: str) -> str:
    """Why a transfer in `status` cannot be taken back, for its customer."""
    return str(_NOT_CANCELLABLE.get(status, _("请刷新页面查看最新状态。")))
