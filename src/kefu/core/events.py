"""Facts told after commit: `announce` writes them in the action's transaction, listeners hear them as jobs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

Payload = dict[str, Any]


@dataclass(frozen=True)
class Listener:
    """A background task that hears one kind of event; jobs with the same lock run one after another."""

    kind: str
    task: str
    arguments: Callable[[Payload], dict[str, Any]]
    lock: Callable[[Payload], str]
    queue: str = "default"
    priority: int = 0


_LISTENERS: dict[str, list[Listener]] = {}


def listen(
    kind: str,
    *,
    task: str,
    arguments: Callable[[Payload], dict[str, Any]],
    lock: Callable[[Payload], str],
    queue: str = "default",
    priority: int = 0,
) -> None:
    """Have the relay defer `task` for each event of `kind`. Called in `AppConfig.ready`; tasks are safe to repeat.

    A job that still waits absorbs a second event with the same task and arguments. Higher priorities run first.
    """
    _LISTENERS.setdefault(kind, []).append(Listener(kind, task, arguments, lock, queue, priority))


def listeners_of(kind: str) -> Sequence[Listener]:
    return _LISTENERS.get(kind, ())


def announce(*, kind: str, key: str, topics: Sequence[str], payload: Payload, now: datetime) -> None:
    """Write the event into the outbox. `payload` holds ids only; `key` orders events of one thing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_outboxevent (kind, key, topics, payload, at) VALUES (%s, %s, %s, %s, %s)",
            [kind, key, list(topics), json.dumps(payload, cls=DjangoJSONEncoder), now],
        )


def listened_tasks() -> set[str]:
    """The names of all tasks that hear something."""
    return {listener.task for listeners in _LISTENERS.values() for listener in listeners}


def last_position() -> int:
    """The newest position. Read it before the state that it belongs to, then follow the stream from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM core_outboxevent")
        return int(cursor.fetchone()[0])


def whisper(*, kind: str, topics: Sequence[str], payload: Payload) -> None:
    """Tell open streams something that nobody needs later (somebody types): no row, no position, no repeat."""
    body = json.dumps({"kind": kind, "topics": list(topics), "payload": payload}, cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('kefu_whisper', %s)", [body])
