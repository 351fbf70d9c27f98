"""Why a bank did not link a card, in words for its holder."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "code_wrong": _("验证码不对，请再核对一次。"),
    "check_closed": _("验证码错了太多次，请重新开始绑卡。"),
    "check_expired": _("验证码已过期，请重新开始绑卡。"),
    "expired": _("等得太久，这次绑卡已结束，请重新开始。"),
    "pan_invalid": _("银行说卡号不对，请核对后重新填写。"),
    "pan_not_test": _("这里是演示，只能用演示卡号。请不要填写真实的银行卡号。"),
    "bank_unknown": _("暂不支持这家银行，请换一张卡。"),
    "holder_mismatch": _("姓名或手机号与银行预留的不一致，请核对后重新填写。"),
}


def reason_text(reason: str) -> str:
    """'' when nothing went wrong."""
    return str(REASONS.get(reason, _("银行没有同意绑定这张卡，请换一张卡或联系银行。"))) if reason else ""
