"""`./kefu prove fees`: the fee rule against exact fractions, and the charge against the quote.

The oracle knows nothing of the product's rule: it adds up rate by rate in fractions. The second half runs in a process
of its own against a throw-away installation, by the actions that pages call.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from kefu.cli.terminal import answer, say

HELP = "hold every fee against exact fractions"
SIZES = {"small": (2_000, 12), "full": (100_000, 400)}
"""Random cases of the rule, and orders through the real actions."""
MOST_AMOUNT = 60_000_00
RATES = (0, 1, 333, 500, 1_000, 6_000, 38_000, 999_999)
DOOR = "kefu.cli.prove.fees_door"


def exact_fee(terms: Mapping[str, Any], amount: int, left: int) -> int:
    """The fee in minor units, as the published words say it: fraction by fraction, half up once at the end."""
    charged = max(0, amount - terms["free_up_to"] - left)
    bounds = [(0, terms["rate_ppm"]), *((bound, rate) for bound, rate in terms["tiers"])]
    total = Fraction(0)
    for place, (bound, rate) in enumerate(bounds):
        end = bounds[place + 1][0] if place + 1 < len(bounds) else max(charged, bound)
        total += Fraction(max(0, min(charged, end) - bound) * rate, 1_000_000)
    if total == 0:
        return 0
    rounded, least, most = int(total + Fraction(1, 2)), int(terms["least"]), int(terms["most"])
    return min(max(rounded, least), most)


def random_terms(dice: random.Random) -> dict[str, Any]:
    """A fee that could be published: up to four tiers, rising or falling, with free parts and both ends."""
    bounds = sorted(dice.sample(range(1, MOST_AMOUNT), dice.randrange(0, 5)))
    least = dice.choice([0, 1, 10, dice.randrange(0, 50_00)])
    quota = dice.choice([0, 0, 1_000_00, dice.randrange(1, 90_000_00)])
    return {
        "free_up_to": dice.choice([0, dice.randrange(0, 2_000_00)]),
        "free_quota": quota,
        "window": dice.choice(["lifetime", "year", "month"]) if quota else "",
        "rate_ppm": dice.choice(RATES),
        "tiers": [[bound, dice.choice(RATES)] for bound in bounds],
        "least": least,
        "most": least + dice.choice([0, 25_00, dice.randrange(0, 900_00)]),
        "charged_to": "payer",
    }


def random_amount(dice: random.Random, terms: Mapping[str, Any]) -> int:
    """Anything, or right beside a place where the sum bends."""
    free = int(terms["free_up_to"])
    bends: list[int] = [free, terms["free_quota"], *(free + bound for bound, _ in terms["tiers"])]
    near = dice.choice(bends) + dice.randrange(-2, 3)
    return max(1, dice.choice([dice.randrange(1, MOST_AMOUNT), near]))


def check_rule(terms: Mapping[str, Any], amount: int, left: int) -> str:
    """What is wrong with the product's fee for this case; '' when nothing is."""
    from kefu.wallet.rules.fee import FeeRule, fee

    names = ("free_up_to", "rate_ppm", "least", "most", "free_quota", "window")
    rule = FeeRule(tiers=tuple((b, r) for b, r in terms["tiers"]), **{name: terms[name] for name in names})
    found, wanted = fee(rule, amount, quota_left=left), exact_fee(terms, amount, left)
    return "" if found == wanted else f"fee {found}, exactly {wanted}: {amount} with {left} left of {dict(terms)}"


def run(argv: list[str]) -> int:
    """Fields: name, size, seed, operations, orders, violations[], seconds. Exit 1 when something was violated."""
    parser = argparse.ArgumentParser(prog="kefu prove fees", description=HELP)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--server", metavar="URL", help="administrator's address of a server to work on")
    parser.add_argument("--template", metavar="NAME", help="a migrated database on that server")
    options = parser.parse_args(argv)
    if options.template and not options.server:
        parser.error("--template goes with --server")
    cases, orders = SIZES[options.size]
    began = time.monotonic()
    said = _through_the_door(options.server, options.template, seed=options.seed, cases=cases, orders=orders)
    fields = {
        "name": "fees",
        "size": options.size,
        "seed": options.seed,
        **said,
        "seconds": round(time.monotonic() - began, 1),
    }
    for line in said["violations"]:
        say(line)
    say(f"prove fees: {said['operations']} cases, {said['orders']} orders, {len(said['violations'])} violations")
    if options.json:
        answer(fields)
    return 1 if said["violations"] else 0


def _through_the_door(
    server_url: str | None, template: str | None, *, seed: int, cases: int, orders: int
) -> dict[str, Any]:
    """A database of its own with every room's tables, and the door's answer."""
    from contextlib import ExitStack

    from kefu.cli.books.database import Server, throwaway_server
    from kefu.cli.database import drop_database
    from kefu.cli.server.roles import OWNER
    from kefu.cli.server.server_user import CHECKOUT
    from kefu.cli.throwaway import bare_environment

    with ExitStack() as stack:
        server = Server(server_url) if server_url else stack.enter_context(throwaway_server(durable=False))
        name = f"prove_fees_{seed}_{time.monotonic_ns()}"
        stack.callback(drop_database, admin_dsn=server.admin, name=name)
        server.make_product(name, template=template)
        owner = bare_environment(server.dsn(name, OWNER))
        words = [sys.executable, "-m", DOOR, str(seed), str(cases), str(orders)]
        done = subprocess.run(words, env=owner, cwd=CHECKOUT / "src", check=True, stdout=subprocess.PIPE, text=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))
