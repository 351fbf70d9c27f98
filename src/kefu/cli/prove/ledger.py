"""`./kefu prove ledger`: random work on throw-away books, by one client and by many, against the auditor.

A round has books of its own. What is done is written down after every round, so that a run that was stopped goes
on where it stood: same size, same seed.
"""

import argparse
import json
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kefu.cli.server.server_user import data_folder
from kefu.cli.terminal import answer, say

HELP = "hold the books against an independent auditor"
NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
WALLETS = 5
SIZES = {"small": (2, 300), "full": (50, 4_000)}
"""Rounds, and transfers in each: half by one client, half by many."""


@dataclass
class Progress:
    """What a run has done so far, as it is kept between starts."""

    rounds: int = 0
    operations: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def run(argv: list[str]) -> int:
    """Exit 0 when nothing was violated, 1 when something was (each on a line)."""
    parser = argparse.ArgumentParser(prog="kefu prove ledger", description=HELP)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--server", metavar="URL", help="administrator's address of a server to work on")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where an unfinished run is kept")
    options = parser.parse_args(argv)
    progress = prove(
        size=options.size,
        seed=options.seed,
        state=options.state or data_folder() / "prove",
        server_url=options.server,
    )
    for line in progress.violations:
        say(line)
    fields = {
        "name": "ledger",
        "size": options.size,
        "seed": options.seed,
        "operations": progress.operations,
        "violations": progress.violations,
        "seconds": round(progress.seconds, 1),
    }
    say(f"prove ledger: {progress.operations} transfers, {len(progress.violations)} violations")
    if options.json:
        answer(fields)
    return 1 if progress.violations else 0


def prove(*, size: str, seed: int, state: Path, server_url: str | None = None) -> Progress:
    """Run what is left of the rounds of `size`; a finished run is forgotten, so that the next begins anew."""
    from kefu.cli.books.database import Server, throwaway_server

    rounds, operations = SIZES[size]
    kept = state / f"ledger-{size}-{seed}.json"
    progress = Progress(**json.loads(kept.read_text("utf-8"))) if kept.exists() else Progress()
    if progress.rounds:
        say(f"prove ledger: going on after round {progress.rounds} of {rounds}")
    state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        server = Server(server_url) if server_url else stack.enter_context(throwaway_server(durable=False))
        template = f"prove_ledger_{seed}_{time.monotonic_ns()}"
        server.make_books(template)
        stack.callback(server.drop, template)
        while progress.rounds < rounds:
            began = time.monotonic()
            with server.clone(template, f"{template}_round") as dsn:
                done, found = _round(dsn, seed=seed * 1_000 + progress.rounds, operations=operations)
            progress.rounds += 1
            progress.operations += done
            progress.violations += found
            progress.seconds += time.monotonic() - began
            _keep(kept, progress)
            say(f"prove ledger: round {progress.rounds} of {rounds}, {progress.operations} transfers")
    kept.unlink()
    return progress


def _round(dsn: str, *, seed: int, operations: int) -> tuple[int, list[str]]:
    from kefu.cli.books.comparison import compare
    from kefu.cli.books.crowd import crowd
    from kefu.cli.books.database import connect_django
    from kefu.ledger.queries import check_books

    connect_django(dsn)
    many, found = crowd(seed=seed, operations=operations // 2, wallets=WALLETS, now=NOW)
    one, differing = compare(seed=seed, operations=operations // 2, wallets=WALLETS, now=NOW)
    return many + one, [*found, *differing, *check_books()]


def _keep(path: Path, progress: Progress) -> None:
    made = path.with_suffix(".new")
    made.write_text(json.dumps(asdict(progress)), "utf-8")
    made.rename(path)
