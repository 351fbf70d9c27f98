"""The relay: after the commit, and only then, facts get their position, listeners their jobs, entries seals.

One process holds the advisory lock and works, others wait. It speaks plain psycopg and polls a partial index;
NOTIFY `kefu_wake` spares the last milliseconds. What one transaction of it commits is told once (NOTIFY
`kefu_live` with the highest position), so positions appear in the order in which readers see them, however
late the transaction that announced an event committed.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection as django_connection
from django.db import transaction

from kefu.core.events import Payload, listeners_of
from kefu.core.seals import SEAL_BATCH, seal_pending

LOCK = 0x6B656675
BATCH = 500
BUSY_S, IDLE_S, BUSY_FOR_S = 0.005, 0.05, 2.0
SEAL_EVERY_S, TRIM_EVERY_S = 1.0, 600.0
KEEP_EVENTS = 200_000
JOB_FIELDS = ("queue", "task", "priority", "lock", "args")
# A plan kept from when the outbox was empty would read all of it for ever.
PLANS = "-c plan_cache_mode=force_custom_plan"
LIVE_CHANNEL, WAKE_CHANNEL = "kefu_live", "kefu_wake"

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
Clock = Callable[[], datetime]

_WAITING = "SELECT EXISTS (SELECT FROM core_outboxevent WHERE position IS NULL)"
_POSITION = """
WITH waiting AS MATERIALIZED (SELECT id FROM core_outboxevent WHERE position IS NULL ORDER BY id LIMIT %s),
numbered AS MATERIALIZED (
    SELECT id, nextval('core_position') AS position FROM (SELECT id FROM waiting ORDER BY id) w
)
UPDATE core_outboxevent e SET position = n.position FROM numbered n WHERE e.id = n.id
RETURNING n.position, e.kind, e.payload
"""
# A twin that still waits starts after this statement's snapshot, so it sees what this event tells: absorbed.
# Without queueing_lock on purpose: procrastinate cannot put a running job back while a twin waits under the
# same one, and the job, with its lock, would hang for ever.
_DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY(
    SELECT ROW(j.queue, j.task, j.priority, j.lock, NULL, j.args, NULL)::procrastinate_job_to_defer_v1
    FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::jsonb[]) WITH ORDINALITY
        AS j(queue, task, priority, lock, args, n)
    WHERE NOT EXISTS (
        SELECT FROM procrastinate_jobs q
        WHERE q.status = 'todo' AND q.task_name = j.task AND q.lock = j.lock AND q.args = j.args
    )
    ORDER BY j.n
))
"""


@dataclass(frozen=True)
class Job:
    """One task to defer: jobs with the same lock run one after another."""

    queue: str
    task: str
    priority: int
    lock: str
    args: str


def jobs_for(events: Iterable[tuple[str, Payload]]) -> list[Job]:
    """The jobs that listeners want for `events`, in order, each once.

    A listener that cannot read a payload is a bug: logged and passed over, so that it holds up no other.
    """
    jobs: dict[Job, None] = {}
    for kind, payload in events:
        for listener in listeners_of(kind):
            try:
                args = json.dumps(listener.arguments(payload), sort_keys=True, cls=DjangoJSONEncoder)
                lock = listener.lock(payload)
            except Exception:
                log.exception("the listener %s cannot read an event of kind %s", listener.task, kind)
                continue
            jobs[Job(listener.queue, listener.task, listener.priority, lock, args)] = None
    return list(jobs)


def relay_events(connection: Connection, *, limit: int = BATCH) -> int:
    """Position waiting events, defer their jobs and tell once, in one transaction; returns how many."""
    with connection.transaction():
        rows = sorted(connection.execute(_POSITION, [limit]).fetchall(), key=lambda row: int(row[0]))
        if not rows:
            return 0
        jobs = jobs_for(((kind, payload) for _position, kind, payload in rows))
        if jobs:
            connection.execute(_DEFER, [[getattr(job, name) for job in jobs] for name in JOB_FIELDS])
        connection.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, str(rows[-1][0])])
    return len(rows)


