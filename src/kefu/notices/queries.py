"""Every read that others may make."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.refusal import NotFound
from kefu.notices import wording
from kefu.notices.backends import outbox
from kefu.notices.kinds import GROUPS, KINDS, SECURITY
from kefu.notices.models import Mute, Notice, QuietHours
from kefu.notices.rules import place_of

_TAIL_BYTES = 200_000


@dataclass(frozen=True)
class NoticeView:
    """A notice in the words of the active language."""

    id: UUID
    kind: str
    title: str
    text: str
    ref: str
    group: str
    at: datetime
    read_at: datetime | None

    @property
    def security(self) -> bool:
        return self.group == SECURITY

    @property
    def place(self) -> str:
        """The page that it is about."""
        return place_of(self.ref)


@dataclass(frozen=True)
class GroupView:
    """One line of the settings page. `mail`: whether its notices go by mail, too; `fixed`: that cannot be changed."""

    group: str
    title: str
    mail: bool
    fixed: bool


@dataclass(frozen=True)
class MailView:
    """One mail of the demo's mailbox."""

    subject: str
    text: str
    date: datetime | None


def notices_for(
    actor: Actor, *, limit: int = 50, group: str = "", unread: bool = False, before: UUID | None = None
) -> list[NoticeView]:
    """The actor's own notices, the latest first; of one group, unread ones, those after `before` on the list."""
    rows = Notice.objects.filter(user_id=actor.uuid)
    if group:
        rows = rows.filter(kind__in=[code for code, kind in KINDS.items() if kind.group == group])
    if unread:
        rows = rows.filter(read_at=None)
    last = Notice.objects.filter(user_id=actor.uuid, pk=before).first() if before else None
    if last is not None:
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))
    return [_view(row) for row in rows.order_by("-at", "-id")[:limit]]


def notice_for(actor: Actor, notice_id: UUID) -> NoticeView:
    """One of the actor's own notices. Refuses `core.thing.not_found`."""
    row = Notice.objects.filter(user_id=actor.uuid, pk=notice_id).first()
    if row is None:
        raise NotFound()
    return _view(row)


def _view(row: Notice) -> NoticeView:
    kind = KINDS[row.kind]
    title, text = wording.notice_words(kind, row.values, brand().zone)
    return NoticeView(row.id, row.kind, title, text, row.ref, kind.group, row.at, row.read_at)


def unread_count(actor: Actor) -> int:
    return Notice.objects.filter(user_id=actor.uuid, read_at=None).count()


def groups_for(actor: Actor) -> list[GroupView]:
    """Every group with whether the actor has its mails."""
    muted = set(Mute.objects.filter(user_id=actor.uuid).values_list("group", flat=True))
    return [GroupView(code, str(title), code not in muted, code == SECURITY) for code, title in GROUPS.items()]


def quiet_hours_for(actor: Actor) -> tuple[str, str]:
    """The actor's quiet hours as `22:00`, `08:00`; two empty texts when there are none."""
    row = QuietHours.objects.filter(user_id=actor.uuid).first()
    if row is None:
        return "", ""
    return _clock(row.begin_minute), _clock(row.end_minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def demo_texts(phone: str, *, limit: int = 5) -> list[str]:
    """The latest SMS to this number in the demo's outbox, newest first; none where a real provider sends
    them.
    """
    if not settings.NOTICES_SMS.endswith(".FileSms"):
        return []
    return [str(line["text"]) for line in _latest("sms.jsonl", phone, limit)]


def demo_mails(email: str, *, limit: int = 20) -> list[MailView]:
    """The latest mails to this address in the demo's outbox, newest first; none where a real server sends them."""
    if not settings.NOTICES_MAIL.endswith(".FileMail"):
        return []
    lines = _latest("mail.jsonl", email, limit)
    return [MailView(str(line["subject"]), str(line["text"]), _sent_at(line)) for line in lines]


def _sent_at(line: dict[str, Any]) -> datetime | None:
    return parsedate_to_datetime(str(line["date"])) if line.get("date") else None


def _latest(name: str, to: str, limit: int) -> list[dict[str, Any]]:
    path = outbox(name)
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    found: list[dict[str, Any]] = []
    for line in reversed(lines):
        if line.startswith("{") and (message := json.loads(line))["to"] == to:
            found.append(message)
        if len(found) == limit:
            break
    return found
