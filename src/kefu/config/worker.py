"""The worker's process: `python -m kefu.config.worker` runs background jobs until SIGTERM.

A job whose worker died is put back within seconds, by whichever worker is alive: a worker is dead when it was
not heard for 8 s, or for 3 s and its own connection is gone too. Tasks are written to be safe to repeat.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import django
import psycopg
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from kefu.core.events import listened_tasks
from kefu.core.refusal import Refusal

CONCURRENCY = 6
HEARTBEAT_S, STALLED_S, SILENT_S, REAP_EVERY_S = 2.0, 8.0, 3.0, 1.0
GRACE_S, LAST_S = 5.0, 8.0
MOST_ATTEMPTS = 25

log = logging.getLogger("kefu.worker")

_REAP = """
WITH dead AS (
    SELECT id FROM procrastinate_workers w
    WHERE last_heartbeat < now() - make_interval(secs => %(stalled)s)
       OR (last_heartbeat < now() - make_interval(secs => %(silent)s) AND NOT EXISTS (
            SELECT FROM pg_stat_activity s WHERE s.application_name = 'kefu worker ' || w.id))
)
UPDATE procrastinate_jobs j
SET status = (CASE WHEN attempts < %(most)s THEN 'todo' ELSE 'failed' END)::procrastinate_job_status,
    attempts = attempts + 1, queueing_lock = NULL, scheduled_at = NULL, abort_requested = false
WHERE status = 'doing'
  AND (worker_id IS NULL OR worker_id IN (SELECT id FROM dead WHERE id <> %(mine)s) OR id = ANY(%(dropped)s))
RETURNING id, task_name, status::text
"""
_MINE = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %s AND NOT id = ANY(%s)"


class Patience(BaseRetryStrategy):
    """What failed is tried again, later each time, for some minutes; longer when only the database was away.
    A refusal is an answer and is not tried again.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
        if isinstance(exception, Refusal):
            return None
        away = isinstance(exception, OperationalError | InterfaceError | psycopg.OperationalError)
        if job.attempts >= (60 if away else 8):
            return None
        return RetryDecision(retry_in={"seconds": 1 if away else min(2**job.attempts, 60)})


class Running:
    """Which jobs this process has in hand; the middleware keeps it."""

    def __init__(self) -> None:
        self.ids: set[int] = set()

    async def middleware(self, call_next: Callable[[], Awaitable[Any]], context: Any, _worker: Any) -> Any:
        self.ids.add(context.job.id)
        try:
            return await call_next()
        finally:
            self.ids.discard(context.job.id)


async def reap(connection: psycopg.AsyncConnection[Any], *, mine: int, dropped: list[int]) -> int:
    """Put back the jobs of dead workers, and `dropped` ones (ours on paper, not in hand); returns how many.

    Without its queueing lock a job can always be put back. One that was put back 25 times has failed.
    """
    given = {
        "stalled": STALLED_S,
        "silent": SILENT_S,
        "mine": mine,
        "dropped": dropped,
        "most": MOST_ATTEMPTS,
    }
    rows = await (await connection.execute(_REAP, given)).fetchall()
    for number, task, status in rows:
        log.warning("job %s (%s) lost its worker: %s", number, task, status)
    return len(rows)


async def _reap_always(worker: Any, running: Running, dsn: str) -> None:
    """Reap every second, on a connection whose name says that this worker lives."""
    suspects: set[int] = set()
    while worker.worker_id is None:
        await asyncio.sleep(0.05)
    name = f"kefu worker {worker.worker_id}"
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True, application_name=name) as connection:
        while True:
            rows = await (await connection.execute(_MINE, [worker.worker_id, list(running.ids)])).fetchall()
            seen = {number for (number,) in rows} - running.ids
            # Between fetch and start, and between end and note, a job is in nobody's hand: look twice.
            await reap(connection, mine=worker.worker_id, dropped=sorted(seen & suspects))
            suspects = seen
            await asyncio.sleep(REAP_EVERY_S)


async def _work(app: Any, running: Running, dsn: str, stop: asyncio.Event) -> None:
    """One life of the worker: until `stop`, or until the database goes away."""
    from procrastinate.worker import Worker

    options = {
        **app.worker_defaults,
        "concurrency": CONCURRENCY,
        "fetch_job_polling_interval": 1.0,
        "update_heartbeat_interval": HEARTBEAT_S,
        "stalled_worker_timeout": STALLED_S,
        "shutdown_graceful_timeout": GRACE_S,
        "delete_jobs": "successful",
        "install_signal_handlers": False,
        "worker_middleware": [running.middleware],
    }
    async with app.open_async():
        worker: Any = Worker(app, **options)
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(_reap_always(worker, running, dsn))]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            await asyncio.wait([tasks[0]], timeout=LAST_S)
            for task in done - {stopping}:
                task.result()
        finally:
            for task in (*tasks, stopping):
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)


async def run(dsn: str) -> None:
    """Work until SIGTERM or SIGINT. When the database goes away, begin again when it is back."""
    from django.db import close_old_connections
    from procrastinate.contrib.django import app as jobs

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stop)
    running = Running()
    while not stop.is_set():
        connector: Any = jobs.connector
        app = jobs.with_connector(connector.get_worker_connector())
        for name in listened_tasks() - app.tasks.keys():
            log.error("a listener names the task %s, which no room declares", name)
        for task in app.tasks.values():
            task.retry_strategy = task.retry_strategy or Patience()
        try:
            await _work(app, running, dsn, stop)
        except Exception as problem:
            log.warning("the worker begins again: %s", str(problem).strip() or repr(problem))
        # The deferrer of periodic jobs has a connection of its own, which may have died with the database.
        await sync_to_async(close_old_connections, thread_sensitive=True)()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)


def _stop(stop: asyncio.Event) -> None:
    """Stop, and leave at the latest after `LAST_S`: a job that hangs is put back by the next worker."""
    stop.set()
    end = threading.Timer(LAST_S, os._exit, [0])
    end.daemon = True
    end.start()


def _warm() -> None:
    """Load what understanding needs, so that the first customer does not wait for it."""
    try:
        from kefu.language import embed

        for embedder in (embed.use(), embed.e5()):
            embedder.vector("你好")
    except Exception:
        log.exception("the language models could not be warmed; the first question will load them")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu.config.settings")
    django.setup()
    threading.Thread(target=_warm, daemon=True).start()
    asyncio.run(run(os.environ.get("DATABASE_URL", "postgresql:///kefu")))
    logging.shutdown()
    # All is done and noted; taking apart what the language models hold would cost seconds.
    os._exit(0)


if __name__ == "__main__":
    # By its name: procrastinate warns of jobs that live in `__main__`.
    from kefu.config import worker

    worker.main()