def trim_events(connection: Connection, *, keep: int = KEEP_EVENTS) -> int:
    """Forget all but the newest `keep` positions; a stream that asks for older ones has to start afresh."""
    oldest = "(SELECT max(position) FROM core_outboxevent) - %s"
    return connection.execute(f"DELETE FROM core_outboxevent WHERE position <= {oldest}", [keep]).rowcount


def wake_relay() -> None:
    """Wake the relay once the caller's transaction has committed: a NOTIFY of its own, never inside it."""
    transaction.on_commit(_notify_wake)


def _notify_wake() -> None:
    with django_connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")


class Relay:
    """The process: keeps a connection, holds the lock, works until told to stop, and outlives the database.

    `head` is a file outside the database that remembers the newest seal, so that a trail whose end was cut
    off is noticed by `./kefu check audit`.
    """

    def __init__(self, *, dsn: str, key: Ed25519PrivateKey, clock: Clock, head: Path | None = None) -> None:
        self.dsn = dsn
        self.key = key
        self.clock = clock
        self.head = head

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. A lost connection is made again; nothing is lost with it."""
        away = False
        while not stop.is_set():
            try:
                with psycopg.connect(
                    self.dsn, autocommit=True, application_name="kefu relay", options=PLANS
                ) as connection:
                    away = False
                    if self._own(connection, stop):
                        self._serve(connection, stop)
            except (psycopg.OperationalError, psycopg.InterfaceError) as problem:
                if not away:
                    log.warning("the database is away, trying again: %s", str(problem).strip())
                away = True
                stop.wait(0.3)

    def _own(self, connection: Connection, stop: threading.Event) -> bool:
        """Wait for the lock. It belongs to the session, so it ends with a killed relay's connection."""
        while not stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            if row and row[0]:
                return True
            stop.wait(0.2)
        return False

    def _serve(self, connection: Connection, stop: threading.Event) -> None:
        connection.execute(f"LISTEN {WAKE_CHANNEL}")
        self._keep_lost_head(connection)
        busy_until = next_seal = next_trim = 0.0
        while not stop.is_set():
            row = connection.execute(_WAITING).fetchone()
            moved = relay_events(connection) if row and row[0] else 0
            at = time.monotonic()
            if moved:
                busy_until = at + BUSY_FOR_S
            if at >= next_seal and self._seal(connection) < SEAL_BATCH:
                next_seal = at + SEAL_EVERY_S
            if at >= next_trim:
                trim_events(connection)
                next_trim = at + TRIM_EVERY_S
            if moved < BATCH:
                _pause(connection, BUSY_S if at < busy_until else IDLE_S)

    def _seal(self, connection: Connection) -> int:
        sealed = seal_pending(connection, key=self.key, now=self.clock())
        if sealed.count and self.head:
            made = self.head.with_suffix(".new")
            made.write_text(sealed.digest + "\n", "ascii")
            made.rename(self.head)
        return sealed.count

    def _keep_lost_head(self, connection: Connection) -> None:
        """A remembered seal that the database does not know is evidence: no later one may replace it."""
        if self.head is None or not self.head.exists():
            return
        digest = self.head.read_text("ascii").strip()
        known = connection.execute(
            "SELECT EXISTS (SELECT FROM core_auditseal WHERE digest = %s)", [bytes.fromhex(digest)]
        ).fetchone()
        if not (known and known[0]):
            log.error("seal %s is remembered and not in the database: the trail was cut or replaced", digest)
            self.head.rename(self.head.with_name(f"{self.head.name}.lost-{digest[:16]}"))


def _pause(connection: Connection, seconds: float) -> None:
    for _notice in connection.notifies(timeout=seconds, stop_after=1):
        return
