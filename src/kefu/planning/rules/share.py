"""Dividing a sum so that nothing is lost and nothing is made up."""

from collections.abc import Sequence


def divide(total: int, weights: Sequence[int]) -> list[int]:
    """`total` minor units by weight: the whole parts first, then one unit each to the largest remainders.

    The parts sum to `total` exactly and none is off by a whole unit. Equal remainders go by place.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[:left]:
        parts[place] += 1
    return parts
