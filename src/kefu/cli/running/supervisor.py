"""Keeps processes running: starts them, brings them back when they die, stops them all in time.

One thread, one loop. A child that ends is seen at once (SIGCHLD wakes the loop) and comes back after 0.2 s,
later after up to 5 s when it keeps dying. Every child has a group of its own, so nothing of it is left, and
dies with us even when we are killed. Children write to their own log files; we only keep those from growing.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kefu.cli.children import die_with_parent, kill_group
from kefu.cli.terminal import CannotRun, say

FIRST_DELAY = 0.2
LONGEST_DELAY = 5.0
CALM = 10.0
LOG_SIZE = 10_000_000
LOG_FILES = 3
LAST_LINES = 8


@dataclass
class Program:
    """One process to keep running. `spawn` starts it, in a session of its own; `log` is where it writes.

    `outlives` marks what the others need while they stop (the database): it is stopped after them.
    """

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    outlives: bool = False


@dataclass
class Child:
    """A program's present life."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    log_from: int
    restarts: int = 0
    delay: float = FIRST_DELAY
    due: float | None = None


def log_end(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def last_lines(path: Path, start: int) -> list[str]:
    """The end of a log, of what was written after byte `start`."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start if start <= size else 0, size - 16_384))
        return file.read().decode("utf-8", "replace").splitlines()[-LAST_LINES:]


def command_program(
    name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, logs: Path
) -> Program:
    """A program that is a command line; it writes to `<logs>/<name>.log` and is killed if we are."""
    log = logs / f"{name}.log"

    def spawn() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    return Program(name, spawn, log)


class Supervisor:
    """Use from the main thread, once in a process. `on_change` is called after each start and restart."""

    def __init__(self, *, on_change: Callable[[], None] = lambda: None) -> None:
        self.children: dict[str, Child] = {}
        self.stopping = False
        self.told_by = ""
        self.on_change = on_change
        self._next_rotation = 0.0
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_stop)

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        self.told_by = signal.Signals(number).name

    def start(self, program: Program) -> Child:
        """Start a program and keep it running from now on."""
        written = log_end(program.log)
        child = Child(program, program.spawn(), time.monotonic(), written)
        self.children[program.name] = child
        self.on_change()
        return child

    def restarts(self) -> dict[str, int]:
        """How often each program had to be brought back."""
        return {name: child.restarts for name, child in self.children.items()}

    def turn(self, seconds: float) -> None:
        """One turn of the loop: sleep up to `seconds`, bring back what died, keep the logs small."""
        now = time.monotonic()
        due = [child.due - now for child in self.children.values() if child.due is not None]
        select.select([self._woken], [], [], max(0.0, min([seconds, *due])))
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        for child in self.children.values():
            self._look_after(child)
        if time.monotonic() >= self._next_rotation:
            self._next_rotation = time.monotonic() + 5
            for child in self.children.values():
                rotate(child.program.log)

    def until(self, condition: Callable[[], bool], *, every: float = 0.05) -> bool:
        """Turn the loop until `condition` holds (True) or we are told to stop (False)."""
        while not self.stopping:
            if condition():
                return True
            self.turn(every)
        return False

    def finish(self, program: Program) -> int | None:
        """Run a program once to its end, looking after the others; None when told to stop meanwhile."""
        process = program.spawn()
        if self.until(lambda: process.poll() is not None):
            return process.returncode
        kill_group(process.pid, signal.SIGKILL)
        process.wait()
        return None

    def _look_after(self, child: Child) -> None:
        if child.due is None:
            status = child.process.poll()
            if status is None:
                return
            # What the dead leader left behind (workers) may hold its port.
            kill_group(child.process.pid, signal.SIGKILL)
            if self.stopping:
                return
            if time.monotonic() - child.started > CALM:
                child.delay = FIRST_DELAY
            child.due = time.monotonic() + child.delay
            self._tell(child, status)
        elif time.monotonic() >= child.due and not self.stopping:
            self._bring_back(child)

    def _bring_back(self, child: Child) -> None:
        child.restarts += 1
        child.delay = min(child.delay * 2, LONGEST_DELAY)
        child.log_from = log_end(child.program.log)
        child.started = time.monotonic()
        try:
            child.process = child.program.spawn()
        except (OSError, CannotRun) as problem:
            # A full disk or process table may be better in a moment; giving up would take the rest down.
            child.due = child.started + child.delay
            say(f"kefu: {child.program.name} cannot be started ({problem}); again in {child.delay:.1f} s")
            return
        child.due = None
        self.on_change()

    def _tell(self, child: Child, status: int) -> None:
        killed = status < 0
        how = f"was killed by {signal.Signals(-status).name}" if killed else f"ended with status {status}"
        say(f"kefu: {child.program.name} {how}; starting it again in {child.delay:.1f} s")
        # One that keeps dying says the same again and again; its log has it.
        if status != -signal.SIGKILL and child.delay < LONGEST_DELAY:
            for line in last_lines(child.program.log, child.log_from):
                say(f"    {child.program.name}: {line}")

    def stop(self, *, seconds: float = 9.5) -> bool:
        """Stop all within `seconds`; False when something had to be killed."""
        self.stopping = True
        end = time.monotonic() + seconds
        last = [child for child in self.children.values() if child.program.outlives]
        first = [child for child in self.children.values() if not child.program.outlives]
        # A fifth of the time is left to the database, which needs a moment to write down what it has.
        clean = self._stop_some(first, end - seconds / 5)
        clean &= self._stop_some(last, end)
        self.children.clear()
        return clean

    def _stop_some(self, children: list[Child], deadline: float) -> bool:
        clean = True
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                clean = False
                say(f"kefu: {child.program.name} did not stop in time and was killed")
            kill_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
        return clean


def rotate(log: Path, *, size: int = LOG_SIZE, files: int = LOG_FILES) -> None:
    """Keep a log that somebody appends to below about `size` bytes, and `files` older ones.

    Copied and truncated, because its writer keeps it open: what is written between the two steps is lost.
    """
    if log_end(log) <= size:
        return
    for number in range(files - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.rename(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
