"""How far the audit trail is sealed, for those who watch over it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class TrailState:
    """Entries in all (by the highest number), those waiting for a seal, and when the last seal was made (UTC)."""

    entries: int
    waiting: int
    sealed_at: datetime | None


def state() -> TrailState:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(id) FROM core_auditentry), 0), (SELECT count(*) FROM core_auditpending), "
            "(SELECT sealed_at FROM core_auditseal ORDER BY id DESC LIMIT 1)"
        )
        return TrailState(*cursor.fetchone())
