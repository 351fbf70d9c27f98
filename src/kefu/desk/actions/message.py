"""Saying something in a conversation, and the marks of what was got and read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.events import announce, whisper
from kefu.core.models import StoredFile
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.relay import wake_relay
from kefu.desk import events, rules
from kefu.desk.actions.refusals import (
    AsksForSecret,
    AssistantSilent,
    Closed,
    MessageIdReused,
    MessageUnfit,
    NotTaken,
    NotYours,
)
from kefu.desk.models import Conversation, Message
from kefu.desk.queries import MessageView, message_view, visible


def locked(actor: Actor, conversation_id: UUID) -> Conversation:
    """The conversation, held until the commit; one that `actor` may not know of looks like none."""
    row = visible(actor).select_for_update().filter(pk=conversation_id).first()
    if row is None:
        raise NotFound()
    return row


def parties_of(row: Conversation) -> list[str]:
    """The topics of those who talk: the customer, who has the conversation, and who has it open."""
    agent = [f"staff:{row.staff_id}"] if row.status == Conversation.ASSIGNED else []
    return [f"customer:{row.customer_id}", f"conversation:{row.pk}", *agent]


@transaction.atomic
def add_message(
    *,
    actor: Actor,
    conversation_id: UUID,
    message_id: UUID,
    body: str,
    kind: str = Message.TEXT,
    data: dict[str, Any] | None = None,
    file_ids: Sequence[UUID] = (),
    now: datetime,
) -> MessageView:
    """Say `body` in a conversation, once for each `message_id`; secrets are masked before it is written.

    Kinds: `text` (customer, or the agent who has it), `answer` (the assistant, never while a person has it),
    `event` (something happened; staff or system). Refuses an agent who does not have the conversation, words
    that ask for a secret, a closed conversation (open it first), and an id used for something else.
    """
    if kind == Message.NOTE:
        raise ValueError("a note is written by add_note")
    row = locked(actor, conversation_id)
    text = _fit(actor, kind, body, file_ids)
    known = Message.objects.filter(pk=message_id).first()
    if known is not None:
        if (known.conversation_id, known.author_id, known.body) != (row.pk, actor.id, text):
            raise MessageIdReused()
        return message_view(known)
    _check_turn(actor, row, kind)
    return write_message(
        row, actor=actor, message_id=message_id, kind=kind, body=text, data=data, file_ids=file_ids, now=now
    )


@transaction.atomic
def add_note(*, actor: Actor, conversation_id: UUID, message_id: UUID, body: str, now: datetime) -> MessageView:
    """Write an internal note: staff see it, the customer never does. Anybody at the desk may."""
    if not actor.is_staff:
        raise NotFound()
    row = locked(actor, conversation_id)
    text = _fit(actor, Message.NOTE, body, ())
    known = Message.objects.filter(pk=message_id).first()
    if known is not None:
        if (known.conversation_id, known.author_id, known.body) != (row.pk, actor.id, text):
            raise MessageIdReused()
        return message_view(known)
    return write_message(row, actor=actor, message_id=message_id, kind=Message.NOTE, body=text, now=now)


def fit_words(actor: Actor, body: str, *, to_customer: bool) -> str:
    """The words as they may be kept: masked, and never asking a customer for a secret."""
    text = body.strip()
    if "\0" in text or len(text) > rules.LONGEST_BODY:
        raise MessageUnfit(most=rules.LONGEST_BODY)
    if actor.is_staff and to_customer and (secret := rules.asks_for_secret(text)):
        raise AsksForSecret(secret=secret)
    return redact(text).text


def _fit(actor: Actor, kind: str, body: str, file_ids: Sequence[UUID]) -> str:
    text = fit_words(actor, body, to_customer=kind == Message.TEXT)
    if not (text or file_ids):
        raise MessageUnfit(most=rules.LONGEST_BODY)
    if actor.is_staff:
        own = StoredFile.objects.filter(pk__in=file_ids, owner_ref=actor.ref).count()
        if own != len(file_ids):
            raise NotFound()
    return text


def _check_turn(actor: Actor, row: Conversation, kind: str) -> None:
    """Whose turn it is. The row is locked, so nobody takes or closes the conversation meanwhile."""
    if row.status == Conversation.CLOSED and kind != Message.EVENT:
        raise Closed()
    if actor.is_staff and kind == Message.TEXT:
        if row.status != Conversation.ASSIGNED:
            raise NotTaken()
        if str(row.staff_id) != actor.id:
            raise NotYours(label=row.staff_label, staff_no=row.staff_no)
    if author_kind(actor, kind) == Message.ASSISTANT and row.status == Conversation.ASSIGNED:
        raise AssistantSilent()


def author_kind(actor: Actor, kind: str) -> str:
    if kind == Message.EVENT:
        return Message.SYSTEM
    if actor.kind in (Message.CUSTOMER, Message.STAFF):
        return actor.kind
    return Message.ASSISTANT if actor.id == "assistant" else Message.SYSTEM


def write_message(
    row: Conversation,
    *,
    actor: Actor,
    message_id: UUID,
    kind: str,
    body: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    file_ids: Sequence[UUID] = (),
) -> MessageView:
    """Write the row under the conversation's lock, and tell. For the actions of this room."""
    row.last_seq += 1
    row.last_message_at = now
    row.save(update_fields=["last_seq", "last_message_at"])
    message = Message.objects.create(
        id=message_id,
        conversation=row,
        seq=row.last_seq,
        author_kind=author_kind(actor, kind),
        author_id=actor.id,
        author_label=actor.label,
        staff_no=actor.staff_no,
        kind=kind,
        body=body,
        data=data or {},
        file_ids=list(file_ids),
        at=now,
    )
    audit.record(
        actor=actor,
        action="desk.add_note" if kind == Message.NOTE else "desk.add_message",
        subject=f"conversation:{row.pk}",
        now=now,
        data={"message": str(message_id), "seq": row.last_seq, "kind": kind},
    )
    announce(
        kind=events.MESSAGE,
        key=str(row.pk),
        topics=["desk"] if kind == Message.NOTE else [*parties_of(row), "desk"],
        payload={"conversation": str(row.pk), "message": str(message_id), "seq": row.last_seq},
        now=now,
    )
    wake_relay()
    return message_view(message)


