"""`./kefu test`: the rules of the house, then every test, on a throw-away database server."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from kefu.cli import ground
from kefu.cli.children import unwind_on_sigterm
from kefu.cli.messages import compile_catalogues
from kefu.cli.running.chromium import ensure_chromium
from kefu.cli.running.debian import ensure_pdfsig
from kefu.cli.server.postgres import temporary_cluster
from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.terminal import CannotRun, say

HELP = "set up and run every test, or those under PATH; lint, floors and types first"
OPTIONAL = ("browser", "pdfsig")


def run(argv: list[str]) -> int:
    options = _options(argv)
    without = _without()
    environment = _environment()
    if "browser" not in without:
        environment["CHROMIUM"] = ensure_chromium()
    if "pdfsig" not in without:
        environment["PDFSIG"] = ensure_pdfsig()
    tools = Path(sys.executable).parent
    began = time.monotonic()
    unwind_on_sigterm()
    if not options.no_checks:
        for name, command in _checks(tools):
            status = _stage(name, command, environment)
            if status != 0:
                return status
    compile_catalogues()
    with temporary_cluster() as admin, ground.folder() as shared:
        environment["KEFU_TEST_ADMIN_DSN"] = admin
        environment[ground.NAME] = shared
        command = [sys.executable, "-m", "pytest", "-n", str(options.workers), "--dist", "loadscope"]
        command += ["--durations", "10"]
        command += _selected(without) + options.pytest + options.paths
        say(f"kefu test: pytest with {options.workers} workers")
        status = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode
    say(f"kefu test: {'passed' if status == 0 else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return 0 if status == 0 else 1


def _options(argv: list[str]) -> argparse.Namespace:
    own, rest = (argv[: argv.index("--")], argv[argv.index("--") + 1 :]) if "--" in argv else (argv, [])
    parser = argparse.ArgumentParser(prog="kefu test", description=f"{HELP}. What follows -- goes to pytest.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="test files or folders (default: all)")
    parser.add_argument("-n", "--workers", type=int, default=2, help="processes that test (default 2)")
    parser.add_argument("--no-checks", action="store_true", help="tests only: no lint, floors or types")
    options = parser.parse_args(own)
    options.pytest = rest
    options.paths = [_found(path) for path in options.paths]
    return options


def _found(path: str) -> str:
    """A path as given, from where we stand or from the checkout; `file::test` names one test."""
    file, colons, name = path.partition("::")
    for folder in (Path.cwd(), CHECKOUT):
        if (folder / file).exists():
            return f"{folder / file}{colons}{name}"
    raise CannotRun(f"there is nothing at {file}")


def _without() -> list[str]:
    """What KEFU_WITHOUT leaves out: an explicit choice, and printed."""
    names = [name for name in os.environ.get("KEFU_WITHOUT", "").split(",") if name]
    for name in names:
        if name not in OPTIONAL:
            raise CannotRun(f"KEFU_WITHOUT={name}: only {', '.join(OPTIONAL)} can be left out")
        say(f"kefu test: WITHOUT {name} tests, as KEFU_WITHOUT says")
    return names


def _selected(without: list[str]) -> list[str]:
    return ["-m", " and ".join(f"not {name}" for name in without)] if without else []


def _environment() -> dict[str, str]:
    """Nothing of a product that runs on this machine reaches the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("KEFU_", "DATABASE_", "SANDBOX_"))}
    named = {k: v for k, v in os.environ.items() if k == "KEFU_POSTGRES_BIN"}
    return kept | named | {"PYTHONPATH": str(CHECKOUT / "src"), "PYTHONUNBUFFERED": "1"}


def _checks(tools: Path) -> list[tuple[str, list[str]]]:
    return [
        ("ruff", [str(tools / "ruff"), "check", "--quiet", "."]),
        ("floors", [str(tools / "lint-imports"), "--no-logo"]),
        ("types", [str(tools / "mypy")]),
    ]


def _stage(name: str, command: list[str], environment: Mapping[str, str]) -> int:
    began = time.monotonic()
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    say(f"kefu test: {name} {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)")
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode
