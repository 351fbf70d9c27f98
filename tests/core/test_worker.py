"""The worker: a killed one's jobs are done by the next, the database may go, failures are tried again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
Connection = psycopg.Connection[Any]
# The product's worker with two tasks of the test's own: one leaves a trace, one fails the first time.
WORKER = """
import asyncio, os, time
import django
django.setup()
from django.db import connection
from procrastinate.contrib.django import app
from kefu.config import worker

@app.task(name="test.leave_trace")
def leave_trace(n):
    time.sleep(0.02)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_keyedrequest (principal, key, digest, at) "
                       "VALUES ('test', gen_random_uuid(), int4send(%s), now())", [n])

@app.task(name="test.fail_once", pass_context=True)
def fail_once(context, n):
    if context.job.attempts == 0:
        raise RuntimeError("the first time")
    leave_trace(n)

asyncio.run(worker.run(os.environ["DATABASE_URL"]))
"""


@pytest.fixture
def db(clone_db: str) -> Iterator[Connection]:
    with psycopg.connect(clone_db, autocommit=True) as connection:
        yield connection


@pytest.fixture
def worker(clone_db: str) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ, "DATABASE_URL": clone_db, "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "kefu.config.settings", "KEFU_POOL": "",
    }  # fmt: skip

    def start() -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-c", WORKER], env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def defer(connection: Connection, task: str, numbers: range) -> None:
    connection.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args) "
        "SELECT 'default', %s, 'lock:' || n %% 5, jsonb_build_object('n', n) FROM unnest(%s::int[]) n",
        [task, list(numbers)],
    )


def traces(connection: Connection) -> set[int]:
    rows = connection.execute("SELECT digest FROM core_keyedrequest WHERE principal = 'test'")
    return {int.from_bytes(digest, "big") for (digest,) in rows}


def own_jobs(connection: Connection) -> int:
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'test.%'"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def workers(connection: Connection) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'kefu worker%%' AND datname = %s"
    row = connection.execute(query, [connection.info.dbname]).fetchone()
    assert row is not None
    return int(row[0])


def until(holds: Callable[[], Any], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.02)


def test_killed_it_loses_no_job(db: Connection, worker: Callable[[], "subprocess.Popen[bytes]"]) -> None:
    first, second = worker(), worker()
    until(lambda: workers(db) == 2, 60)
    defer(db, "test.leave_trace", range(60))
    until(lambda: len(traces(db)) >= 10, 20)
    first.kill()
    killed_at = time.monotonic()
    until(lambda: own_jobs(db) == 0, 20)
    assert traces(db) == set(range(60))
    assert time.monotonic() - killed_at < 12
    second.send_signal(signal.SIGTERM)
    assert second.wait(8) == 0


def test_it_outlives_the_database_and_failures(db: Connection, worker: Callable[[], "subprocess.Popen[bytes]"]) -> None:
    """All its connections are cut while jobs run, as in a restart; and what fails once is tried again."""
    process = worker()
    until(lambda: workers(db) == 1, 60)
    defer(db, "test.leave_trace", range(40))
    until(lambda: len(traces(db)) >= 5, 20)
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    defer(db, "test.fail_once", range(40, 45))
    until(lambda: own_jobs(db) == 0, 20)
    assert traces(db) == set(range(45))
    assert process.poll() is None
