"""Getting a withdrawal back: why it may be asked, and what a bank's refusal means, in people's words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.wallet import models as m

REASONS: dict[str, Any] = {
    "FRAD": _("我被骗了，或不是我本人操作"),
    "AC03": _("提到了不对的卡"),
    "AM09": _("金额填错了"),
    "DUPL": _("重复提现"),
    "CUST": _("不想提了"),
    "TECH": _("系统出错造成的付款"),
}
"""ISO 20022 ExternalCancellationReason, as a customer says it."""
ASKABLE = tuple(code for code in REASONS if code != "TECH")
"""What a customer may name: a fault of ours is for our own people to say."""
REFUSALS: dict[str, Any] = {
    "ARDT": _("款项此前已经退回"),
    "AC04": _("收款账户已经销户"),
    "AM04": _("收款账户里的钱已经不够"),
    "NOAS": _("收款人没有答复"),
    "NOOR": _("对方银行没有找到这笔款"),
    "CUST": _("收款人不同意退回"),
    "LEGL": _("因法律原因不能退回"),
    "AGNT": _("对方银行不同意退回"),
    "XXXX": _("银行没有受理追回请求"),
}
"""ISO 20022 refusals of a recall; the last is ours, for a request that a bank did not take at all."""
UNNAMED = _("对方银行没有说明原因")
RECALLABLE = (m.HELD, m.SUBMITTED, m.UNKNOWN, m.MANUAL, m.SUCCEEDED)


def refusal_words(code: str) -> Any:
    """Why a bank refused, for the customer, in whatever language they read; '' when it did not."""
    return REFUSALS.get(code, UNNAMED) if code else ""


def refusal_text(code: str) -> str:
    """`refusal_words` in the active language."""
    return str(refusal_words(code))


def can_be_recalled(kind: str, status: str) -> bool:
    """Whether an order of this kind, standing so, may be asked back; once, which its caller looks up."""
    return kind == m.WITHDRAWAL and status in RECALLABLE
