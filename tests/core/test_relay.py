"""The relay: positions follow commits, jobs and seals come after them, and killing it loses nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from kefu.core import events
from kefu.core.relay import BATCH, Relay, relay_events, trim_events
from kefu.core.seals import signing_key

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
Connection = psycopg.Connection[Any]


def announce(connection: Connection, key: str = "k", kind: str = "test.happened", **payload: Any) -> int:
    row = connection.execute(
        "INSERT INTO core_outboxevent (kind, key, topics, payload, at) VALUES (%s, %s, %s, %s, %s) RETURNING id",
        [kind, key, [f"topic:{key}"], Jsonb(payload), NOW],
    ).fetchone()
    assert row is not None
    return int(row[0])


def positions(connection: Connection) -> list[tuple[int, int | None]]:
    return connection.execute("SELECT id, position FROM core_outboxevent ORDER BY position, id").fetchall()


def until(holds: Callable[[], Any], seconds: float = 10) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.01)
    raise AssertionError("did not come true in time")


@pytest.fixture
def db(clone_db: str) -> Iterator[Connection]:
    with psycopg.connect(clone_db, autocommit=True) as connection:
        yield connection


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> None:
    """One listener of `test.happened`, only for this test."""
    monkeypatch.setattr(events, "_LISTENERS", {})
    events.listen(
        "test.happened",
        task="test.hear",
        arguments=lambda payload: {"thread": payload["thread"]},
        lock=lambda payload: f"thread:{payload['thread']}",
    )


@pytest.fixture
def relay(clone_db: str, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts the real process on the test's own database."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ,
            "DATABASE_URL": clone_db,
            "KEFU_DATA": str(tmp_path),
            "PYTHONPATH": str(ROOT / "src"),
        }
        started.append(subprocess.Popen([sys.executable, "-m", "kefu.config.relay"], env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def backend(connection: Connection) -> list[int]:
    rows = connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objid = %s",
        [0x6B656675],
    )
    return [pid for (pid,) in rows]


def jobs(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT task_name, lock, args, status::text FROM procrastinate_jobs ORDER BY id"
    ).fetchall()


def test_a_late_commit_is_never_skipped(db: Connection, clone_db: str) -> None:
    """The slow one took its id first and commits last: a reader who is past the quick one still gets it."""
    with psycopg.connect(clone_db) as slow:
        early = announce(slow, "slow")
        quick = announce(db, "quick")
        assert early < quick
        relay_events(db)
        ((_id, seen),) = [row for row in positions(db) if row[1] is not None]
        slow.commit()
    relay_events(db)
    after = db.execute("SELECT key FROM core_outboxevent WHERE position > %s ORDER BY position", [seen]).fetchall()
    assert after == [("slow",)]


def test_resuming_by_id_would_have_lost_it(db: Connection, clone_db: str) -> None:
    """The same story with the id as the number to resume by: the late event is below what was seen."""
    with psycopg.connect(clone_db) as slow:
        announce(slow, "slow")
        seen = announce(db, "quick")
        slow.commit()
    assert db.execute("SELECT key FROM core_outboxevent WHERE id > %s", [seen]).fetchall() == []


def test_jobs_are_deferred_once_and_in_order(db: Connection, listener: None) -> None:
    for thread in ("a", "b", "a"):
        announce(db, thread, thread=thread)
    assert relay_events(db) == 3
    assert jobs(db) == [
        ("test.hear", "thread:a", {"thread": "a"}, "todo"),
        ("test.hear", "thread:b", {"thread": "b"}, "todo"),
    ]


def test_a_waiting_twin_absorbs_and_a_running_one_does_not(db: Connection, listener: None) -> None:
    announce(db, thread="a")
    relay_events(db)
    announce(db, thread="a")
    relay_events(db)
    assert len(jobs(db)) == 1
    db.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    announce(db, thread="a")
    relay_events(db)
    assert [status for *_rest, status in jobs(db)] == ["doing", "todo"]
    db.execute("SELECT procrastinate_retry_job_v2(min(id), now(), NULL, NULL, NULL) FROM procrastinate_jobs")
    assert [status for *_rest, status in jobs(db)] == ["todo", "todo"]


def test_an_event_that_a_listener_cannot_read_holds_up_nobody(db: Connection, listener: None) -> None:
    announce(db, nothing="here")
    announce(db, thread="a")
    assert relay_events(db) == 2
    assert len(jobs(db)) == 1


def test_a_failed_deferral_gives_no_position(db: Connection, listener: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Position, jobs and telling are one transaction: half of it never shows."""
    announce(db, thread="a")
    good = events.listeners_of("test.happened")[0]
    monkeypatch.setitem(events._LISTENERS, "test.happened", [replace(good, queue="q" * 500)])
    with pytest.raises(psycopg.errors.StringDataRightTruncation):
        relay_events(db)
    assert positions(db)[0][1] is None
    monkeypatch.setitem(events._LISTENERS, "test.happened", [good])
    assert relay_events(db) == 1
    assert len(jobs(db)) == 1


