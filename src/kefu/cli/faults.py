"""`./kefu faults`: a storm on a throw-away installation, then what is there against what was told."""

import argparse
import random

from kefu.cli.storm.run import Weather, blow, told
from kefu.cli.terminal import answer

HELP = "kill, lie and retry on a throw-away installation; then prove that nothing was lost or doubled"
KILLS_A_MINUTE = 10


def run(argv: list[str]) -> int:
    """Exit 1 when anything was lost, doubled, out of balance, stuck, or answered wrongly on the way."""
    parser = argparse.ArgumentParser(prog="kefu faults", description=HELP)
    parser.add_argument("--seed", type=int, help="same seed, same kills and dice (default: drawn)")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long it blows (default 2)")
    parser.add_argument("--customers", type=int, default=5, help="how many customers at once (default 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args(argv)
    if not 0.1 <= options.minutes <= 600 or not 1 <= options.customers <= 40:
        parser.error("--minutes is between 0.1 and 600, --customers between 1 and 40")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    kills = max(6, round(KILLS_A_MINUTE * options.minutes))
    outcome = blow(Weather(seed, options.minutes * 60, kills, options.customers))
    if options.json:
        answer(outcome.fields())
    else:
        print(told(outcome))
    return 1 if outcome.violations else 0