def mark_delivered(*, actor: Actor, conversation_id: UUID, seq: int, now: datetime) -> int:
    """What the other side said up to `seq` has reached `actor`'s screen; returns how many were new."""
    return _mark(actor, conversation_id, seq, now, read=False)


def mark_read(*, actor: Actor, conversation_id: UUID, seq: int, now: datetime) -> int:
    """What the other side said up to `seq` has been read, so it was delivered. Returns how many were new.

    Of the staff only the agent who has the conversation reads for the house.
    """
    return _mark(actor, conversation_id, seq, now, read=True)


@transaction.atomic
def _mark(actor: Actor, conversation_id: UUID, seq: int, now: datetime, *, read: bool) -> int:
    row = locked(actor, conversation_id)
    if actor.is_staff and str(row.staff_id) != actor.id:
        return 0
    theirs = Message.objects.filter(conversation=row, seq__lte=seq)
    if actor.kind == "customer":
        theirs = theirs.exclude(author_kind=Message.CUSTOMER).exclude(kind=Message.NOTE)
    else:
        theirs = theirs.filter(author_kind=Message.CUSTOMER)
    got = theirs.filter(delivered_at=None).update(delivered_at=now)
    new = theirs.filter(read_at=None).update(read_at=now) if read else got
    if new:
        announce(
            kind=events.READ,
            key=str(row.pk),
            topics=parties_of(row),
            payload={
                "conversation": str(row.pk),
                "side": "customer" if actor.kind == "customer" else "staff",
                "seq": seq,
                "what": "read" if read else "delivered",
            },
            now=now,
        )
        wake_relay()
    return new


def say_typing(*, actor: Actor, conversation_id: UUID) -> None:
    """Tell the other side that somebody types. Nothing is kept."""
    row = visible(actor).filter(pk=conversation_id).first()
    if row is None:
        raise NotFound()
    side = "customer" if actor.kind == "customer" else "staff"
    if side == "staff" and str(row.staff_id) != actor.id:
        return
    whisper(
        kind=events.TYPING,
        topics=parties_of(row),
        payload={
            "conversation": str(row.pk),
            "author_kind": side,
            "label": actor.label if side == "staff" else "",
        },
    )


def say_viewing(*, actor: Actor, conversation_id: UUID) -> None:
    """Tell colleagues that `actor` has the conversation open, so that nobody works on it unknowingly."""
    if not actor.is_staff or not visible(actor).filter(pk=conversation_id).exists():
        raise NotFound()
    whisper(
        kind=events.VIEWING,
        topics=["desk"],
        payload={
            "conversation": str(conversation_id),
            "staff": actor.id,
            "label": actor.label,
            "staff_no": actor.staff_no,
        },
    )
