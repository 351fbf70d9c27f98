"""Every read that others may make."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.notices import wording
from kefu.notices.backends import outbox
from kefu.notices.kinds import KINDS
from kefu.notices.models import Mute, Notice

_TAIL_BYTES = 200_000


@dataclass(frozen=True)
class NoticeView:
    """A notice in the words of the active language."""

    id: UUID
    kind: str
    title: str
    text: str
    ref: str
    security: bool
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class KindView:
    """One line of the settings page."""

    kind: str
    title: str
    security: bool
    muted: bool


def notices_for(actor: Actor, *, limit: int = 50) -> list[NoticeView]:
    """The actor's own notices, the latest first."""
    zone = brand().zone
    rows = Notice.objects.filter(user_id=actor.uuid).order_by("-at")[:limit]
    views = []
    for row in rows:
        kind = KINDS[row.kind]
        title, text = wording.notice_words(kind, row.values, zone)
        views.append(NoticeView(row.id, row.kind, title, text, row.ref, kind.security, row.at, row.read_at))
    return views


def unread_count(actor: Actor) -> int:
    return Notice.objects.filter(user_id=actor.uuid, read_at=None).count()


def kinds_for(actor: Actor) -> list[KindView]:
    """Every kind with whether the actor muted its mails."""
    muted = set(Mute.objects.filter(user_id=actor.uuid).values_list("kind", flat=True))
    return [KindView(code, str(kind.title), kind.security, code in muted) for code, kind in KINDS.items()]


def demo_texts(phone: str, *, limit: int = 5) -> list[str]:
    """The latest SMS to this number in the demo's outbox, newest first; none where a real provider sends
    them.
    """
    path = outbox("sms.jsonl")
    if not settings.NOTICES_SMS.endswith(".FileSms") or not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    texts = []
    for line in reversed(lines):
        if line.startswith("{") and (message := json.loads(line))["to"] == phone:
            texts.append(str(message["text"]))
        if len(texts) == limit:
            break
    return texts
