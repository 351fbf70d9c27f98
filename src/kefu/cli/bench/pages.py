"""`./kefu bench pages`: the pages on a full database, against the same with a hundredth of it."""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from kefu.cli.books.database import Server
from kefu.cli.server.postgres import temporary_cluster
from kefu.cli.server.roles import OWNER
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import bare_environment

HELP = "measure the pages on a full database, against a hundredth of it"


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
    with temporary_cluster(durable=True) as admin, ExitStack() as stack:
        small = stack.enter_context(_filled(admin, "hundredth", [max(1, size // 100) for size in sizes]))
        full = stack.enter_context(_filled(admin, "full", sizes))
        fields = {"mb": full.mb} | _measured(small, full, options.rounds)
    for page, growth in fields["growth"].items():
        say(
            f"{page:<14} p50 {fields['p50_ms'][page]:6.1f} ms  p95 {fields['p95_ms'][page]:6.1f} ms"
            f"  {fields['queries'][page]:3} queries  growth {growth}"
        )
    if options.json:
        answer(fields)
    return 0


class Site:
    """The product on one filled database, in a process of its own. `log`: what it says on standard error."""

    def __init__(self, process: "subprocess.Popen[str]", log: IO[str]) -> None:
        self.process, self.log = process, log
        told = self._told()
        self.pages: list[str] = told["pages"]
        self.mb: int = told["mb"]
        self.fill_s: float = told["fill_s"]

    def ask(self, word: str, page: str) -> Any:
        """`warm` a page: its queries; `ask` for it: the milliseconds that it took."""
        assert self.process.stdin is not None
        print(word, page, file=self.process.stdin, flush=True)
        return self._told()

    def _told(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise CannotRun(f"a site broke off:\n{self.log.read()[-4000:]}", status=1)
        return json.loads(line)


@contextmanager
def _filled(admin: str, name: str, sizes: list[int]) -> Iterator[Site]:
    server = Server(admin)
    server.make_product(name)
    say(f"filling {name}: {sizes[0]} conversations, {sizes[1]} messages, {sizes[2]} orders, {sizes[3]} entries")
    words = [sys.executable, "-m", "kefu.cli.pages.measuring", *map(str, sizes)]
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            words, env=bare_environment(server.dsn(name, OWNER)), cwd=CHECKOUT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        with process:
            site = Site(process, log)
            say(f"{name} takes {site.mb} MB, filled in {site.fill_s} s")
            yield site


def _measured(small: Site, full: Site, rounds: int) -> dict[str, Any]:
    """Both asked in turn, so that whatever else the machine does falls on both."""
    found: dict[str, Any] = {"p50_ms": {}, "p95_ms": {}, "queries": {}, "growth": {}, "p50_hundredth_ms": {}}
    for page in full.pages:
        small.ask("warm", page)
        found["queries"][page] = full.ask("warm", page)
        pairs = [(small.ask("ask", page), full.ask("ask", page)) for _ in range(rounds)]
        before, times = (sorted(one) for one in zip(*pairs, strict=True))
        few, many = statistics.median(before), statistics.median(times)
        found["p50_ms"][page], found["p50_hundredth_ms"][page] = round(many, 1), round(few, 1)
        found["p95_ms"][page] = round(times[int(len(times) * 0.95)], 1)
        found["growth"][page] = round(many / few, 2)
    return found
