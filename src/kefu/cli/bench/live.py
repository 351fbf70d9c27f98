"""`./kefu bench live`: many open streams on one process, as real clients, from commit to bytes at them."""

import argparse
import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import psycopg

from kefu.cli.children import die_with_parent
from kefu.cli.database import create_database, prepare_database
from kefu.cli.server.postgres import temporary_server
from kefu.cli.server.roles import APP, OWNER
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.streams.clients import PAIR, ROOM, Client, Publisher, Wave, count_losses, latencies
from kefu.cli.terminal import CannotRun, answer, say
from kefu.cli.throwaway import clean_environment, free_ports, within
from kefu.core.relay import LOCK

HELP = "measure the event stream"
KEY = "bench-live-key"
AT_ONCE = 200


def run(argv: list[str]) -> int:
    """Print the figures; exit 1 when a message was lost or doubled."""
    parser = argparse.ArgumentParser(prog="kefu bench live", description=HELP)
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")
    parser.add_argument("--connections", type=int, default=1000, metavar="N", help="open streams (1000)")
    parser.add_argument("--seconds", type=float, default=6.0, metavar="S", help="of each steady phase (6)")
    options = parser.parse_args(argv)
    if not 2 <= options.connections <= 50_000 or not 0 < options.seconds <= 600:
        raise CannotRun("--connections is 2 to 50000, --seconds more than 0 and at most 600")
    _allow_files(options.connections)
    with temporary_server(durable=True, tcp=True) as cluster, tempfile.TemporaryDirectory() as folder:
        create_database(admin_dsn=cluster.dsn("postgres", OWNER), name="bench_live")
        prepare_database(owner_dsn=cluster.dsn("bench_live", OWNER))
        _migrate(cluster.dsn("bench_live", OWNER))
        figures = _with_processes(cluster.dsn("bench_live", APP), Path(folder), options.connections, options.seconds)
    for name, value in figures.items():
        say(f"  {name:<20}{value}")
    if options.json:
        answer(dict[str, object](figures))
    return 1 if figures["lost"] or figures["doubled"] else 0


