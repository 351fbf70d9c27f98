"""`./kefu up`: everything that the product is, from nothing or from where it stood, until SIGTERM."""

import argparse
import errno
import fcntl
import json
import os
import signal
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kefu.cli.running.installation import (
    Database,
    Running,
    external_database,
    find_running,
    finish_database,
    own_cluster,
)
from kefu.cli.running.prepared import prepared_mode, stamp_prepared
from kefu.cli.running.processes import Place, attached, bank, environment_of, once, product
from kefu.cli.running.secrets_folder import ensure_secrets
from kefu.cli.running.supervisor import Program, Supervisor, last_lines, log_end
from kefu.cli.server.server_user import data_folder, server_user
from kefu.cli.terminal import CannotRun, say

HELP = "set up and run everything; ready when it prints its addresses; stops on Ctrl-C or SIGTERM"
HOPELESS = 8


class Told(Exception):
    """We were told to stop in the middle of starting."""


@dataclass
class Start:
    """What the steps of a start share."""

    data: Path
    place: Place
    wanted: str
    supervisor: Supervisor
    began: float
    started_at: str
    mode: str = ""
    environment: dict[str, str] | None = None


def run(argv: list[str]) -> int:
    options = _options(argv)
    began, started_at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    data = data_folder(options.data)
    lock = _take(data)
    try:
        place = _free_place(options.host, options.port)
        start = Start(
            data, place, "production" if options.no_demo else "keep", Supervisor(), began, started_at
        )
        start.supervisor.on_change = lambda: _write_running(start)
        return _run(start)
    finally:
        (data / "run.json").unlink(missing_ok=True)
        os.close(lock)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kefu up", description=HELP)
    parser.add_argument("--port", type=int, default=8000, help="pages; the event stream takes the next one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: .kefu in the checkout)"
    )
    parser.add_argument(
        "--no-demo",
        action="store_true",
        help="a new installation is for production: no demo town, no sandbox",
    )
    options = parser.parse_args(argv)
    if not 1 <= options.port <= 65533:
        parser.error("--port is between 1 and 65533")
    return options


def _run(start: Start) -> int:
    supervisor = start.supervisor
    try:
        _bring_up(start)
        _announce(start)
        # KEFU_DEMO_TOWN=0: a throw-away installation makes its own people (kefu.cli.throwaway).
        if start.mode == "production":
            _invite_operator(start)
        elif os.environ.get("KEFU_DEMO_TOWN") != "0":
            _build_town(start)
        supervisor.until(lambda: False, every=1.0)
    except Told:
        pass
    finally:
        say(f"kefu: stopping{f' ({supervisor.told_by})' if supervisor.told_by else ''}")
        began = time.monotonic()
        clean = supervisor.stop()
        say(
            f"kefu: stopped after {time.monotonic() - began:.1f} s"
            + ("" if clean else ", not all of it cleanly")
        )
    return 0


def _take(data: Path) -> int:
    """The data folder for ourselves, made when new."""
    data.mkdir(parents=True, exist_ok=True)
    # PostgreSQL's user must pass through; all that is private has its own rights.
    data.chmod(0o700 if server_user() is None else 0o711)
    (data / "logs").mkdir(mode=0o700, exist_ok=True)
    lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        running = find_running(data)
        where = f"at {running.url} (process {running.pid})" if running else "and is just starting"
        raise CannotRun(f"it runs already on {data} {where}", status=1) from None
    return lock


def _free_place(host: str, port: int) -> Place:
    """The ports to listen on. Those of a product that was killed a moment ago get 3 s to become free."""
    for wanted in (port, port + 1):
        deadline = time.monotonic() + 3
        while (problem := _bind_problem(host, wanted)) is not None:
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"{host} port {wanted}: {problem}; give another with --port or --host", status=1
                )
            time.sleep(0.1)
    preferred = port + 2
    if _bind_problem("127.0.0.1", preferred) is not None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            preferred = probe.getsockname()[1]
    return Place(host, port, preferred)


def _bind_problem(host: str, port: int) -> str | None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as problem:
        return (
            "in use by another program"
            if problem.errno == errno.EADDRINUSE
            else (problem.strerror or str(problem))
        )
    return None


# -- the steps of a start


def _bring_up(start: Start) -> None:
    database = _start_database(start)
    owner = Database(database.owner_dsn, database.owner_dsn)
    start.mode = _prepare(start, environment_of(start.data, owner, start.place, "demo"), database)
    start.environment = environment_of(start.data, database, start.place, start.mode)
    if start.mode == "production":
        _step(
            start,
            once("check", "kefu.cli", "check", "config", data=start.data, environment=start.environment),
        )
    programs = product(start.data, start.environment, start.place)
    if start.mode == "demo":
        programs = [bank(start.data, start.environment, start.place), *programs]
    for program in programs:
        start.supervisor.start(program)
    _wait(start, lambda: _lacking(start))


def _start_database(start: Start) -> Database:
    external = external_database()
    in_use = external.is_in_use() if external else (start.data / "postgres" / "data").exists()
    ensure_secrets(start.data, in_use=in_use)
    if external is not None:
        return external
    cluster = own_cluster(start.data)
    if not cluster.own():
        raise CannotRun(f"another command uses the database in {start.data}; wait for its end", status=1)
    start.supervisor.start(Program("postgres", cluster.spawn, cluster.log, signal.SIGINT, outlives=True))
    _wait(start, lambda: "" if cluster.is_ready() else "PostgreSQL")
    return finish_database(cluster)


