"""Why an account may be restricted, in the customer's words, and what lifts it. Data, not code paths."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reason:
    """`text` for the customer, the `materials` that answer it, and who imposed it."""

    text: Any
    materials: tuple[Any, ...]
    authority: Any


_HOUSE = _("本公司风险管理")
_IDENTITY = _("本人身份证件照片")

REASONS: dict[str, Reason] = {
    "unusual_activity": Reason(_("交易异常"), (_IDENTITY, _("近期交易的说明")), _HOUSE),
    "unusual_sign_in": Reason(_("登录异常"), (_IDENTITY,), _HOUSE),
    "identity_expired": Reason(_("身份证件过期"), (_("新的身份证件照片"),), _HOUSE),
    "suspected_fraud": Reason(_("涉嫌被诈骗，保护性限制"), (_IDENTITY, _("事情经过的说明")), _HOUSE),
    "rule_breach": Reason(_("违反用户协议"), (_IDENTITY, _("情况说明")), _HOUSE),
    "police_stop": Reason(_("公安机关紧急止付"), (_("公安机关出具的解除文书"),), _("公安机关")),
    "court_freeze": Reason(_("法院冻结"), (_("法院出具的解除文书"),), _("人民法院")),
}

STOP_REASONS: dict[str, Any] = {
    "stolen": _("被盗刷"),
    "scammed": _("被骗"),
    "phone_lost": _("手机丢失"),
    "other": _("本人要求"),
}
