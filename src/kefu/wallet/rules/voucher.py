"""Vouchers as data: what a campaign may be, what a voucher pays, and what of a refund goes back to it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

AMOUNT_MOST = 500_00
COUNT_MOST = 100_000
NAME_MOST = 30
RETURN_GRACE = timedelta(days=7)
"""What a refund brings back can be used for so long at least, also when the campaign has ended."""


def share(refunded: int, *, paid: int, part: int) -> int:
    """The voucher's share of the first `refunded` minor units of a payment of `paid`, of which a voucher paid `part`.

    Half up. Each refund returns the difference between the shares after and before it, so that shares never add up to
    more than `part`, and to exactly `part` with the last of them.
    """
    return (2 * refunded * part + paid) // (2 * paid)


def valid_until(ends: datetime, *, now: datetime) -> datetime:
    """Until when a voucher that was given back can be used."""
    return max(ends, now + RETURN_GRACE)


WHY_NOT: dict[str, Any] = {
    "used": _("这张代金券已经用完。"),
    "expired": _("这张代金券已经过期。"),
    "early": _("这张代金券还没有到可用时间。"),
    "min_spend": _("付款金额没有达到这张代金券的最低消费。"),
    "merchant": _("这张代金券只能在指定商户使用。"),
    "locked": _("这张代金券正在另一笔付款中使用。"),
    "later": _("先预授权、后收款的订单不能用代金券。"),
}
