"""`./kefu up` as a person starts it: refusals before anything happens, then the whole product, killed and
stopped.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.watching import ROOT, eventually, is_alive

from kefu.cli import ground
from kefu.cli.running.installation import find_running
from kefu.cli.running.processes import Place
from kefu.cli.running.secrets_folder import IRREPLACEABLE, MAKERS, ensure_secrets, read_secret
from kefu.cli.terminal import CannotRun
from kefu.core.brand import SHIPPED


def _up(data: Path, port: int, environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kefu.cli", "up", "--data", str(data), "--port", str(port), *more]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _free_pair() -> int:
    """A port that is free and whose next is too."""
    for port in range(18_000 + os.getpid() % 1000 * 4, 60_000, 4):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two free ports")


@pytest.mark.parametrize("taken", [0, 1])
def test_port_in_use_is_one_clear_line(
    open_folder: Path, command_environment: dict[str, str], taken: int
) -> None:
    port = _free_pair()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + taken))
        other.listen()
        said, _ = (up := _up(open_folder / "data", port, command_environment)).communicate(timeout=30)
    assert up.returncode == 1
    assert said == (
        f"kefu up: 127.0.0.1 port {port + taken}: in use by another program; "
        "give another with --port or --host\n"
    )


def test_second_start_on_the_same_data_names_the_first(
    open_folder: Path, command_environment: dict[str, str]
) -> None:
    with (open_folder / "up.lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        said, _ = (up := _up(open_folder, _free_pair(), command_environment)).communicate(timeout=30)
    assert up.returncode == 1
    assert said.startswith("kefu up: it runs already on")
    assert len(said.splitlines()) == 1


def test_bad_database_address_is_one_clear_line(
    open_folder: Path, command_environment: dict[str, str]
) -> None:
    urls = {"DATABASE_URL": "postgresql://kefu_app@127.0.0.1:1/kefu"}
    said, _ = _up(open_folder, _free_pair(), command_environment | urls).communicate(timeout=30)
    assert "set both DATABASE_OWNER_URL" in said
    urls["DATABASE_OWNER_URL"] = "postgresql://kefu_owner@127.0.0.1:1/kefu"
    said, _ = _up(open_folder, _free_pair(), command_environment | urls).communicate(timeout=30)
    assert "DATABASE_OWNER_URL does not connect" in said
    assert "Traceback" not in said


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    ensure_secrets(tmp_path, in_use=False)
    first = {name: read_secret(tmp_path, name) for name in MAKERS}
    assert len(set(first.values())) == len(MAKERS)
    assert all(len(value) >= 40 for value in first.values())
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "secrets").iterdir())
    ensure_secrets(tmp_path, in_use=True)
    assert {name: read_secret(tmp_path, name) for name in MAKERS} == first


@pytest.mark.parametrize("name", IRREPLACEABLE)
def test_lost_secret_of_a_database_is_not_replaced_by_another(tmp_path: Path, name: str) -> None:
    ensure_secrets(tmp_path, in_use=False)
    (tmp_path / "secrets" / name).unlink()
    with pytest.raises(CannotRun, match=f"{name} is lost"):
        ensure_secrets(tmp_path, in_use=True)
    assert not (tmp_path / "secrets" / name).exists()


def test_addresses_of_a_wildcard_host_are_reachable_ones() -> None:
    everywhere = Place("0.0.0.0", 8000, 8002)
    assert everywhere.url == "http://127.0.0.1:8000"
    assert everywhere.live_url == "http://127.0.0.1:8001"
    assert socket.gethostname() in everywhere.names()
    assert Place("::1", 8000, 8002).url == "http://[::1]:8000"


class Product:
    """A running product, seen from outside."""

    def __init__(self, data: Path, environment: dict[str, str], *more: str) -> None:
        self.data = data
        self.port = _free_pair()
        self.process = _up(data, self.port, environment, *more)
        self.said: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Kefu is ready"):
                break
        assert self.said, "it said nothing"
        assert self.said[-1].startswith("Kefu is ready"), "".join(self.said)

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def state(self) -> dict[str, dict[str, int]]:
        return json.loads((self.data / "run.json").read_text())

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return time.monotonic() - began


@pytest.fixture
def product(open_folder: Path, command_environment: dict[str, str]) -> Iterator[Product]:
    ground.lay(open_folder / "data", command_environment)
    one = Product(open_folder / "data", command_environment)
    yield one
    one.process.kill()
    one.process.communicate()


@pytest.mark.storm
def test_whole_product_survives_kills_stops_in_time_and_starts_again(
    product: Product, command_environment: dict[str, str]
) -> None:
    running = find_running(product.data)
    assert running is not None
    assert running.mode == "demo"
    assert (product.data / "run.json").stat().st_mode & 0o077 == 0
    before = product.state()["processes"]
    assert {"postgres", "web", "live", "relay", "worker", "bank"} <= set(before)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: all(product.state()["restarts"][name] >= 1 for name in before), seconds=20)
    assert eventually(product.is_healthy, seconds=30)
    assert product.stop() < 10
    after = product.state()["processes"] if (product.data / "run.json").exists() else before
    assert not any(is_alive(pid) for pid in after.values())
    assert find_running(product.data) is None
    again = Product(product.data, command_environment)
    assert again.is_healthy()
    pids = again.state()["processes"]
    again.process.kill()
    again.process.communicate()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids.values()), seconds=10)
    assert find_running(product.data) is None


OURS = {
    "KEFU_CONNECTORS": "acme=acme.Bank",
    "KEFU_SMS": "acme.Sms",
    "KEFU_MAIL": "kefu.notices.backends.SmtpMail",
}
ACME = """from kefu.notices.backends import SmtpMail as Sms
from kefu.rails.connectors.sandbox import SandboxBank as Bank
"""


@pytest.mark.storm
def test_production_refuses_what_is_the_demos_and_then_invites_its_first_operator(
    open_folder: Path, command_environment: dict[str, str]
) -> None:
    data = open_folder / "data"
    said, _ = (up := _up(data, _free_pair(), command_environment, "--no-demo")).communicate(timeout=90)
    assert up.returncode == 1
    for named in ("connector sandbox:", "sms:", "mail:", "brand: is the demo's"):
        assert named in said
    (open_folder / "acme.py").write_text(ACME)
    (data / "brand.toml").write_text(SHIPPED.read_text("utf-8").replace("qinghe.example", "acme.cn"), "utf-8")
    path = f"{command_environment['PYTHONPATH']}{os.pathsep}{open_folder}"
    product = Product(data, command_environment | OURS | {"PYTHONPATH": path}, "--no-demo")
    try:
        assert product.is_healthy()
        assert product.process.stdout is not None
        invited = next(line for line in product.process.stdout if line.startswith("The first operator"))
        with urllib.request.urlopen(invited.split()[-1], timeout=5) as answer:
            page = answer.read().decode()
        assert answer.status == 200
        assert "password" in page
        assert "非真实资金" not in page
    finally:
        assert product.stop() < 10
