"""A whole installation for a test, a storm or a bench: free ports, a data folder of its own, gone afterwards.

What runs is `./kefu up` itself, as a child process, so that what is proven here is what people start.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from kefu.cli import ground
from kefu.cli.children import die_with_parent
from kefu.cli.running.secrets_folder import database_passwords, read_secret
from kefu.cli.server.postgres import Cluster
from kefu.cli.server.roles import OWNER
from kefu.cli.server.server_user import CHECKOUT, reachable_folder
from kefu.cli.terminal import CannotRun, say
from kefu.rails.connectors.signing import house_secret, signed_headers

READY_SECONDS = 90.0
STOP_SECONDS = 15.0
PROCESSES = ("postgres", "web", "live", "relay", "worker", "bank")
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Installation:
    """A running product, seen from outside: its addresses, its processes, its bank and its outbox."""

    def __init__(self, data: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.log = data.with_name("up.log")

    # -- what it says about itself

    def state(self) -> dict[str, Any]:
        """The present `run.json`; empty before the product has written it."""
        path = self.data / "run.json"
        return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}

    @property
    def live_url(self) -> str:
        return str(self.state()["live_url"])

    @property
    def bank_url(self) -> str:
        return f"http://127.0.0.1:{self.state()['ports']['bank']}"

    @property
    def app_dsn(self) -> str:
        """The database as the application's role."""
        return str(self.state()["environment"]["DATABASE_URL"])

    @property
    def owner_dsn(self) -> str:
        """The database as its owner, who may look at and change everything."""
        return Cluster(self.data / "postgres", database_passwords(self.data)).dsn(role=OWNER)

    def environment(self) -> dict[str, str]:
        """For a further process that belongs to this installation."""
        shared: dict[str, str] = self.state()["environment"]
        return clean_environment() | shared

    def is_healthy(self) -> bool:
        """Whether `/healthz` answers 200 now."""
        try:
            return httpx.get(f"{self.url}/healthz", timeout=3, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_healthy(self, *, seconds: float = 60) -> None:
        """Wait for `/healthz`. Raises `CannotRun` with the end of the log after `seconds`."""
        if not within(seconds, lambda: self.process.poll() is not None or self.is_healthy()):
            raise CannotRun(f"it was not healthy within {seconds:.0f} s:\n{self.last_lines()}", status=1)
        if self.process.poll() is not None:
            raise CannotRun(f"it ended with {self.process.returncode}:\n{self.last_lines()}", status=1)

    def last_lines(self, lines: int = 4) -> str:
        """The ends of what `./kefu up` printed and of what its processes logged, each line cut."""
        said = []
        for log in (self.log, *sorted((self.data / "logs").glob("*.log"))):
            ends = [line[:240] for line in log.read_text("utf-8", "replace").splitlines()[-lines:]]
            said += [f"-- {log.name}", *ends]
        return "\n".join(said)

    # -- its processes

    def kill(self, name: str) -> bool:
        """`kill -9` of one of `PROCESSES`; False when it was not running just now."""
        pid = self.state().get("processes", {}).get(name)
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, TypeError):
            return False
        return True

    def kill_and_wait(self, name: str, *, seconds: float = 30) -> None:
        """Kill it and wait until the supervisor has brought it back and all is healthy again."""
        before = self.state()["restarts"][name]
        self.kill(name)
        if not within(seconds, lambda: self.state()["restarts"][name] > before):
            raise CannotRun(f"{name} did not come back:\n{self.last_lines()}", status=1)
        self.wait_healthy(seconds=seconds)

    def run(self, module: str, *arguments: str, timeout: float = 120) -> str:
        """A module with the environment of the product's processes, to its end; returns what it printed."""
        return self._run([module, *arguments], self.environment(), timeout)

    def command(self, *arguments: str, timeout: float = 120) -> str:
        """A `./kefu` command as an operator gives it beside the running product; returns what it printed."""
        environment = clean_environment() | {"KEFU_DATA": str(self.data)}
        return self._run(["kefu.cli", *arguments], environment, timeout)

    def _run(self, words: list[str], environment: Mapping[str, str], timeout: float) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        if done.returncode != 0:
            raise CannotRun(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}", status=1)
        return done.stdout

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows, read as the owner."""
        with psycopg.connect(self.owner_dsn, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    # -- the world outside

    def bank(self, method: str, path: str, value: Mapping[str, Any] | None = None, *, house: str = "") -> Any:
        """One signed request to the operator's doors of the sandbox bank, or of the biller or lender beside it.

        Raises httpx errors while it is down.
        """
        body = b"" if value is None else json.dumps(value).encode()
        secret = read_secret(self.data, "bank_secret").encode()
        if house:
            path, secret = f"/{house}{path}", house_secret(secret, house)
        headers = signed_headers(secret, method=method, path=path, body=body, now=datetime.now(UTC))
        answer = httpx.request(
            method, self.bank_url + path, content=body, headers=headers, timeout=10, trust_env=False
        )
        answer.raise_for_status()
        return answer.json()

    def mood(self, scenario: str | None, *, seed: int | None = None, house: str = "", **params: Any) -> None:
        """A lasting mood of the bank (or biller, or lender), for everybody."""
        wanted: dict[str, Any] = {"scenario": scenario, "params": params}
        self.bank("POST", "/sandbox/mood", wanted if seed is None else wanted | {"seed": seed}, house=house)

    def pan(self, *, bank: str = "cmb") -> str:
        """A card number that the bank knows and nobody has linked."""
        return str(self.bank("GET", f"/sandbox/pan?bank={bank}")["pan"])

    def bank_code(self, phone_end: str, *, seconds: float = 10) -> str:
        """The newest code that the bank sent to the phone that ends so."""
        found: list[str] = []

        def look() -> bool:
            codes = self.bank("GET", "/sandbox/codes")["codes"]
            found.extend(code["code"] for code in codes if code["phone"].endswith(phone_end))
            return bool(found)

        if not within(seconds, look):
            raise CannotRun(f"the bank sent no code to …{phone_end}", status=1)
        return found[0]

    def sms_codes(self, phone: str) -> list[str]:
        """Every six-digit code that was sent to this phone (E.164), oldest first."""
        path = self.data / "outbox" / "sms.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        sent = [json.loads(line) for line in lines if line.endswith("}")]
        return [code for one in sent if one["to"] == phone for code in CODE.findall(one["text"])[:1]]

    def sms_code(self, phone: str, *, after: int = 0, seconds: float = 20) -> str:
        """The newest code to `phone`, once there are more than `after`."""
        if not within(seconds, lambda: len(self.sms_codes(phone)) > after):
            raise CannotRun(f"no code was sent to {phone} within {seconds:.0f} s", status=1)
        return self.sms_codes(phone)[-1]


def clean_environment() -> dict[str, str]:
    """Ours, without anything of a product or a test run that surrounds us."""
    foreign, ours = ("KEFU_", "DATABASE_", "SANDBOX_", "DJANGO_"), ("KEFU_POSTGRES_BIN", ground.NAME)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign) or k in ours}
    return kept | {"PYTHONPATH": str(CHECKOUT / "src")}


def bare_environment(dsn: str) -> dict[str, str]:
    """The product's settings over one database, for a bench's process: no data folder, secrets of its own."""
    return clean_environment() | {
        "DATABASE_URL": dsn,
        "DJANGO_SETTINGS_MODULE": "kefu.config.settings",
        "KEFU_PLAIN_STATIC": "1",
        "KEFU_LOG": "ERROR",
        "KEFU_DATA": os.devnull,
        "KEFU_SECRET_KEY": "bench-only-" + "x" * 50,
        "KEFU_LIVE_KEY": "bench-only",
        "KEFU_SEAL_KEY": "bench-only",
        "KEFU_RECEIPT_KEY": "bench-only",
    }


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes to hold within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_ports(count: int = 3) -> int:
    """The first of `count` ports in a row that are free now."""
    for first in range(20_000 + os.getpid() * 7 % 20_000, 60_000, count):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise CannotRun("no free ports", status=1)


@contextlib.contextmanager
def installation(
    *, demo: bool = False, people: bool = True, environment: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """A running installation in demo mode; `demo` also builds the town, `people` makes the small staff of
    `kefu.cli.throwaway`. `environment` is added to that of every process.

    Enter from the main thread: the product dies with the thread that started it.
    """
    folder = Path(tempfile.mkdtemp(prefix="kefu-town-", dir=reachable_folder()))
    folder.chmod(0o755)
    data, port = folder / "data", free_ports()
    ground.lay(data, clean_environment())
    own = clean_environment() | {"PYTHONUNBUFFERED": "1", "KEFU_DEMO_TOWN": "1" if demo else "0"}
    with (folder / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kefu.cli", "up", "--data", str(data), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            env=own | dict(environment or {}),
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    running = Installation(data, port, process)
    try:
        running.wait_healthy(seconds=READY_SECONDS)
        if people:
            running.run("kefu.cli.throwaway", "people")
        yield running
    finally:
        _stop(process)
        shutil.rmtree(folder)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        say("kefu: the throw-away installation did not stop in time and was killed")
        process.kill()
        process.wait()


# -- the small staff: made by real actions, in a process with the installation's environment

PASSWORD = "harbour-lantern-quiet-94"
STAFF = (
    # 工号, name, alias, role
    ("1024", "陈工", "陈工", "agent"),
    ("1031", "李娜", "李娜", "agent"),
    ("2001", "赵立", "赵主管", "supervisor"),
    ("3001", "钱运", "钱运营", "operator"),
)


def make_people() -> None:
    """The staff above. Nobody leads anybody here, so the supervisor is outside the agents' chain."""
    import django

    django.setup()
    from kefu.core import clock
    from kefu.core.actor import SYSTEM
    from kefu.identity import actions

    for staff_no, name, alias, role in STAFF:
        actions.register_staff(
            actor=SYSTEM,
            staff_no=staff_no,
            name=name,
            alias=alias,
            role=role,
            password=PASSWORD,
            now=clock.now(),
        )


if __name__ == "__main__":
    if sys.argv[1:] != ["people"]:
        sys.exit("usage: python -m kefu.cli.throwaway people")
    make_people()
