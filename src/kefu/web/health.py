"""Whether all of Kefu runs: 200 only when every part answers, else 503 with the names of those that fail."""

import json
import urllib.request
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from kefu.core.relay import LOCK

_DATABASE = "SELECT true"
# The relay holds its lock while it works; an event that nobody has told of for five seconds says it does not.
_RELAY = f"""
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
      AND l.classid = 0 AND l.objid = {LOCK} AND l.objsubid = 1
) AND NOT EXISTS (
    SELECT FROM core_outboxevent WHERE position IS NULL AND at < now() - interval '5 seconds'
)
"""
_WORKER = """
SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '8 seconds')
"""


def _holds(query: str) -> Callable[[], bool]:
    def ask() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return bool(cursor.fetchone()[0])

    return ask


def _live() -> bool:
    with urllib.request.urlopen(  # noqa: S310 - our own address
        f"{settings.KEFU_LIVE_URL}/live/healthz", timeout=1
    ) as answer:
        return bool(answer.status == 200)


PARTS: dict[str, Callable[[], bool]] = {
    "database": _holds(_DATABASE),
    "relay": _holds(_RELAY),
    "worker": _holds(_WORKER),
    "live": _live,
}


def _answers(part: Callable[[], bool]) -> bool:
    try:
        return part()
    except (Error, OSError):
        return False


def state_of_parts() -> dict[str, bool]:
    """Each part by name, and whether it answers now."""
    return {name: _answers(part) for name, part in PARTS.items()}


def healthz(_request: HttpRequest) -> HttpResponse:
    """JSON `{"ok": …, "down": [names]}`."""
    down = [name for name, up in state_of_parts().items() if not up]
    body = json.dumps({"ok": not down, "down": down})
    response = HttpResponse(body, status=503 if down else 200, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response
