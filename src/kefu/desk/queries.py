"""Reading conversations, the queue and the wait. What is not the reader's own looks like nothing there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.models import StoredFile
from kefu.core.refusal import NotFound
from kefu.desk import rules
from kefu.desk.models import Conversation, Message, Presence

MEASURED_OVER = timedelta(days=7)
MEASURED_ON = 100
MEASURED_LEAST = 5


@dataclass(frozen=True)
class ConversationView:
    """A conversation's head. `staff_*` name who has it, or had it last; instants are UTC."""

    id: UUID
    no: str
    customer_id: UUID
    customer_label: str
    status: str
    staff_id: UUID | None
    staff_label: str
    staff_no: str
    language: str
    intent: str
    reason: str
    priority: int
    opened_at: datetime
    queued_at: datetime | None
    taken_at: datetime | None
    closed_at: datetime | None
    summary: str
    last_seq: int
    last_message_at: datetime | None


@dataclass(frozen=True)
class MessageView:
    """One thing said. `author_label` and `staff_no` are what the customer sees of its author."""

    id: UUID
    conversation_id: UUID
    seq: int
    author_kind: str
    author_id: str
    author_label: str
    staff_no: str
    kind: str
    body: str
    data: dict[str, Any]
    file_ids: tuple[UUID, ...]
    at: datetime
    delivered_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True)
class Place:
    """Where a customer stands: 1 is next. The band is None when nobody is at the desk."""

    position: int
    wait_low_s: int | None
    wait_high_s: int | None
    agents_online: int


@dataclass(frozen=True)
class WaitNow:
    """What one who came now would wait. The band is None when nobody is at the desk."""

    waiting: int
    wait_low_s: int | None
    wait_high_s: int | None
    agents_online: int


@dataclass(frozen=True)
class Handler:
    """The person who has a customer's conversation."""

    staff_id: UUID
    label: str
    staff_no: str
    conversation_id: UUID


@dataclass(frozen=True)
class QueueRow:
    """One line of the desk's lists, with the last thing that a reader may see and how much is unread."""

    conversation: ConversationView
    excerpt: str
    excerpt_author: str
    unread: int


@dataclass(frozen=True)
class QueueView:
    """The desk's lists: the queue in its order, my own, my colleagues', and what the assistant has."""

    waiting: tuple[QueueRow, ...]
    mine: tuple[QueueRow, ...]
    others: tuple[QueueRow, ...]
    assistant: tuple[QueueRow, ...]


@dataclass(frozen=True)
class PresenceView:
    """A member of staff at the desk, with how many conversations they have and could have."""

    staff_id: UUID
    label: str
    staff_no: str
    status: str
    since: datetime
    capacity: int
    open: int


def conversation_view(row: Conversation) -> ConversationView:
    return ConversationView(**{name: getattr(row, name) for name in ConversationView.__dataclass_fields__})


def message_view(row: Message) -> MessageView:
    given = {name: getattr(row, name) for name in MessageView.__dataclass_fields__}
    return MessageView(**given | {"file_ids": tuple(row.file_ids), "data": dict(row.data)})


def visible(actor: Actor) -> QuerySet[Conversation]:
    """The conversations that `actor` may know of: a customer's own; all, for the desk's staff and system."""
    if actor.kind == "customer":
        return Conversation.objects.filter(customer_id=actor.uuid)
    if actor.kind == "system" or (actor.is_staff and actor.role in ("agent", "supervisor")):
        return Conversation.objects.all()
    return Conversation.objects.none()


def _get(actor: Actor, conversation_id: UUID) -> Conversation:
    row = visible(actor).filter(pk=conversation_id).first()
    if row is None:
        raise NotFound()
    return row


def conversation_for(actor: Actor, conversation_id: UUID) -> ConversationView:
    return conversation_view(_get(actor, conversation_id))