def _allow_files(connections: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < connections + 200:
        raise CannotRun(f"this machine allows {hard} open files a process: fewer --connections", status=1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _environment(dsn: str, folder: Path, port: int = 0) -> dict[str, str]:
    own = {"DATABASE_URL": dsn, "KEFU_DATA": str(folder), "KEFU_LIVE_KEY": KEY, "KEFU_SEAL_KEY": "bench"}
    return clean_environment() | own | {"KEFU_ORIGIN": f"http://127.0.0.1:{port}", "KEFU_SECRET_KEY": "b" * 50}


def _migrate(owner_dsn: str) -> None:
    say("making the tables …")
    environment = _environment(owner_dsn, Path(tempfile.gettempdir()))
    command = [sys.executable, "-m", "kefu.config.manage", "migrate", "--verbosity", "0"]
    subprocess.run(command, check=True, env=environment, cwd=CHECKOUT)


def _with_processes(dsn: str, folder: Path, connections: int, seconds: float) -> dict[str, float | int]:
    port = free_ports(1)
    environment = _environment(dsn, folder, port)
    live = [sys.executable, "-m", "uvicorn", "kefu.live.app:app", "--port", str(port), "--no-access-log"]
    live += ["--log-level", "warning", "--timeout-graceful-shutdown", "3", "--backlog", "8192"]
    children = [
        subprocess.Popen(command, env=environment, cwd=CHECKOUT, preexec_fn=die_with_parent(signal.SIGTERM))
        for command in (live, [sys.executable, "-m", "kefu.config.relay"])
    ]
    try:
        _wait_ready(port, dsn)
        bench = Bench(dsn, port, children[0].pid, connections, seconds)
        return asyncio.run(bench.run())
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(10)


def _wait_ready(port: int, dsn: str) -> None:
    """Until the stream listens and the relay holds its lock."""

    def ready() -> bool:
        try:
            well = httpx.get(f"http://127.0.0.1:{port}/live/healthz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False
        query = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted)"
        with psycopg.connect(dsn) as connection:
            row = connection.execute(query, [LOCK]).fetchone()
        return well and bool(row and row[0])

    if not within(60, ready):
        raise CannotRun("the event stream or the relay did not start", status=1)


class Bench:
    """The phases, one after another, on the same open streams."""

    def __init__(
        self, dsn: str, port: int, pid: int, connections: int, seconds: float, key: bytes = KEY.encode()
    ) -> None:
        self.pid = pid
        self.seconds = seconds
        self.clients = [Client(port, number, key) for number in range(connections)]
        self.pairs = [f"pair:{n}" for n in range(max(1, connections // PAIR))]
        self.rooms = [f"room:{n}" for n in range(max(1, connections // ROOM))]
        self.publisher = Publisher(dsn)
        self.published = 0
        self.waves: list[Wave] = []

    async def run(self) -> dict[str, float | int]:
        try:
            return await self._phases()
        finally:
            for client in self.clients:
                client.close()
            self.publisher.close()

    async def _phases(self) -> dict[str, float | int]:
        await self._wave(["nobody"], 20, 0)  # now the publisher's process is up, its statement prepared
        before = _private_kib(self.pid)
        opened = await self._open_all()
        kib = (_private_kib(self.pid) - before) / len(self.clients)
        say(f"{len(self.clients)} streams open in {opened:.1f} s, {kib:.1f} KiB each")
        await self._wave(self.pairs, 500, 500)
        steady = await self._wave(self.pairs, int(500 * self.seconds), 500)
        say(f"{len(steady.committed)} messages to {PAIR} each")
        fan = await self._wave(self.rooms, int(20 * self.seconds), 20)
        say(f"{len(fan.committed)} messages to {min(ROOM, len(self.clients))} each")
        burst = await self._wave(self.rooms, AT_ONCE, 0)
        storm = await self._storm()
        to_two, to_many = latencies(self.clients, steady), latencies(self.clients, fan)
        said = count_losses(self.clients, self.waves)
        return {
            "connections": len(self.clients),
            "kib_per_connection": round(kib, 1),
            "delivered": said["delivered"],
            "lost": said["lost"],
            "doubled": said["doubled"],
            "p50_ms": _at(to_two, 0.5),
            "p95_ms": _at(to_two, 0.95),
            "p99_ms": _at(to_two, 0.99),
            "fan_p99_ms": _at(to_many, 0.99),
            "deliveries_per_s": self._rate(burst),
            "storm_s": round(storm, 2),
            "connect_s": round(opened, 2),
        }

    async def _open_all(self) -> float:
        """All at once, as far as the backlog bears it; seconds until the last has heard its first word."""
        began = time.monotonic()
        gate = asyncio.Semaphore(1000)

        async def one(client: Client) -> None:
            async with gate:
                await client.open()

        await asyncio.wait_for(asyncio.gather(*(one(client) for client in self.clients)), 120)
        return time.monotonic() - began

    async def _wave(self, topics: Sequence[str], count: int, per_second: float) -> Wave:
        """Publish, and wait until every copy has come (or 15 s have passed)."""
        first, self.published = self.published, self.published + count
        wave = await self.publisher.publish(Wave(topics, first, count, per_second))
        self.waves.append(wave)
        await _until(lambda: count_losses(self.clients, [wave])["lost"] == 0, 15)
        return wave

    async def _storm(self) -> float:
        """All drop and return at once with what they have, while messages are said; seconds until all are
        back.
        """
        for client in self.clients:
            client.close()
        talking = asyncio.create_task(self._wave(self.pairs, AT_ONCE, AT_ONCE))
        began = time.monotonic()
        await self._open_all()
        back = time.monotonic() - began
        await talking
        return back

    def _rate(self, wave: Wave) -> int:
        heard = [client.heard[n] for client in self.clients for n in wave.committed if n in client.heard]
        return round(len(heard) / max(1e-9, max(heard) - min(wave.committed.values())))


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        await asyncio.sleep(0.1)


def _at(sorted_ms: Sequence[float], share: float) -> float:
    return round(sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))], 2) if sorted_ms else -1.0


def _private_kib(pid: int) -> int:
    """Memory of a process that it shares with nobody, in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu.config.settings")
    sys.exit(run(sys.argv[1:]))
