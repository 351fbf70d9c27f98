"""`./kefu prove faults`: the fault storm at the size that an issue names."""

import argparse

from kefu.cli.storm.run import Weather, blow
from kefu.cli.terminal import answer, say

SIZES = {
    # seconds of wind, kills, customers
    "small": (25.0, 6, 3),
    "full": (120.0, 24, 5),
}


def run(argv: list[str]) -> int:
    """Fields: name, size, seed, operations, violations[], seconds. Exit 1 when something was violated."""
    parser = argparse.ArgumentParser(prog="kefu prove faults")
    parser.add_argument("--size", choices=sorted(SIZES), default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    seconds, kills, customers = SIZES[options.size]
    outcome = blow(Weather(options.seed, seconds, kills, customers))
    fields = {
        "name": "faults",
        "size": options.size,
        "operations": outcome.journal.counts["operations"],
        **outcome.fields(),
    }
    for line in outcome.violations:
        say(line)
    answer(fields)
    return 1 if outcome.violations else 0
