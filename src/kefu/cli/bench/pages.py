"""`./kefu bench pages`: the pages on a full database, against the same with a hundredth of it."""

import argparse
import json
import subprocess
import sys
from typing import Any

from kefu.cli.database import create_database, prepare_database
from kefu.cli.server.postgres import temporary_cluster
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import bare_environment

HELP = "measure the pages on a full database, against a hundredth of it"
LIMIT_MS, LIMIT_QUERIES = 60, 12


def run(argv: list[str]) -> int:
    """Prints p50_ms, p95_ms, queries, growth (p50 full / hundredth) by page; exit 0 when it ran."""
    parser = argparse.ArgumentParser(prog="kefu bench pages", description=HELP)
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--entries", type=int, help="in the books, two a transfer (default: two an order)")
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is asked for")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    options = parser.parse_args(argv)
    entries = options.entries or 2 * options.orders
    sizes = [options.conversations, options.messages, options.orders, entries]
    if min(sizes) < 100 or options.rounds < 5:
        parser.error("sizes of 100 or more, 5 rounds or more")
    with temporary_cluster(durable=True) as admin:
        small = _measured(admin, "hundredth", [max(1, size // 100) for size in sizes], options.rounds)
        full = _measured(admin, "full", sizes, options.rounds)
    growth = {page: round(full["p50_ms"][page] / small["p50_ms"][page], 2) for page in full["p50_ms"]}
    fields = full | {"growth": growth, "p50_hundredth_ms": small["p50_ms"]}
    for page in growth:
        say(
            f"{page:<14} p50 {full['p50_ms'][page]:6.1f} ms  p95 {full['p95_ms'][page]:6.1f} ms"
            f"  {full['queries'][page]:3} queries  growth {growth[page]}"
        )
    if options.json:
        answer(fields)
    return 0


def _measured(admin: str, name: str, sizes: list[int], rounds: int) -> dict[str, Any]:
    """One database of that size, filled and asked by a process of its own."""
    place = admin.split("@", 1)[1].split("/", 1)[0]
    owner = f"postgresql://kefu_owner:test@{place}"
    create_database(admin_dsn=f"{owner}/postgres", name=name)
    prepare_database(owner_dsn=f"{owner}/{name}")
    environment = bare_environment(f"{owner}/{name}")
    _step(["kefu.config.manage", "migrate", "--verbosity", "0"], environment)
    say(f"filling {name}: {sizes[0]} conversations, {sizes[1]} messages, {sizes[2]} orders, {sizes[3]} entries")
    said = _step(["kefu.cli.pages.measuring", *map(str, [*sizes, rounds])], environment)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    say(f"{name} takes {found['mb']} MB, filled in {found['fill_s']} s")
    return found


def _step(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CannotRun(f"{words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}", status=1)
    return done.stdout
