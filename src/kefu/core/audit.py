"""The trail: one entry for each action, written in its transaction and sealed afterwards by the relay."""

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from kefu.core.actor import Actor

_INSERT = """
WITH entry AS (
    INSERT INTO core_auditentry (at, actor, actor_label, action, subject, case_ref, level, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
)
INSERT INTO core_auditpending (entry_id) SELECT id FROM entry RETURNING entry_id
"""


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    case_ref: str = "",
    level: str = "",
) -> int:
    """Write the entry and mark it as unsealed, in one round trip. `subject` is `kind:id`; returns the entry's id."""
    label = f"{actor.label} {actor.staff_no}".strip()
    body = json.dumps(data or {}, cls=DjangoJSONEncoder, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, actor.ref, label, action, subject, case_ref, level, body])
        return int(cursor.fetchone()[0])