def test_old_positions_are_trimmed(db: Connection) -> None:
    for _ in range(7):
        announce(db)
    relay_events(db)
    announce(db)
    assert trim_events(db, keep=3) == 4
    assert len(positions(db)) == 4


def test_killed_under_load_it_loses_and_doubles_nothing(
    db: Connection, clone_db: str, relay: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    """Two relays, one works; it is killed while events pour in, the other goes on; SIGTERM ends that one."""
    first, second = relay(), relay()
    until(lambda: backend(db), 60)
    total = 2 * BATCH + 200
    heard: list[int] = []
    done = threading.Event()

    def read() -> None:
        at = 0
        with psycopg.connect(clone_db, autocommit=True) as reader:
            while not (done.is_set() and len(heard) >= total) and not done.wait(0.003):
                rows = reader.execute(
                    "SELECT position, id FROM core_outboxevent WHERE position > %s ORDER BY position", [at]
                ).fetchall()
                heard.extend(number for _position, number in rows)
                at = rows[-1][0] if rows else at

    reader = threading.Thread(target=read)
    reader.start()
    said = []
    for number in range(total):
        said.append(announce(db, str(number)))
        if number == total // 3:
            _kill_holder(db, (first, second))
    until(lambda: len(heard) >= total, 20)
    done.set()
    reader.join(5)
    assert sorted(heard) == said
    survivor = next(process for process in (first, second) if process.poll() is None)
    survivor.send_signal(signal.SIGTERM)
    assert survivor.wait(3) == 0


def _kill_holder(db: Connection, processes: tuple["subprocess.Popen[bytes]", ...]) -> None:
    """kill -9 whichever holds the lock: it is the one whose connection the server shows as its own."""
    (holder,) = backend(db)
    port = db.execute("SELECT client_port FROM pg_stat_activity WHERE pid = %s", [holder]).fetchone()
    assert port is not None
    for process in processes:
        if _owns_port(process.pid, port[0]):
            process.kill()
            return
    raise AssertionError("no process holds the lock")


def _owns_port(pid: int, port: int) -> bool:
    sockets = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if int(parts[1].split(":")[1], 16) == port and f"socket:[{parts[9]}]" in sockets:
            return True
    return False


def test_it_outlives_its_connection_and_seals(db: Connection, clone_db: str, tmp_path: Path) -> None:
    stop = threading.Event()
    own = Relay(
        dsn=clone_db, key=signing_key(b"x"), clock=lambda: NOW, head=tmp_path / "seal_head",
    )  # fmt: skip
    thread = threading.Thread(target=own.run, args=[stop])
    thread.start()
    try:
        (pid,) = until(lambda: backend(db))
        db.execute("SELECT pg_terminate_backend(%s)", [pid])
        announce(db)
        db.execute(
            "WITH e AS (INSERT INTO core_auditentry "
            "(at, actor, actor_label, action, subject, case_ref, level, data) "
            "VALUES (now(), 'system:kefu', '', 'core.try', 'thing:1', '', '', '{}') RETURNING id) "
            "INSERT INTO core_auditpending (entry_id) SELECT id FROM e"
        )
        until(lambda: positions(db)[0][1])
        until(lambda: db.execute("SELECT count(*) FROM core_auditseal").fetchone() == (1,))
        until(lambda: (tmp_path / "seal_head").exists())
    finally:
        stop.set()
        thread.join(5)
    assert not thread.is_alive()


def test_a_remembered_seal_that_is_gone_is_kept_as_evidence(clone_db: str, tmp_path: Path) -> None:
    head = tmp_path / "seal_head"
    head.write_text("ab" * 32 + "\n")
    stop = threading.Event()
    own = Relay(dsn=clone_db, key=signing_key(b"x"), clock=lambda: NOW, head=head)
    thread = threading.Thread(target=own.run, args=[stop])
    thread.start()
    try:
        until(lambda: list(tmp_path.glob("seal_head.lost-*")))
    finally:
        stop.set()
        thread.join(5)
