"""A house's books: one SQLite file, WAL, fsync on every commit, one process, one writer at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
_CARDS = """
CREATE TABLE IF NOT EXISTS cards (
  token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, person TEXT NOT NULL, last4 TEXT NOT NULL,
  bank TEXT NOT NULL, kind TEXT NOT NULL, holder TEXT NOT NULL, phone TEXT NOT NULL,
  linked_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS checks (
  id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, person TEXT NOT NULL, last4 TEXT NOT NULL,
  bank TEXT NOT NULL, kind TEXT NOT NULL, holder TEXT NOT NULL, phone TEXT NOT NULL, code TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, sent_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  token TEXT REFERENCES cards (token));
"""
_ACCOUNTS = """
CREATE TABLE IF NOT EXISTS accounts (
  token TEXT PRIMARY KEY, payee TEXT NOT NULL, number TEXT NOT NULL, holder TEXT NOT NULL, opened_at INTEGER NOT NULL,
  UNIQUE (payee, number));
"""
_MOVEMENTS = """
CREATE TABLE IF NOT EXISTS movements (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, instruction TEXT NOT NULL UNIQUE, bank_ref TEXT NOT NULL UNIQUE,
  digest TEXT NOT NULL, card_token TEXT NOT NULL REFERENCES %s (token),
  amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCEEDED', 'FAILED')), reason TEXT,
  accepted_at INTEGER NOT NULL, settle_due INTEGER, settled_at INTEGER,
  scenario TEXT NOT NULL, plan TEXT NOT NULL, answer_status TEXT NOT NULL, answer_reason TEXT,
  direction TEXT NOT NULL DEFAULT 'debit', return_due INTEGER, returned_at INTEGER, return_reason TEXT,
  CHECK ((status = 'PROCESSING') = (settled_at IS NULL)), CHECK ((status = 'FAILED') = (reason IS NOT NULL)));
CREATE INDEX IF NOT EXISTS movements_due ON movements (settle_due) WHERE status = 'PROCESSING';
CREATE INDEX IF NOT EXISTS movements_settled ON movements (settled_at) WHERE status = 'SUCCEEDED';
CREATE INDEX IF NOT EXISTS movements_to_return ON movements (return_due) WHERE returned_at IS NULL;
CREATE INDEX IF NOT EXISTS movements_returned ON movements (returned_at) WHERE returned_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deposits (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, bank_ref TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
  at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS callbacks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL,
  instruction TEXT NOT NULL REFERENCES movements (instruction), kind TEXT NOT NULL, status TEXT NOT NULL,
  body BLOB NOT NULL, headers TEXT, state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'lost')),
  copies_left INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, made_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL, verdict TEXT, UNIQUE (event, kind));
CREATE INDEX IF NOT EXISTS callbacks_waiting ON callbacks (next_at) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS moods (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, card_token TEXT, scenario TEXT NOT NULL, seed INTEGER NOT NULL,
  params TEXT NOT NULL, remaining INTEGER, until INTEGER, set_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tries (
  instruction TEXT NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (instruction, kind));
"""
_RECALLS = """
CREATE TABLE IF NOT EXISTS recalls (
  id TEXT PRIMARY KEY, instruction TEXT NOT NULL UNIQUE REFERENCES movements (instruction), digest TEXT NOT NULL,
  reason TEXT NOT NULL, plan TEXT NOT NULL, asked_at INTEGER NOT NULL, answer_due INTEGER,
  answer TEXT CHECK (answer IN ('ACCR', 'RJCR')), code TEXT NOT NULL DEFAULT '', answered_at INTEGER,
  return_due INTEGER,
  CHECK ((answer IS NULL) = (answered_at IS NULL)));
CREATE INDEX IF NOT EXISTS recalls_due ON recalls (answer_due) WHERE answered_at IS NULL;
CREATE INDEX IF NOT EXISTS recalls_to_return ON recalls (return_due) WHERE return_due IS NOT NULL;
"""
BANK = _META + _CARDS + _MOVEMENTS % "cards" + _RECALLS
PARTNER = _META + _ACCOUNTS + _MOVEMENTS % "accounts"


# A store from before there were payouts knows debits only.
OLDER = """
ALTER TABLE debits RENAME TO movements;
ALTER TABLE movements ADD COLUMN direction TEXT NOT NULL DEFAULT 'debit';
ALTER TABLE movements ADD COLUMN return_due INTEGER;
ALTER TABLE movements ADD COLUMN returned_at INTEGER;
ALTER TABLE movements ADD COLUMN return_reason TEXT;
DROP INDEX debits_due;
DROP INDEX debits_settled;
"""


class StoreBusyError(Exception):
    """Another bank process has this store open."""


class Store:
    """One connection behind one lock; every change is a transaction that is on disk when it returns."""

    def __init__(self, path: Path, *, schema: str = BANK) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._owner = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._owner)
            raise StoreBusyError(str(path)) from error
        self._lock = threading.RLock()
        self._banks = schema is BANK
        self._db = connect(path, synchronous="FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        if self._db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'debits'").fetchone():
            self._db.executescript(f"BEGIN IMMEDIATE;{OLDER}COMMIT;")
        self._db.executescript(schema)
        with self.change() as db:
            db.execute("INSERT OR IGNORE INTO meta VALUES ('card_key', ?)", (secrets.token_hex(32),))
        with self.read() as db:
            self.card_key = bytes.fromhex(
                db.execute("SELECT value FROM meta WHERE name = 'card_key'").fetchone()["value"]
            )

    def owns(self, token: str) -> bool:
        """Whether a card or an account here has this token."""
        table = "cards" if self._banks else "accounts"
        with self.read() as db:
            return bool(db.execute(f"SELECT 1 FROM {table} WHERE token = ?", (token,)).fetchone())

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed and synced at the end, undone on any exception."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A look at what is committed."""
        with self._lock:
            yield self._db

    def close(self) -> None:
        """Give the store back, after whatever runs now has ended."""
        with self._lock:
            self._db.close()
            os.close(self._owner)


def connect(path: Path, *, synchronous: str) -> sqlite3.Connection:
    """An autocommit connection in WAL mode, for use by several threads behind one lock."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {synchronous}")
    return db
