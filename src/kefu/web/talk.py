"""What was said, made ready for the page: the same bubbles for the customer and for the desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kefu.core.brand import brand
from kefu.core.models import StoredFile
from kefu.desk.queries import MessageView
from kefu.web import words

CUSTOMER, STAFF = "customer", "staff"


@dataclass(frozen=True)
class Attachment:
    """A file of a message; its bytes come from `/chat/files/<id>`, for those who may read the message."""

    id: UUID
    name: str
    is_image: bool
    size: int


@dataclass(frozen=True)
class Step:
    """A moment in an answer's timeline."""

    label: str
    at: datetime | None
    state: str


@dataclass(frozen=True)
class SourceLine:
    """What an answer rests on, in words, with the page that shows it (none for the reader: '')."""

    text: str
    url: str


@dataclass(frozen=True)
class Line:
    """One bubble. `day` is set on the first of a day; `mine`: the reader's; `mark` sent, delivered, read."""

    message: MessageView
    day: str
    date: str
    mine: bool
    mark: str
    files: tuple[Attachment, ...]
    steps: tuple[Step, ...]
    sources: tuple[SourceLine, ...]
    buttons: tuple[Mapping[str, str], ...]

    @property
    def part(self) -> str:
        """The template that draws this kind."""
        return f"parts/message_{self.message.kind}.html"


def lines_of(messages: Sequence[MessageView], *, viewer: str, now: datetime, after_date: str = "") -> list[Line]:
    """Bubbles in order for `viewer` (customer or staff). `after_date`: the day headed already."""
    files = _files(m.file_ids for m in messages)
    lines: list[Line] = []
    headed = after_date
    for message in messages:
        date = f"{message.at.astimezone(brand().zone):%Y-%m-%d}"
        day = words.moment(message.at, now, "day") if date != headed else ""
        headed = date
        mine = (message.author_kind == CUSTOMER) == (viewer == CUSTOMER)
        lines.append(
            Line(
                message=message,
                day=day,
                date=date,
                mine=mine,
                mark="read" if message.read_at else "delivered" if message.delivered_at else "sent",
                files=tuple(files[one] for one in message.file_ids if one in files),
                steps=_steps(message.data),
                sources=_sources(message.data, viewer),
                buttons=tuple(message.data.get("buttons", ())) if viewer == CUSTOMER else (),
            )
        )
    return lines


def _files(groups: Iterable[Sequence[UUID]]) -> dict[UUID, Attachment]:
    ids = [one for group in groups for one in group]
    if not ids:
        return {}
    return {
        row.id: Attachment(row.id, row.name, row.media_type.startswith("image/"), row.size)
        for row in StoredFile.objects.filter(pk__in=ids)
    }


def _steps(data: Mapping[str, Any]) -> tuple[Step, ...]:
    return tuple(
        Step(step["label"], datetime.fromisoformat(step["at"]) if step["at"] else None, step["state"])
        for step in data.get("timeline", ())
    )


def _sources(data: Mapping[str, Any], viewer: str) -> tuple[SourceLine, ...]:
    return tuple(_source(source, viewer) for source in data.get("sources", ()))


def _source(source: Mapping[str, str], viewer: str) -> SourceLine:
    kind, label = source["kind"], source.get("label") or source["id"]
    if kind == "order":
        url = f"/orders/{source['id']}/" if viewer == CUSTOMER else ""
        return SourceLine(_("订单 %(no)s") % {"no": label}, url)
    if kind == "entry":
        return SourceLine(_("记账凭证 %(no)s") % {"no": label}, "")
    if kind == "advice":
        return SourceLine(_("银行流水 %(no)s") % {"no": label}, "")
    if kind == "article":
        text = _("《%(title)s》第 %(version)s 版") % {"title": label, "version": source.get("version") or "1"}
        return SourceLine(text, f"/help/a/{source['id']}/")
    return SourceLine(label, "")
