"""How fast the books are: pgbench drives its own simple-update and our function in turn, on one server."""

import itertools
import os
import re
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from kefu.cli.books import orders_door
from kefu.cli.books.database import Server
from kefu.cli.books.python_door import WALLETS, drive
from kefu.cli.server.binaries import client_program
from kefu.cli.terminal import CannotRun, say

CLIENTS = (1, 4, 16)
ROUNDS = 5
SCALE = 20
MERCHANT = 2_000_000_000_000
TRANSIT = 1_000_000_000_000

_COLUMNS = (
    "INSERT INTO ledger_account (id, stripe, code, owner, currency, debits_must_not_exceed_credits,"
    " credits_must_not_exceed_debits, opened_at, credits_posted) SELECT"
)
FILL = (
    f"{_COLUMNS} i, 0, 'L10', 'customer:' || gen_random_uuid(), 'CNY', true, false, now(), 100000000000"
    f" FROM generate_series(1, {WALLETS}) AS i",
    f"{_COLUMNS} {MERCHANT}, s, 'L30', 'merchant:1', 'CNY', false, false, now(), 0 FROM generate_series(0, 15) AS s",
    f"{_COLUMNS} {TRANSIT}, 0, 'L20', '', 'CNY', true, false, now(), 0",
    "VACUUM (FREEZE, ANALYZE) ledger_account",
)
SETTLE = "VACUUM"

# A client makes its ids before it sends, and they grow with time (UUIDv7): here from the run's number, the client's
# own count and its number.
_ID = r"""\set n :n + 1
\set id (:run * 100000000 + :n) * 100 + :client_id
"""
_PAYER = rf"""{_ID}\set payer random(1, {WALLETS})
"""
_OTHER = rf"""\set payee 1 + (:payer + random(0, {WALLETS - 2})) % {WALLETS}
"""
_SINGLE = (
    "SELECT ledger_post(now(), lpad(:id, 32, '0')::uuid, :payer, {payee}, 10, 'TRANSFER', 'order:' || :id, now());\n"
)
_BATCH = rf"""{_ID}SELECT p.refused_at, p.code
  FROM (SELECT array_agg(lpad(id::text, 32, '0')::uuid) AS ids, array_agg(payer) AS payers,
               array_agg(1 + (payer + (random() * {WALLETS - 2})::bigint) % {WALLETS}) AS payees,
               array_agg(10::bigint) AS amounts, array_agg('TRANSFER'::text) AS journals,
               array_agg('order:' || id) AS refs, array_agg(now()) AS times
          FROM (SELECT :id::bigint * 1000 + i AS id, 1 + (random() * {WALLETS - 1})::bigint AS payer
                  FROM generate_series(1, SIZE) AS i) d) b,
       ledger_post(now(), b.ids, b.payers, b.payees, b.amounts, b.journals, b.refs, b.times) p;
"""
_RUNS = itertools.count(1)


@dataclass(frozen=True)
class Cell:
    """One measurement: what runs, with how many clients. `weight`: transfers in one call."""

    name: str
    clients: int
    script: str = ""
    weight: int = 1


@dataclass
class Measured:
    """Rates (calls a second) and 99th percentiles (ms) of a cell, one of each a round."""

    tps: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)


def cells() -> Iterator[Cell]:
    """All cells of one round, those to be compared next to each other. Batches come last: what they leave to be
    cleaned up slows whatever runs after them.
    """
    scripts = {
        "simple": ("", 1),
        "single": (_PAYER + _OTHER + _SINGLE.format(payee=":payee"), 1),
        "hot": (_PAYER + _SINGLE.format(payee=MERCHANT), 1),
        "hot_row": (_PAYER + _SINGLE.format(payee=TRANSIT), 1),
        "batch_50": (_BATCH.replace("SIZE", "50"), 50),
        "batch_500": (_BATCH.replace("SIZE", "500"), 500),
    }
    for are_batches in (False, True):
        for clients in CLIENTS:
            for name, (script, weight) in scripts.items():
                if (weight > 1) is are_batches:
                    yield Cell(name, clients, script, weight)


