"""`./kefu prove arrival`: what is promised about arrival, on simulated rails that drift and break."""

import argparse
import math
import random
import time
from dataclasses import dataclass

from kefu.cli.terminal import answer, say
from kefu.rails import arrival
from kefu.rails.arrival import Past

HELP = "hold the arrival intervals against simulated rails"
SIZES = {"small": (3, 900), "full": (24, 2_000)}
"""Rails, and orders on each."""
KEPT_FROM, KEPT_TO, WIDTH_MOST = 0.87, 0.93, 1.3
REMEMBERED = 600
Z = 1.6449
"""Nine tenths of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True)
class Outcome:
    """How one rail went: the share of the intervals that were kept, their width over the true one's, their number."""

    kept: float
    width: float
    said: int


def run(argv: list[str]) -> int:
    """Exit 1 when a rail's intervals are kept by less than 87 % or more than 93 %, or are over 1.3 times too wide."""
    parser = argparse.ArgumentParser(prog="kefu prove arrival", description=HELP)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    began, (rails, orders) = time.monotonic(), SIZES[options.size]
    outcomes = [drive(seed=options.seed * 1_000 + number, orders=orders) for number in range(rails)]
    violations = [line for number, outcome in enumerate(outcomes) for line in judge(number, outcome)]
    for line in violations:
        say(line)
    fields = {
        "name": "arrival",
        "size": options.size,
        "seed": options.seed,
        "operations": sum(outcome.said for outcome in outcomes),
        "violations": violations,
        "kept": _spread([outcome.kept for outcome in outcomes]),
        "width": _spread([outcome.width for outcome in outcomes]),
        "seconds": round(time.monotonic() - began, 1),
    }
    say(f"prove arrival: {rails} rails, kept {fields['kept']}, width {fields['width']}")
    if options.json:
        answer(fields)
    return 1 if violations else 0


def judge(number: int, outcome: Outcome) -> list[str]:
    """What is wrong with a rail's outcome, a line each."""
    found = []
    if not KEPT_FROM <= outcome.kept <= KEPT_TO:
        found.append(f"rail {number}: {outcome.kept:.3f} of the intervals were kept, not 0.90 within 0.03")
    if outcome.width > WIDTH_MOST:
        found.append(f"rail {number}: the intervals are {outcome.width:.2f} times as wide as the true ones")
    return found


def _spread(values: list[float]) -> dict[str, float]:
    """Least, mean and most."""
    mean = sum(values) / len(values)
    return {"least": round(min(values), 3), "mean": round(mean, 3), "most": round(max(values), 3)}


def drive(*, seed: int, orders: int) -> Outcome:
    """One rail: log-normal durations whose median wanders and, up to three times, jumps; several under way at once."""
    dice = random.Random(seed)
    median, spread = math.log(dice.uniform(20, 1800)), dice.uniform(0.25, 0.8)
    wander, jumps = dice.choice((0.0, 0.01, 0.02)), set(dice.sample(range(orders), dice.randrange(4)))
    gap, now = math.exp(median) / dice.uniform(1, 12), 0.0
    sent: list[tuple[float, float, tuple[float, float] | None]] = []
    kept = said = 0
    width = 0.0
    for number in range(orders):
        median += dice.gauss(0, wander)
        if number in jumps:
            median += dice.choice((-1, 1)) * dice.uniform(0.3, 0.9)
        now += dice.expovariate(1 / gap)
        past = [
            Past(now - at, took if at + took <= now else None, expected)
            for at, took, expected in reversed(sent[-REMEMBERED:])
        ]
        took, expected = math.exp(dice.gauss(median, spread)), arrival.interval(past)
        if expected is not None:
            said += 1
            kept += expected[0] <= took <= expected[1]
            true = math.exp(median + Z * spread) - math.exp(median - Z * spread)
            width += (expected[1] - expected[0]) / true
        sent.append((now, took, expected))
    return Outcome(kept / said, width / said, said)
