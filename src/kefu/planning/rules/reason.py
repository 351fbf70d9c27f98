"""Why a scheduled payment was not made, in its customer's words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, Any] = {
    "insufficient_funds": _("余额不足"),
    "wallet.transfer.insufficient_funds": _("余额不足"),
    "wallet.account.outflows_stopped": _("账户停止转出"),
    "wallet.account.restricted": _("账户受到限制"),
    "wallet.transfer.payee_unknown": _("对方账户不能收款"),
    "planning.bill.over_most": _("账单超过了您设的上限"),
    "planning.bill.moved": _("账单的到期日提前了，当天付会逾期"),
    "planning.bill.unreachable": _("当时查不到账单"),
    "wallet.bill.late": _("当天付会在到期日之后入账"),
    "wallet.bill.under_way": _("同样金额的一笔已经在付"),
    "wallet.bill.amount_unfit": _("对方不收这个金额"),
    "nothing_due": _("账单已缴清"),
    "late": _("系统没能按时办理"),
    "paused": _("当时已暂停"),
    "asked": _("按您的要求跳过"),
    "cancelled": _("已取消"),
}


def reason_text(reason: str) -> Any:
    """'' without a reason; what has no words of its own is a transfer that was not possible."""
    return _REASONS.get(reason, _("这笔转账当时不能办理")) if reason else ""