def measure(server: Server, *, seconds: float) -> dict[str, object]:
    """Fill both databases, run every cell five times, interleaved, and the Python door once."""
    server.make_books("books")
    server.execute("books", *FILL)
    server.make_empty("yardstick")
    _pgbench(server, "yardstick", "-i", "-q", "-s", str(SCALE))
    results: dict[tuple[str, int], Measured] = {}
    with TemporaryDirectory() as folder:
        for lap in range(ROUNDS):
            # What the server cleans up by itself falls between the rounds, not into somebody's cell.
            server.execute("books", SETTLE)
            server.execute("yardstick", SETTLE)
            for cell in cells():
                tps, p99 = _run_cell(server, cell, Path(folder), seconds)
                measured = results.setdefault((cell.name, cell.clients), Measured())
                measured.tps.append(tps * cell.weight)
                measured.p99.append(p99)
            say(f"bench ledger: round {lap + 1} of {ROUNDS} done")
    python = {str(n): _python_tps(server, n, seconds) for n in CLIENTS}
    orders = orders_door.measure(server, clients=CLIENTS, seconds=seconds)
    return summary(results) | {"python_tps": python, **orders, "seconds": seconds}


def _python_tps(server: Server, clients: int, seconds: float) -> int:
    """Single transfers through `ledger.actions`."""
    answers = drive(dsn=server.dsn("books"), clients=clients, seconds=seconds)
    return round(sum(int(answer) for answer in answers) / seconds)


def summary(results: dict[tuple[str, int], Measured]) -> dict[str, object]:
    """Medians. A ratio is the median of the rounds' ratios: its two sides were taken within seconds."""
    median = {key: statistics.median(measured.tps) for key, measured in results.items()}

    def rates(name: str) -> dict[str, int]:
        return {str(n): round(median[name, n]) for n in CLIENTS}

    def ratios(name: str) -> dict[str, float | None]:
        return {str(n): _ratio(results[name, n].tps, results["simple", n].tps) for n in CLIENTS}

    def best(names: tuple[str, ...]) -> list[float]:
        """The best rate over all numbers of clients, of each round."""
        rounds = zip(*(results[name, n].tps for name in names for n in CLIENTS), strict=True)
        return [max(rates) for rates in rounds]

    batches = {size: max(median[f"batch_{size}", n] for n in CLIENTS) for size in (50, 500)}
    return {
        "pgbench_tps": rates("simple"),
        "single_tps": rates("single"),
        "hot_tps": rates("hot"),
        "hot_row_tps": rates("hot_row"),
        "batch_tps": {str(size): round(rate) for size, rate in batches.items()},
        "batch_50_tps": rates("batch_50"),
        "batch_500_tps": rates("batch_500"),
        "ratio_single": ratios("single"),
        "ratio_hot": ratios("hot"),
        "ratio_hot_row": ratios("hot_row"),
        "ratio_batch": _ratio(best(("batch_50", "batch_500")), best(("simple",))),
        "p99_ms": {
            f"{name}@{clients}": round(statistics.median(measured.p99), 2)
            for (name, clients), measured in results.items()
        },
    }


def _ratio(ours: list[float], theirs: list[float]) -> float | None:
    """None when a yardstick finished nothing in its time."""
    if not all(theirs):
        return None
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2)


def _run_cell(server: Server, cell: Cell, folder: Path, seconds: float) -> tuple[float, float]:
    """Calls a second, and the 99th percentile of their duration in ms."""
    for log in folder.glob("calls*"):
        log.unlink()
    work = ["-b", "simple-update"]
    if cell.script:
        script = folder / "script.sql"
        script.write_text(cell.script, "ascii")
        work = ["-f", str(script)]
    counters = ("-D", "n=0", "-D", f"run={next(_RUNS)}")
    said = _pgbench(
        server,
        "books" if cell.script else "yardstick",
        *counters,
        *("-n", "-M", "prepared", "-c", str(cell.clients), "-j", str(min(cell.clients, os.cpu_count() or 1))),
        *("-T", str(max(1, round(seconds))), "-l", f"--log-prefix={folder / 'calls'}", *work),
    )
    found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    took = sorted(int(line.split()[2]) for log in folder.glob("calls*") for line in log.read_text("ascii").splitlines())
    # Without a rate no call was finished in time.
    return float(found[1]) if found else 0.0, took[len(took) * 99 // 100] / 1000 if took else 0.0


def _pgbench(server: Server, database: str, *arguments: str) -> str:
    base = server.admin.rsplit("/", 1)[0]
    command = [str(client_program("pgbench")), *arguments, f"{base}/{database}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or "aborted" in done.stderr:
        raise CannotRun(f"pgbench failed: {done.stderr.strip().splitlines()[-1]}", status=1)
    return done.stdout
