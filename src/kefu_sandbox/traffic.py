"""Who knocked and what was sent: used nonces, and a journal of recent requests and callback attempts.

Kept in a file of its own without fsync per line: it must survive kill -9 (WAL does), not a power cut.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from kefu_sandbox import moments
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.signing import WINDOW_S
from kefu_sandbox.store import connect

KEEP_LINES = 2000
SCHEMA = """
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS nonces_until ON nonces (until);
CREATE TABLE IF NOT EXISTS lines (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, direction TEXT NOT NULL, door TEXT NOT NULL,
  instruction TEXT, event TEXT, kind TEXT, status INTEGER, verdict TEXT NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request in or one callback attempt out; `verdict` is what came of it."""

    at: int
    direction: str
    door: str
    verdict: str
    status: int | None = None
    instruction: str | None = None
    event: str | None = None
    kind: str | None = None


class Traffic:
    """The journal beside the books."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = connect(path, synchronous="NORMAL")
        self._db.executescript(SCHEMA)

    def use_nonce(self, nonce: str, *, now: int) -> None:
        """Remember a nonce for as long as its signature could be valid; refusal (401): nonce_replayed."""
        with self._lock:
            self._db.execute("DELETE FROM nonces WHERE until < ?", (now,))
            until = now + moments.seconds(2 * WINDOW_S + 10)
            added = self._db.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, until)).rowcount
        if not added:
            raise BankRefusal(401, "nonce_replayed", "This nonce was used before.")

    def write(self, line: Line) -> None:
        """Append one line, dropping what is older than the last KEEP_LINES."""
        with self._lock:
            seq = self._db.execute(
                "INSERT INTO lines (at, direction, door, instruction, event, kind, status, verdict)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    line.at,
                    line.direction,
                    line.door,
                    line.instruction,
                    line.event,
                    line.kind,
                    line.status,
                    line.verdict,
                ),
            ).lastrowid
            if seq and seq % 200 == 0:
                self._db.execute("DELETE FROM lines WHERE seq <= ?", (seq - KEEP_LINES,))

    def recent(self, *, limit: int, instruction: str | None = None) -> list[Line]:
        """The newest lines first, of one instruction or of all."""
        where, values = ("WHERE instruction = ?", [instruction]) if instruction else ("", [])
        with self._lock:
            rows = self._db.execute(
                "SELECT at, direction, door, instruction, event, kind, status, verdict"
                f" FROM lines {where} ORDER BY seq DESC LIMIT ?",
                [*values, limit],
            ).fetchall()
        return [Line(**dict(row)) for row in rows]

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()
