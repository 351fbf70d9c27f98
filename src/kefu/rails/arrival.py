"""How long a bank takes, learned from what it did lately: an interval that nine of ten orders keep.

Pure functions. Quantiles of the recent durations, newer ones counting more (half as much every `HALF_LIFE` orders).
Orders still under way count with the time that they have waited so far (Kaplan and Meier 1958): without them the quick
ones, which are known first, would make a rail look quicker than it is. How often earlier intervals were kept moves the
two levels (adaptive conformal inference, Gibbs and Candes 2021), so that a bank that becomes slower is followed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST = 30
"""Fewer known durations than this promise nothing."""
WINDOW = 200
HALF_LIFE = 60
MISSED = 0.045
"""The share that may be earlier, and the share that may be later, than the interval: a little under a twentieth,
because a bank that changes is followed a little late.
"""
STEP = 0.01
LEVEL_LEAST, LEVEL_MOST = 0.004, 0.25


@dataclass(frozen=True)
class Past:
    """One earlier order on the same rail: its `age`, the `seconds` that it took (None: still under way), and what it
    had been `expected` to take, if anything had been said. All in seconds.
    """

    age: float
    seconds: float | None
    expected: tuple[float, float] | None = None


def interval(past: Sequence[Past]) -> tuple[float, float] | None:
    """From how many to how many seconds the next order takes; `past` newest first. None: too little is known."""
    weighed: list[tuple[float, float, bool]] = []
    known = 0
    for one in past:
        done = one.seconds is not None
        weighed.append((one.age if one.seconds is None else one.seconds, 0.5 ** (known / HALF_LIFE), done))
        known += done
        if known == WINDOW:
            break
    if known < LEAST:
        return None
    early, late = _levels(reversed(past))
    return _between(sorted(weighed), early, 1 - late)


def _levels(past: Iterable[Past]) -> tuple[float, float]:
    """The shares to leave out below and above, from how often earlier intervals were missed; oldest first.

    An interval counts once its end has passed, whether or not the order has arrived: the early ones are known first.
    """
    early = late = MISSED
    for one in past:
        if one.expected is not None and one.age >= one.expected[1]:
            took = one.age if one.seconds is None else one.seconds
            early += STEP * (MISSED - (took < one.expected[0]))
            late += STEP * (MISSED - (took > one.expected[1]))
            early, late = (min(LEVEL_MOST, max(LEVEL_LEAST, level)) for level in (early, late))
    return early, late


def _between(weighed: Sequence[tuple[float, float, bool]], low: float, high: float) -> tuple[float, float] | None:
    """The two quantiles of sorted (seconds, weight, done). None when too many are still under way to know the upper."""
    at_risk = sum(weight for _, weight, _ in weighed)
    waiting, start = 1.0, None
    for seconds, weight, done in weighed:
        if done:
            waiting *= max(0.0, 1 - weight / at_risk)
            if start is None and 1 - waiting >= low:
                start = seconds
            if 1 - waiting >= high:
                return start or seconds, seconds
        at_risk = max(at_risk - weight, 1e-12)
    return None
