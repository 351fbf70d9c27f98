"""What every child process gets: a group of its own, and death when the process that started it dies."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent(deathsignal: signal.Signals, *, parent: int | None = None) -> Callable[[], None]:
    """For `preexec_fn`, or in a child whose `parent` is known: it gets `deathsignal` when its parent's main
    thread ends, however it ends (Linux).

    Start such children from the main thread: the kernel watches the thread, not the process.
    """
    expected = parent if parent is not None else os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def in_child() -> None:
        if libc is None:
            return
        libc.prctl(_PR_SET_PDEATHSIG, deathsignal.value, 0, 0, 0)
        # The parent may have died before the line above.
        if os.getppid() != expected:
            os._exit(1)

    return in_child


def kill_group(group: int, sent: signal.Signals) -> None:
    """Signal a whole group; one that is gone is what we wanted."""
    try:
        os.killpg(group, sent)
    except ProcessLookupError:
        return


def unwind_on_sigterm() -> None:
    """Let SIGTERM end a short command as an exception does, so that what it started is stopped cleanly."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
