"""The processes of an installation as command lines, and the environment that they share."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kefu.cli.children import die_with_parent
from kefu.cli.running.installation import Database, base_environment
from kefu.cli.running.supervisor import Program, command_program
from kefu.cli.server.server_user import CHECKOUT

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Place:
    """Where the product listens. `host` is what the sockets bind to."""

    host: str
    port: int
    bank_port: int

    @property
    def live_port(self) -> int:
        return self.port + 1

    @property
    def shown_host(self) -> str:
        """The host in addresses that we print: a wildcard is reached at this machine itself."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host

    @property
    def url(self) -> str:
        return f"http://{_bracketed(self.shown_host)}:{self.port}"

    @property
    def live_url(self) -> str:
        return f"http://{_bracketed(self.shown_host)}:{self.live_port}"

    @property
    def bank_url(self) -> str:
        return f"http://127.0.0.1:{self.bank_port}"

    def names(self) -> list[str]:
        """Host names under which pages are served; a wildcard adds this machine's own."""
        names = [*LOCAL_NAMES, _bracketed(self.shown_host)]
        if self.shown_host != self.host:
            own = socket.gethostname()
            names += [own, *{str(entry[4][0]) for entry in socket.getaddrinfo(own, None, socket.AF_INET)}]
        return list(dict.fromkeys(names))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def environment_of(data: Path, database: Database, place: Place, mode: str) -> dict[str, str]:
    """The environment of every process of a running installation. What the operator set himself stays."""
    own = base_environment(data, database)
    url = own.get("KEFU_URL", place.url)
    named = [*place.names(), *filter(None, own.get("KEFU_HOSTS", "").split(","))]
    environment = own | {
        "KEFU_MODE": mode,
        "KEFU_URL": url,
        "KEFU_LIVE_URL": own.get("KEFU_LIVE_URL", place.live_url),
        "KEFU_LIVE_PORT": str(place.live_port),
        "KEFU_LIVE_KEY_FILE": str(data / "secrets" / "live_key"),
        "KEFU_ORIGIN": ",".join(
            dict.fromkeys([url, *(f"http://{name}:{place.port}" for name in place.names())])
        ),
        "KEFU_HOSTS": ",".join(dict.fromkeys(named)),
    }
    if mode == "demo":
        environment["SANDBOX_BANK_URL"] = place.bank_url
    return environment


def bank(data: Path, environment: Mapping[str, str], place: Place) -> Program:
    """The sandbox bank, with its own store."""
    (data / "sandbox").mkdir(mode=0o700, exist_ok=True)
    command = [sys.executable, "-m", "kefu_sandbox", "--demo", "--port", str(place.bank_port)]
    command += ["--store", str(data / "sandbox" / "bank.sqlite3")]
    command += ["--secret-file", str(data / "secrets" / "bank_secret")]
    command += ["--callback-url", f"http://{_bracketed(place.shown_host)}:{place.port}/rails/advice/sandbox"]
    return _program("bank", command, data, environment)


def product(data: Path, environment: Mapping[str, str], place: Place) -> list[Program]:
    """Pages, event stream, relay and worker."""
    python = [sys.executable, "-m"]
    address = f"{_bracketed(place.host)}:{place.port}"
    web = [*python, "gunicorn", "kefu.config.wsgi:application", "--bind", address]
    web += [
        "--preload",
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "8",
        "--graceful-timeout",
        "3",
    ]
    web += [
        "--config",
        "python:kefu.cli.running.gunicorn_conf",
        "--no-control-socket",
        "--log-level",
        "warning",
    ]
    live = [*python, "uvicorn", "kefu.live.app:app", "--host", place.host, "--port", str(place.live_port)]
    live += [
        "--timeout-graceful-shutdown",
        "3",
        "--no-server-header",
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    return [
        _program("web", web, data, {**environment, "KEFU_POOL": "1"}),
        _program("live", live, data, environment),
        _program("relay", [*python, "kefu.config.relay"], data, environment),
        _program("worker", [*python, "kefu.config.worker"], data, environment),
    ]


def once(name: str, module: str, *arguments: str, data: Path, environment: Mapping[str, str]) -> Program:
    """A step that runs to its end: `python -m module arguments`."""
    return _program(name, [sys.executable, "-m", module, *arguments], data, environment)


def attached(
    name: str, module: str, *arguments: str, environment: Mapping[str, str], output: IO[bytes] | None = None
) -> Program:
    """A step that speaks to the person at our own terminal; or into `output` only, and into no log."""

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL if output else None,
            cwd=CHECKOUT,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    return Program(name, spawn, Path(os.devnull))


def _program(name: str, command: list[str], data: Path, environment: Mapping[str, str]) -> Program:
    return command_program(name, command, environment=environment, folder=CHECKOUT, logs=data / "logs")
