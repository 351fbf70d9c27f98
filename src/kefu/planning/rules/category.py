"""The categories of spending, and where something counts by itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Any] = {
    "food": _("餐饮"),
    "shopping": _("购物"),
    "transport": _("出行"),
    "bills": _("生活缴费"),
    "housing": _("住房"),
    "services": _("生活服务"),
    "fun": _("休闲娱乐"),
    "health": _("医疗健康"),
    "education": _("学习教育"),
    "people": _("转账给人"),
    "repayment": _("还款"),
    "fees": _("手续费"),
    "other": _("其他"),
}
CODES = tuple(NAMES)

_BY_KIND = {
    "transfer": "people",
    "payment": "shopping",
    "bill": "bills",
    "repayment": "repayment",
}
_BY_TRADE = {"food": "food", "retail": "shopping", "travel": "transport", "digital": "fun", "services": "services"}


def natural_category(*, kind: str, part: str, trade: str = "") -> str:
    """Where it counts by itself: a charge of the house under fees, else by the merchant's category (`trade`), else by
    the kind.
    """
    if part == "fee":
        return "fees"
    return _BY_TRADE.get(trade) or _BY_KIND.get(kind, "other")
