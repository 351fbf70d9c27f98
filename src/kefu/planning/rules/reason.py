"""Why a scheduled payment was not made, in its customer's words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, Any] = {
    "insufficient_funds": _("余额不足"),
    "wallet.transfer.insufficient_funds": _("余额不足"),
    "wallet.account.outflows_stopped": _("账户停止转出"),
    "wallet.account.restricted": _("账户受到限制"),
    "wallet.transfer.payee_unknown": _("对方账户不能收款"),
    "late": _("系统没能按时办理"),
    "paused": _("当时已暂停"),
    "asked": _("按您的要求跳过"),
    "cancelled": _("已取消"),
}


def reason_text(reason: str) -> Any:
    """'' without a reason; what has no words of its own is a transfer that was not possible."""
    return _REASONS.get(reason, _("这笔转账当时不能办理")) if reason else ""