def _prepare(start: Start, environment: dict[str, str], database: Database) -> str:
    """Migrations, static files and the mode; returns the mode. An installation of our own that this source
    has prepared before is not asked again: nobody else has its database.
    """
    mode = prepared_mode(start.data) if database.cluster else None
    if mode is not None and start.wanted in ("keep", mode):
        return mode
    program = once(
        "prepare", "kefu.cli.running.prepare", start.wanted, data=start.data, environment=environment
    )
    result = json.loads(_step(start, program)[-1])
    if result["migrations"]:
        say(f"kefu: database made ready ({result['migrations']} migrations, {result['seconds']:.0f} s)")
    stamp_prepared(start.data, result["mode"])
    return str(result["mode"])


def _step(start: Start, program: Program) -> list[str]:
    """Run one step to its end; returns its last lines. One that fails ends the start with what it said."""
    written = log_end(program.log)
    status = start.supervisor.finish(program)
    if status is None:
        raise Told
    lines = last_lines(program.log, written)
    if status != 0:
        for line in lines:
            say(f"    {line}")
        raise CannotRun(f"{program.name} failed; all of it in {program.log}", status=1)
    return lines


def _wait(start: Start, lacking: Callable[[], str]) -> None:
    """Wait until nothing is `lacking`; every 10 s say what is. A program that keeps dying ends the start."""
    told = time.monotonic()

    def is_settled() -> bool:
        nonlocal told
        for name, times in start.supervisor.restarts().items():
            if times >= HOPELESS:
                raise CannotRun(f"{name} does not stay up; see {start.data / 'logs' / name}.log", status=1)
        what = lacking()
        if what and time.monotonic() - told > 10:
            told = time.monotonic()
            say(f"kefu: waiting for {what} (logs in {start.data / 'logs'})")
        return not what

    if not start.supervisor.until(is_settled):
        raise Told


def _lacking(start: Start) -> str:
    """What is not well yet, in the product's own words; empty when all is."""
    waiting = [name for name, child in start.supervisor.children.items() if child.due is not None]
    if waiting:
        return ", ".join(waiting)
    try:
        with urllib.request.urlopen(f"{start.place.url}/healthz", timeout=5) as answer:
            return "" if answer.status == 200 else f"pages (status {answer.status})"
    except urllib.error.HTTPError as answer:
        down = answer.read() if answer.code == 503 else b""
        return ", ".join(json.loads(down)["down"]) if down else f"pages (status {answer.code})"
    except OSError as problem:
        return f"pages ({problem})"


# -- what the person sees


def _announce(start: Start) -> None:
    place = start.place
    print(f"Kefu is ready after {time.monotonic() - start.began:.1f} s: {place.url}/", flush=True)
    print(
        f"  help    {place.url}/help/\n  desk    {place.url}/console/\n  office  {place.url}/office/",
        flush=True,
    )
    if start.mode == "demo":
        print(f"  bank    {place.bank_url}/ (sandbox: set its mood)\n演示 · 非真实资金", flush=True)
    print(f"Data in {start.data}. Stop with Ctrl-C.", flush=True)
    if place.shown_host not in ("127.0.0.1", "localhost", "::1"):
        say("kefu: passkeys and the microphone need https or localhost; put TLS in front for other machines")


def _build_town(start: Start) -> None:
    """The demo town, built while the product is already up; it prints its progress and how to sign in as
    each.
    """
    assert start.environment is not None
    status = start.supervisor.finish(attached("demo", "kefu.cli", "demo", environment=start.environment))
    if status is None:
        raise Told
    if status != 0:
        say("kefu: the demo town could not be built; the product runs without it")


def _invite_operator(start: Start) -> None:
    """In production without an operator: the one-time link by which the first one signs up."""
    assert start.environment is not None
    with tempfile.TemporaryFile() as said:
        program = attached("enrol", "kefu.cli", "enrol", environment=start.environment, output=said)
        if start.supervisor.finish(program) == 0:
            said.seek(0)
            print("The first operator signs up, once, at", said.read().decode().strip(), flush=True)


def _write_running(start: Start) -> None:
    if start.environment is None:
        return
    place = start.place
    names = (
        "KEFU_MODE",
        "KEFU_URL",
        "KEFU_LIVE_URL",
        "KEFU_HOSTS",
        "KEFU_ORIGIN",
        "KEFU_DATA",
        "DATABASE_URL",
    )
    shared = (*names, "KEFU_LIVE_PORT", "KEFU_LIVE_KEY_FILE", "SANDBOX_BANK_URL", "DJANGO_SETTINGS_MODULE")
    Running(
        pid=os.getpid(),
        started_at=start.started_at,
        data=str(start.data),
        mode=start.mode,
        url=place.url,
        live_url=place.live_url,
        ports={"web": place.port, "live": place.live_port, "bank": place.bank_port},
        processes={name: child.process.pid for name, child in start.supervisor.children.items()},
        restarts=start.supervisor.restarts(),
        environment={k: start.environment[k] for k in shared if k in start.environment},
    ).write()
