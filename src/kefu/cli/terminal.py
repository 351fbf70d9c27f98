"""How a command speaks to the person at the terminal: progress on standard error, one line for what cannot be
done.
"""

import json
import sys
import time


class CannotRun(Exception):
    """A command stops here. The message is one line that names the cause and the remedy; `status` is its exit
    status.
    """

    def __init__(self, line: str, *, status: int = 2) -> None:
        super().__init__(line)
        self.status = status


def say(line: str) -> None:
    """One line of progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def answer(fields: dict[str, object]) -> None:
    """The command's result for a program: one JSON object as the last line of standard output."""
    print(json.dumps(fields, ensure_ascii=False), flush=True)


class Progress:
    """A counter that says a line at most every `every` seconds."""

    def __init__(self, what: str, *, every: float = 2.0) -> None:
        self.what = what
        self.every = every
        self.last = time.monotonic()

    def reached(self, amount: int) -> None:
        """`amount` is in bytes, counted from the start."""
        now = time.monotonic()
        if now - self.last >= self.every:
            self.last = now
            say(f"{self.what}: {amount / 1_000_000:.0f} MB")
