"""When a market rate is believed. Pure, in exact decimals."""

from datetime import datetime, timedelta
from decimal import Decimal

JUMP_PPM = 20_000
"""The most, in millionths, by which a rate may differ from the one before without a person's word: 2 %, as wide as the
band in which the interbank dollar may trade in a day (中国人民银行公告〔2014〕第5号); the house takes it for all.
"""
STALE_AFTER = timedelta(minutes=10)
"""After so long without news a rate prices nothing any more."""
AHEAD = timedelta(seconds=90)
"""A source's clock may be ahead of ours by so much."""


def jumped(mid: Decimal, units: int, *, before: Decimal, units_before: int) -> bool:
    """Whether `mid` for `units` lies too far from the rate before it."""
    now, then = mid * units_before, before * units
    return abs(now - then) * 1_000_000 > then * JUMP_PPM


def is_stale(as_of: datetime, *, now: datetime) -> bool:
    return now - as_of > STALE_AFTER