def current_conversation_for(actor: Actor, *, customer_id: UUID | None = None) -> ConversationView | None:
    """The customer's open conversation, else the last one; None before the first."""
    rows = visible(actor).filter(customer_id=customer_id or actor.uuid)
    row = rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()
    return conversation_view(row) if row else None


def conversations_of(actor: Actor, customer_id: UUID, *, limit: int = 20) -> list[ConversationView]:
    """A customer's conversations, newest first."""
    return [
        conversation_view(row) for row in visible(actor).filter(customer_id=customer_id).order_by("-opened_at")[:limit]
    ]


def _messages(actor: Actor) -> QuerySet[Message]:
    """What `actor` may read: notes are for staff."""
    rows = Message.objects.all()
    return rows.exclude(kind=Message.NOTE) if actor.kind == "customer" else rows


def messages_for(actor: Actor, conversation_id: UUID, *, after_seq: int = 0, limit: int = 200) -> list[MessageView]:
    """What was said after `after_seq`, in order."""
    _get(actor, conversation_id)
    rows = _messages(actor).filter(conversation_id=conversation_id, seq__gt=after_seq).order_by("seq")
    return [message_view(row) for row in rows[:limit]]


def timeline_for(
    actor: Actor, *, customer_id: UUID | None = None, before: datetime | None = None, limit: int = 50
) -> list[MessageView]:
    """The last `limit` things said over all of a customer's conversations, oldest first."""
    rows = _messages(actor).filter(conversation__in=visible(actor).filter(customer_id=customer_id or actor.uuid))
    if before is not None:
        rows = rows.filter(at__lt=before)
    return [message_view(row) for row in reversed(rows.order_by("-conversation__opened_at", "-seq")[:limit])]


def last_answer(conversation_id: UUID) -> MessageView | None:
    """The assistant's last answer in a conversation: what the talk is about."""
    row = Message.objects.filter(conversation_id=conversation_id, kind=Message.ANSWER).order_by("-seq").first()
    return message_view(row) if row else None


def messages_with(actor: Actor, file_id: UUID) -> QuerySet[Message]:
    """What a file was sent in, by the index over messages that have files."""
    return _messages(actor).filter(file_ids__contains=[file_id]).exclude(file_ids=[])


def file_for(actor: Actor, file_id: UUID) -> StoredFile:
    """A file that is the actor's own, or was sent in something that they may read."""
    row = StoredFile.objects.filter(pk=file_id).first()
    if row is None:
        raise NotFound()
    sent = messages_with(actor, file_id).filter(conversation__in=visible(actor))
    if row.owner_ref != actor.ref and not sent.exists():
        raise NotFound()
    return row


def handler_of(customer_id: UUID) -> Handler | None:
    """Who has the customer's conversation at this moment; None while it is nobody's."""
    row = Conversation.objects.filter(customer_id=customer_id, status=Conversation.ASSIGNED).first()
    if row is None or row.staff_id is None:
        return None
    return Handler(row.staff_id, row.staff_label, row.staff_no, row.pk)


def _rows(conversations: QuerySet[Conversation]) -> list[tuple[Conversation, QueueRow]]:
    said = Message.objects.filter(conversation=OuterRef("pk")).exclude(kind=Message.EVENT).order_by("-seq")
    unread = Message.objects.filter(conversation=OuterRef("pk"), author_kind=Message.CUSTOMER, read_at=None).order_by()
    rows = conversations.annotate(
        said=Subquery(said.values("body")[:1]),
        by=Subquery(said.values("author_kind")[:1]),
        unread=Subquery(unread.values("conversation").annotate(n=Count("*")).values("n")),
    )
    return [
        (row, QueueRow(conversation_view(row), (row.said or "")[:80], row.by or "", row.unread or 0)) for row in rows
    ]


