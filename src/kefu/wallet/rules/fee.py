"""What an order costs. The quote and the charge are the same call on the same schedule."""

from dataclasses import dataclass

PPM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FeeRule:
    """One version of a fee; amounts in minor units, `rate_ppm` in millionths."""

    free_up_to: int
    rate_ppm: int
    least: int
    most: int


def fee(rule: FeeRule, amount: int) -> int:
    """The fee for `amount` minor units: on the part above the free one, half up, at least and at most."""
    charged = max(0, amount - rule.free_up_to)
    if charged == 0 or rule.rate_ppm == 0:
        return 0
    exact = charged * rule.rate_ppm
    return min(max((2 * exact + PPM) // (2 * PPM), rule.least), rule.most)
