"""`./kefu prove ledger`: random work on the books against an independent auditor, round by round."""

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from kefu.cli.books.comparison import compare
from kefu.cli.books.database import connect_django, throwaway_server
from kefu.cli.terminal import answer, say
from kefu.ledger import queries

ROUND = 5_000
SIZES = {"small": 2 * ROUND, "full": 40 * ROUND}
WALLETS = 12
STARTED = datetime(2026, 1, 5, tzinfo=UTC)


def run(argv: list[str]) -> int:
    """Fields: name, size, seed, operations, violations[], seconds. Exit 1 when something was violated.

    Each round has books of its own and a seed of its own; `--resume FILE` keeps the rounds that were done, so that
    an interrupted proof goes on where it was.
    """
    parser = argparse.ArgumentParser(prog="kefu prove ledger")
    parser.add_argument("--size", choices=sorted(SIZES), default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    began = time.monotonic()
    done = _known(options.resume, options.seed)
    violations: list[str] = []
    with throwaway_server(durable=False) as server:
        server.make_books("empty_books")
        for number in range(SIZES[options.size] // ROUND):
            if number not in done:
                with server.clone("empty_books", f"round_{number}") as dsn:
                    connect_django(dsn)
                    done[number], found = _round(options.seed * 1000 + number)
                violations += found
                _keep(options.resume, options.seed, done)
            say(f"prove ledger: {sum(done.values()):,} operations, {len(violations)} violations")
    fields: dict[str, object] = {
        "name": "ledger",
        "size": options.size,
        "seed": options.seed,
        "operations": sum(done.values()),
        "violations": violations,
        "seconds": round(time.monotonic() - began, 1),
    }
    answer(fields)
    return 1 if violations else 0


def _round(seed: int) -> tuple[int, list[str]]:
    """One round: every answer compared with the auditor's, then every invariant of the books."""
    sent, found = compare(seed=seed, operations=ROUND, wallets=WALLETS, now=STARTED)
    return sent, [*found, *(f"seed {seed}: {line}" for line in queries.check_books())]


def _known(file: Path | None, seed: int) -> dict[int, int]:
    if file is None or not file.exists():
        return {}
    kept = json.loads(file.read_text("utf-8"))
    return {int(number): sent for number, sent in kept["rounds"].items()} if kept["seed"] == seed else {}


def _keep(file: Path | None, seed: int, done: dict[int, int]) -> None:
    if file is not None:
        file.write_text(json.dumps({"seed": seed, "rounds": done}), "utf-8")