def queue_for(actor: Actor, *, limit: int = 200) -> QueueView:
    """The desk's lists. The queue stands in the order in which it will be served."""
    open_ones = visible(actor).exclude(status=Conversation.CLOSED)
    if actor.kind == "customer":
        raise NotFound()
    found = _rows(open_ones.order_by(F("rank_at").asc(nulls_last=True), "pk")[:limit])

    def part(keep: Iterable[bool]) -> tuple[QueueRow, ...]:
        return tuple(line for (_row, line), kept in zip(found, keep, strict=True) if kept)

    return QueueView(
        waiting=part(row.status == Conversation.WAITING for row, _line in found),
        mine=part(row.status == Conversation.ASSIGNED and str(row.staff_id) == actor.id for row, _line in found),
        others=part(row.status == Conversation.ASSIGNED and str(row.staff_id) != actor.id for row, _line in found),
        assistant=part(row.status == Conversation.BOT for row, _line in found),
    )


def agents_present(*, now: datetime | None = None) -> list[PresenceView]:
    """Who is at the desk: online and heard within the last minute."""
    since = (now or clock.now()) - rules.HEARD_WITHIN
    busy = Conversation.objects.filter(status=Conversation.ASSIGNED, staff_id=OuterRef("staff_id")).order_by()
    rows = Presence.objects.filter(status=Presence.ONLINE, heard_at__gte=since).annotate(
        open=Subquery(busy.values("staff_id").annotate(n=Count("*")).values("n"))
    )
    return [
        PresenceView(row.pk, row.label, row.staff_no, row.status, row.since, row.capacity, row.open or 0)
        for row in rows.order_by("staff_no")
    ]


def presence_of(actor: Actor) -> PresenceView | None:
    row = Presence.objects.filter(pk=actor.uuid).first()
    if row is None:
        return None
    open_ones = Conversation.objects.filter(status=Conversation.ASSIGNED, staff_id=actor.uuid).count()
    status = Presence.AWAY if row.lost_at and row.status == Presence.ONLINE else row.status
    return PresenceView(row.pk, row.label, row.staff_no, status, row.since, row.capacity, open_ones)


def handling_s(*, now: datetime | None = None) -> float:
    """How long a conversation with a person takes, in seconds: the mean of the last hundred of seven days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), avg(extract(epoch FROM closed_at - taken_at)) FROM (SELECT closed_at, taken_at "
            "FROM desk_conversation WHERE status = 'CLOSED' AND taken_at IS NOT NULL AND closed_at > %s "
            "ORDER BY closed_at DESC LIMIT %s) measured",
            [(now or clock.now()) - MEASURED_OVER, MEASURED_ON],
        )
        count, mean = cursor.fetchone()
    if count < MEASURED_LEAST:
        return rules.HANDLING_DEFAULT_S
    return min(max(float(mean), rules.HANDLING_MIN_S), rules.HANDLING_MAX_S)


def _band(ahead: int, now: datetime) -> tuple[int | None, int | None, int]:
    present = agents_present(now=now)
    slots, busy = sum(one.capacity for one in present), sum(min(one.open, one.capacity) for one in present)
    wait = rules.wait_band(ahead=ahead, slots=slots, busy=busy, handling_s=handling_s(now=now))
    return (wait.low_s, wait.high_s, len(present)) if wait else (None, None, 0)


def place_in_queue(conversation_id: UUID, *, now: datetime | None = None) -> Place | None:
    """Where a waiting conversation stands and how long it will honestly take; None when it does not wait."""
    row = Conversation.objects.filter(pk=conversation_id, status=Conversation.WAITING).first()
    if row is None:
        return None
    before = Q(rank_at__lt=row.rank_at) | Q(rank_at=row.rank_at, pk__lt=row.pk)
    ahead = Conversation.objects.filter(before, status=Conversation.WAITING).count()
    return Place(ahead + 1, *_band(ahead, now or clock.now()))


def wait_now(*, now: datetime | None = None) -> WaitNow:
    """For the contact page: what one who asked for a person now would wait."""
    waiting = Conversation.objects.filter(status=Conversation.WAITING).count()
    return WaitNow(waiting, *_band(waiting, now or clock.now()))
