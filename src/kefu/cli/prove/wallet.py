"""`./kefu prove wallet`: random lives of wallets, with kills and houses that lie, against an independent auditor.

Each round has a database and a process of its own, two at a time. What is done is written down after every round, so
that a run that was stopped goes on where it stood: same size, same seed.
"""

import argparse
import base64
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefu.cli.server.server_user import CHECKOUT, data_folder
from kefu.cli.terminal import CannotRun, answer, say

if TYPE_CHECKING:
    from kefu.cli.books.database import Server

HELP = "hold orders, wallets and books against what lying houses outside really did"
SIZES = {"small": (1, 120), "full": (26, 8_000)}
"""Rounds, and operations in each before its quiet: requests, retries, the houses' messages, jobs."""
AT_ONCE = 2
HOUSES = {
    "sandbox": "kefu.cli.lives.houses.bank.LyingBank", "biller": "kefu.cli.lives.houses.payees.LyingBiller",
    "lender": "kefu.cli.lives.houses.payees.LyingLender",
}  # fmt: skip
MARKET = "kefu.cli.lives.houses.market.Market"


@dataclass
class Progress:
    """What a run has done so far, as it is kept between starts. `rounds`: the numbers of those that are done."""

    rounds: list[int] = field(default_factory=list)
    operations: int = 0
    kills: int = 0
    wishes: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def run(argv: list[str]) -> int:
    """Exit 0 when nothing was violated, 1 when something was (each on a line)."""
    parser = argparse.ArgumentParser(prog="kefu prove wallet", description=HELP)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--server", metavar="URL", help="administrator's address of a server to work on")
    parser.add_argument("--template", metavar="NAME", help="a migrated database on that server")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where an unfinished run is kept")
    options = parser.parse_args(argv)
    if options.template and not options.server:
        parser.error("--template goes with --server")
    state = options.state or data_folder() / "prove"
    progress = prove(options.size, options.seed, state=state, server=options.server, template=options.template)
    for line in progress.violations:
        say(line)
    fields = {"name": "wallet", "size": options.size, "seed": options.seed, **asdict(progress)}
    fields["seconds"] = round(progress.seconds, 1)
    say(
        f"prove wallet: {progress.operations} operations, {progress.kills} kills, {progress.wishes} wishes, "
        f"{len(progress.violations)} violations"
    )
    if options.json:
        answer(fields)
    return 1 if progress.violations else 0


def prove(size: str, seed: int, *, state: Path, server: str | None, template: str | None) -> Progress:
    """Run what is left of the rounds of `size`; a finished run is forgotten, so that the next begins anew."""
    rounds, operations = SIZES[size]
    kept = state / f"wallet-{size}-{seed}.json"
    progress = Progress(**json.loads(kept.read_text("utf-8"))) if kept.exists() else Progress()
    left = [number for number in range(rounds) if number not in progress.rounds]
    if progress.rounds:
        say(f"prove wallet: going on, {len(left)} of {rounds} rounds are left")
    state.mkdir(parents=True, exist_ok=True)
    with _ground(server, template) as (place, ready), ThreadPoolExecutor(AT_ONCE) as pool:
        began, before = time.monotonic(), progress.seconds
        for number, said in pool.map(lambda one: (one, _round(place, ready, seed, one, operations)), left):
            progress.rounds.append(number)
            progress.operations += said["operations"]
            progress.kills += said["kills"]
            progress.wishes += said["wishes"]
            progress.violations += [f"round {number}: {line}" for line in said["violations"]]
            progress.seconds = before + time.monotonic() - began
            _keep(kept, progress)
            say(f"prove wallet: {len(progress.rounds)} of {rounds} rounds, {progress.operations} operations")
    kept.unlink(missing_ok=True)
    return progress


@contextmanager
def _ground(url: str | None, template: str | None) -> Iterator[tuple["Server", str]]:
    """A server and, on it, the name of a migrated database that rounds are copies of."""
    from kefu.cli.books.database import Server, throwaway_server
    from kefu.cli.database import drop_database

    with ExitStack() as stack:
        server = Server(url) if url else stack.enter_context(throwaway_server(durable=False))
        if template:
            yield server, template
            return
        name = f"prove_wallet_{time.monotonic_ns()}"
        stack.callback(drop_database, admin_dsn=server.admin, name=name)
        server.make_product(name)
        yield server, name


def _round(server: "Server", template: str, seed: int, number: int, operations: int) -> dict[str, Any]:
    """One round as a process: what it answered."""
    from kefu.cli.database import drop_database
    from kefu.cli.throwaway import bare_environment

    name = f"prove_wallet_{seed}_{number}_{time.monotonic_ns()}"
    server.make_product(name, template=template)
    try:
        houses = ",".join(f"{code}={path}" for code, path in HOUSES.items())
        environment = bare_environment(server.dsn(name)) | {"KEFU_CONNECTORS": houses, "KEFU_RATES": MARKET}
        environment["KEFU_FIELD_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
        words = [sys.executable, "-m", "kefu.cli.lives.round", str(seed * 1_000 + number), str(operations)]
        done = subprocess.run(words, env=environment, cwd=CHECKOUT / "src", check=False, capture_output=True, text=True)
    finally:
        drop_database(admin_dsn=server.admin, name=name)
    if done.returncode != 0:
        raise CannotRun(f"round {number} of seed {seed} broke off:\n{done.stderr[-2000:]}", status=1)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _keep(path: Path, progress: Progress) -> None:
    made = path.with_suffix(".new")
    made.write_text(json.dumps(asdict(progress)), "utf-8")
    made.rename(path)
