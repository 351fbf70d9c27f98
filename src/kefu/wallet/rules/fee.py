"""What an order costs. The quote and the charge are the same call on the same schedule."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kefu.wallet.models import MONTH, YEAR

PPM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FeeRule:
    """One version of a fee; amounts in minor units, `rate_ppm` in millionths."""

    free_up_to: int
    rate_ppm: int
    least: int
    most: int


def fee(rule: FeeRule, amount: int, *, quota_left: int = 0) -> int:
    """The fee for `amount` minor units: on the part above the free one and the person's quota, half up, at least and
    at most.
    """
    charged = max(0, amount - rule.free_up_to - quota_left)
    if charged == 0 or rule.rate_ppm == 0:
        return 0
    exact = charged * rule.rate_ppm
    return min(max((2 * exact + PPM) // (2 * PPM), rule.least), rule.most)


def window_start(window: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Since when a quota counts: the beginning of the local month or year; None: for ever."""
    local = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if window == YEAR:
        return local.replace(month=1)
    return local if window == MONTH else None
