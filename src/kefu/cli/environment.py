"""Makes `.venv` from a lock, with uv where it is there and with plain pip where not. Standard library only.

`python -m kefu.cli.environment CHECKOUT LOCKNAME` is what the `kefu` script calls. What is installed stands
in `.venv` as a copy of the lock, written last: an interrupted installation is taken up again, a finished one
is never looked at twice. The development lock holds every pin of the run-time lock, so it serves both.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from kefu.cli.terminal import CannotRun, say

RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"


def is_current(checkout: Path, lock: str) -> bool:
    """Whether `.venv` holds all of `lock` as it stands now."""
    stamp = checkout / ".venv" / lock
    python = checkout / ".venv" / "bin" / "python"
    return python.exists() and stamp.exists() and stamp.read_bytes() == (checkout / lock).read_bytes()


def make(checkout: Path, lock: str) -> None:
    """Bring `.venv` to `lock`. Two at once: the second waits and finds the work done."""
    holder = os.open(checkout, os.O_RDONLY)
    try:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("kefu: another start is setting up the environment; waiting for it")
            fcntl.flock(holder, fcntl.LOCK_EX)
        if not is_current(checkout, lock):
            _install(checkout, lock)
    finally:
        os.close(holder)


def _install(checkout: Path, lock: str) -> None:
    venv = checkout / ".venv"
    if (venv / DEVELOPMENT).exists():
        lock = DEVELOPMENT
    for stamp in (RUNTIME, DEVELOPMENT):
        (venv / stamp).unlink(missing_ok=True)
    uv = _usable_uv()
    count = sum(1 for line in (checkout / lock).read_text("utf-8").splitlines() if "==" in line[:80])
    say(f"kefu: installing {count} packages of {lock} with {'uv' if uv else 'pip'} (once)")
    started = time.monotonic()
    _make_venv(venv, uv)
    python = str(venv / "bin" / "python")
    if uv:
        command = [uv, "pip", "sync", "-q", "--python", python, "--require-hashes", str(checkout / lock)]
    else:
        command = [python, "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
        command += ["--progress-bar", "off", "--require-hashes", "-r", str(checkout / lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise CannotRun(
            "the packages could not be installed (see above); is the package index reachable?", status=1
        )
    for stamp in {RUNTIME, lock}:
        shutil.copyfile(checkout / stamp, venv / stamp)
    say(f"kefu: environment ready after {time.monotonic() - started:.0f} s")


def _usable_uv() -> str | None:
    """uv on PATH, if it truly runs: a version manager's stand-in may have nothing behind it."""
    uv = shutil.which("uv")
    if uv is None or subprocess.run([uv, "--version"], capture_output=True, check=False).returncode != 0:
        return None
    return uv


def _make_venv(venv: Path, uv: str | None) -> None:
    python = venv / "bin" / "python"
    recent = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if venv.exists() and (not python.exists() or subprocess.run(recent, check=False).returncode != 0):
        shutil.rmtree(venv)
    if uv:
        commands = [] if venv.exists() else [[uv, "venv", "-q", "--python", sys.executable, str(venv)]]
    elif not venv.exists():
        commands = [[sys.executable, "-m", "venv", str(venv)]]
    elif (
        subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode
        != 0
    ):
        commands = [[str(python), "-m", "ensurepip"]]
    else:
        commands = []
    for command in commands:
        if subprocess.run(command, check=False).returncode != 0:
            shutil.rmtree(venv, ignore_errors=True)
            raise CannotRun("Python's venv is missing: install python3-venv, or put uv on PATH", status=1)


if __name__ == "__main__":
    try:
        make(Path(sys.argv[1]), sys.argv[2])
    except CannotRun as refused:
        say(f"kefu: {refused}")
        sys.exit(refused.status)
