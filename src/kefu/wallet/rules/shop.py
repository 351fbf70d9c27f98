"""Merchants and refunds as data: what may be sold, why money is asked back, and when a merchant is held."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.wallet.rules.fee import FeeRule, fee

CATEGORIES: dict[str, Any] = {
    "food": _("餐饮"),
    "retail": _("零售"),
    "travel": _("出行旅游"),
    "digital": _("数字内容"),
    "services": _("生活服务"),
}

REFUND_REASONS: dict[str, Any] = {
    "not_received": _("没收到货或没有提供服务"),
    "not_as_described": _("与描述不符"),
    "faulty": _("质量问题"),
    "paid_twice": _("重复付款"),
    "changed_mind": _("不想要了"),
    "merchant": _("商户主动退款"),
    "other": _("其他原因"),
}
ASKABLE = tuple(code for code in REFUND_REASONS if code != "merchant")

PAYMENT_MOST = 50_000_00
SALE_MINUTES, SALE_MINUTES_MOST = 30, 60 * 24 * 7
AUTHORISED_FOR = timedelta(days=7)
"""How long what is authorised waits for its capture."""
ESCALATE_WITHIN = timedelta(days=15)
"""How long a refusal of the merchant can be put before the platform."""
DOUBT = timedelta(days=3)
"""How long a refund is not rerouted whose bank first denied and then claimed to have paid it."""
FILES_MOST = 5
WORDS_MOST = 500

WATCHED_FOR = timedelta(days=30)
PAYMENTS_LEAST = 10
REFUNDED_PPM, ESCALATED_PPM = 300_000, 100_000
ESCALATED_LEAST = 3


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is agreed with a merchant; a new one begins with these. Millionths, hours, days."""

    mdr_ppm: int = 6_000
    answer_hours: int = 48
    refund_days: int = 90
    settlement_days: int = 7
    reserve_ppm: int = 50_000

    @property
    def are_sane(self) -> bool:
        """The database keeps the same bounds."""
        return (
            0 <= self.mdr_ppm <= 100_000
            and 0 <= self.reserve_ppm <= 500_000
            and 1 <= self.answer_hours <= 720
            and 0 <= self.refund_days <= 365
            and 0 <= self.settlement_days <= 90
        )


def mdr(amount: int, ppm: int) -> int:
    """The merchant's fee for `amount` minor units, half up; not given back with a refund."""
    return fee(FeeRule(free_up_to=0, rate_ppm=ppm, least=0, most=amount), amount)


def held_back(amount: int, reserve_ppm: int) -> int:
    """What of settled payments is kept in reserve, rounded up."""
    return -(-amount * reserve_ppm // 1_000_000)


def trouble(*, payments: int, refunded: int, escalated: int) -> str:
    """Why a merchant with so many payments of the last days is held: `refunds`, `complaints` or ''."""
    if escalated >= ESCALATED_LEAST and escalated * 1_000_000 >= payments * ESCALATED_PPM:
        return "complaints"
    if payments >= PAYMENTS_LEAST and refunded * 1_000_000 >= payments * REFUNDED_PPM:
        return "refunds"
    return ""


HOLD_REASONS: dict[str, Any] = {
    "refunds": _("近 30 天退款比例过高"),
    "complaints": _("近 30 天由平台介入的退款过多"),
    "office": _("运营人员暂停"),
}

WHY_NOT: dict[str, Any] = {
    "unpaid": _("它还没有付成功。"),
    "all": _("款项已经全部退回。"),
    "made_good": _("平台已经为它赔付了您。"),
    "late": _("已经超过商户约定的可退期限。"),
}


def why_not_refundable(*, captured: int, refunded: int, until: datetime | None, now: datetime) -> str:
    """Why a customer cannot ask for money back: a code of `WHY_NOT`, '' when they can. `until`: the window's end."""
    if not captured or until is None:
        return "unpaid"
    if refunded >= captured:
        return "all"
    return "late" if now > until else ""


def shown_status(status: str, *, captured: int, refunded: int) -> str:
    """A payment's status with what went back since: the sum is the truth, no column repeats it."""
    if status == "HELD":
        return "AUTHORISED"
    if status != "SUCCEEDED" or not refunded:
        return status
    return "REFUNDED" if refunded == captured else "PARTIALLY_REFUNDED"
