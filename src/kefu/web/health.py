"""Whether all of Kefu runs: 200 only when every part answers, else 503 with the names of those that fail."""

import json
from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


PARTS: dict[str, Callable[[], bool]] = {"database": _database}


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
