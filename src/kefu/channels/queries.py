"""What came in and waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.channels.models import Incoming


@dataclass(frozen=True)
class IncomingView:
    """One thing that came in. `body` is masked; `outside_id` is the id its sender gave it."""

    id: int
    line: str
    outside_id: UUID
    thread: str
    author_ref: str
    body: str
    found: tuple[str, ...]
    file_ids: tuple[UUID, ...]
    at: datetime
    heard_at: datetime
    handled_at: datetime | None


def view_of(row: Incoming) -> IncomingView:
    return IncomingView(
        id=row.pk,
        line=row.line.code,
        outside_id=row.outside_id,
        thread=row.thread,
        author_ref=row.author_ref,
        body=row.body,
        found=tuple(row.found),
        file_ids=tuple(row.file_ids),
        at=row.at,
        heard_at=row.heard_at,
        handled_at=row.handled_at,
    )


def waiting(thread: str, *, limit: int = 50) -> list[IncomingView]:
    """What waits in a thread, in the order in which it was heard. For the thread's job."""
    rows = Incoming.objects.select_related("line").filter(thread=thread, handled_at=None).order_by("id")
    return [view_of(row) for row in rows[:limit]]


def threads_waiting(*, before: datetime) -> list[str]:
    """Threads with something heard before that moment and not handled: none, unless a job was lost."""
    rows = Incoming.objects.filter(handled_at=None, heard_at__lt=before)
    return list(rows.order_by("thread").values_list("thread", flat=True).distinct())
