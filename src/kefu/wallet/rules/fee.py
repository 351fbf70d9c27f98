"""What an order costs. The quote and the charge are the same call on the same schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from kefu.wallet.models import DAY, MONTH, YEAR

PPM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class FeeRule:
    """One version of a fee; amounts in minor units, `rate_ppm` in millionths.

    `tiers`: from each bound of the charged part on, its own rate for what lies above the bound.
    """

    free_up_to: int
    rate_ppm: int
    least: int
    most: int
    tiers: tuple[tuple[int, int], ...] = ()
    free_quota: int = 0
    window: str = ""

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """Every bound with the rate that begins there, the first at zero."""
        return ((0, self.rate_ppm), *self.tiers)

    @property
    def is_free(self) -> bool:
        return all(rate == 0 for _bound, rate in self.steps)


@dataclass(frozen=True, kw_only=True)
class Portion:
    """A part of the charged amount (minor units) and its rate."""

    amount: int
    rate_ppm: int


@dataclass(frozen=True, kw_only=True)
class Sum:
    """How a fee came about: the free parts, the portions, and which of the two ends held (`least`, `most` or '')."""

    amount: int
    free: int
    quota_used: int
    portions: tuple[Portion, ...]
    rounded: int
    held_by: str
    fee: int


def fee(rule: FeeRule, amount: int, *, quota_left: int = 0) -> int:
    """The fee for `amount` minor units: on the part above the free one and the person's quota, half up once at the
    end, at least and at most.
    """
    return reckon(rule, amount, quota_left=quota_left).fee


def reckon(rule: FeeRule, amount: int, *, quota_left: int = 0) -> Sum:
    """The fee with every step of the way, for who asks why."""
    free, quota = min(amount, rule.free_up_to), min(amount, quota_left)
    portions = portions_of(rule.steps, max(0, amount - rule.free_up_to - quota_left))
    exact = sum(part.amount * part.rate_ppm for part in portions)
    rounded = (2 * exact + PPM) // (2 * PPM)
    # What costs nothing has no least: a fee begins with the first portion that has a rate.
    cost = min(max(rounded, rule.least), rule.most) if exact else 0
    held_by = "" if not exact or cost == rounded else "least" if cost > rounded else "most"
    return Sum(
        amount=amount, free=free, quota_used=quota, portions=portions, rounded=rounded, held_by=held_by, fee=cost
    )


def portions_of(steps: Sequence[tuple[int, int]], charged: int) -> tuple[Portion, ...]:
    """The charged part cut at the bounds; empty when nothing is charged."""
    ends = [*(bound for bound, _rate in steps[1:]), charged]
    cut = zip(steps, ends, strict=True)
    parts = ((min(end, charged) - bound, rate) for (bound, rate), end in cut)
    return tuple(Portion(amount=part, rate_ppm=rate) for part, rate in parts if part > 0)


def tiers_fit(tiers: Sequence[tuple[int, int]]) -> bool:
    """Whether bounds rise from above zero and every rate is below one whole: what the database checks, too."""
    bounds = [0, *(bound for bound, _rate in tiers)]
    return all(a < b for a, b in pairwise(bounds)) and all(0 <= rate < PPM for _bound, rate in tiers)


def costs_no_more(new: FeeRule, old: FeeRule) -> bool:
    """Whether nobody can pay more under `new` than under `old`, whatever the amount and the quota used.

    Judged part by part: as much free, no rate higher anywhere, no higher least or most. A mixed change counts as a
    rise, so that it is announced.
    """
    if new.is_free or new.most == 0:
        return True
    quota = old.free_quota == 0 or (new.window == old.window and new.free_quota >= old.free_quota)
    bounds = sorted({bound for rule in (new, old) for bound, _rate in rule.steps})
    rates = all(_rate_at(new, bound) <= _rate_at(old, bound) for bound in bounds)
    ends = new.least <= old.least and new.most <= old.most
    return quota and new.free_up_to >= old.free_up_to and rates and ends


def _rate_at(rule: FeeRule, charged: int) -> int:
    return [rate for bound, rate in rule.steps if bound <= charged][-1]


def window_start(window: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Since when a window counts: the beginning of the local day, month or year; None: for ever."""
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return {DAY: day, MONTH: day.replace(day=1), YEAR: day.replace(month=1, day=1)}.get(window)


def window_end(window: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When it begins anew; None: never."""
    start = window_start(window, now=now, zone=zone)
    if start is None:
        return None
    if window == YEAR:
        return start.replace(year=start.year + 1)
    if window == MONTH:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start + timedelta(days=1)
