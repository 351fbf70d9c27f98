"""The life of a conversation: BOT → WAITING → ASSIGNED → CLOSED, each step by compare-and-set."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import new_id, order_no
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.desk import rules
from kefu.desk.actions.message import fit_words, locked
from kefu.desk.actions.refusals import (
    AgentAway,
    AgentFull,
    AlreadyTaken,
    Closed,
    NotTaken,
    NotWaiting,
    NotYours,
    ReasonMissing,
    SummaryMissing,
)
from kefu.desk.actions.telling import announce_state, tell_event
from kefu.desk.models import Conversation, Handover, Presence
from kefu.desk.queries import ConversationView, conversation_view, visible
from kefu.identity import actions as identity
from kefu.identity import queries as people

C = Conversation


def _move(row: Conversation, to: str, **changes: Any) -> bool:
    """Compare-and-set from the status that was read; the row in hand follows."""
    if not transition(C, row.pk, row.status, to, **changes):
        return False
    for name, value in (changes | {"status": to}).items():
        setattr(row, name, value)
    return True


def _record(actor: Actor, action: str, row: Conversation, now: datetime, **data: Any) -> None:
    audit.record(actor=actor, action=f"desk.{action}", subject=f"conversation:{row.pk}", now=now, data=data)


@transaction.atomic
def open_conversation(
    *, customer_id: UUID, now: datetime, actor: Actor = SYSTEM, language: str = ""
) -> ConversationView:
    """The customer's open conversation, made where there is none. Called for a new message, not for a look.

    One that was closed no more than 15 minutes ago opens again: with the same agent when they are at the
    desk, else with the assistant. Later ones are a new matter. Two at once get the same one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"conversation:{customer_id}"])
    # Held until the caller's commit: else a close in between would refuse what the caller is about to say.
    row = C.objects.select_for_update().filter(customer_id=customer_id).exclude(status=C.CLOSED).first()
    if row is not None:
        return conversation_view(row)
    last = C.objects.filter(customer_id=customer_id, closed_at__gte=now - rules.REOPEN_WITHIN).order_by("-closed_at")
    recent = last.select_for_update().first()
    if recent is not None:
        return _reopen(recent, actor=actor, now=now)
    customer = people.person(customer_id)
    if customer.kind != "customer":
        raise NotFound()
    row = C.objects.create(
        id=new_id(),
        no=order_no("K", now),
        customer_id=customer_id,
        customer_label=customer.masked_name,
        language=language or customer.language,
        opened_at=now,
    )
    _record(actor, "open_conversation", row, now)
    announce_state(row, status=C.BOT, now=now)
    return conversation_view(row)


def _reopen(row: Conversation, *, actor: Actor, now: datetime) -> ConversationView:
    present = Presence.objects.filter(status=Presence.ONLINE, heard_at__gte=now - rules.HEARD_WITHIN)
    to_agent = row.taken_at and row.staff_id and present.filter(pk=row.staff_id).exists()
    if to_agent:
        _move(row, C.ASSIGNED, closed_at=None)
        _grant(row, actor=actor, now=now)
    else:
        _move(row, C.BOT, closed_at=None, taken_at=None, queued_at=None, rank_at=None, staff_id=None)
    _record(actor, "reopen_conversation", row, now, to=row.status)
    tell_event(row, "reopened", now=now)
    announce_state(row, status=row.status, now=now)
    return conversation_view(row)


@transaction.atomic
def queue_conversation(
    *,
    actor: Actor,
    conversation_id: UUID,
    reason: str,
    priority: int = rules.OTHER,
    now: datetime,
) -> ConversationView:
    """Put the conversation into the queue for a person. Asking twice keeps the place; a more urgent reason
    moves it forward. With a person already, nothing changes. Priority: see `rules`. Refuses a closed one.
    """
    row = locked(actor, conversation_id)
    if row.status == C.CLOSED:
        raise Closed()
    if row.status == C.ASSIGNED or (row.status == C.WAITING and priority >= row.priority):
        return conversation_view(row)
    queued_at = row.queued_at or now
    place = {"queued_at": queued_at, "rank_at": rules.rank_at(queued_at=queued_at, priority=priority)}
    if row.status == C.WAITING:
        C.objects.filter(pk=row.pk).update(priority=priority, reason=reason, **place)
        row.refresh_from_db()
    else:
        _move(row, C.WAITING, priority=priority, reason=reason, intent=row.intent or reason, **place)
        tell_event(row, "queued", now=now)
    _record(actor, "queue_conversation", row, now, reason=reason, priority=priority)
    announce_state(row, status=C.WAITING, now=now)
    return conversation_view(row)


@transaction.atomic
def leave_queue(*, actor: Actor, conversation_id: UUID, now: datetime) -> ConversationView:
    """The customer would rather go on with the assistant. Refuses a conversation that does not wait."""
    row = locked(actor, conversation_id)
    if row.status != C.WAITING:
        raise NotWaiting()
    _move(row, C.BOT, queued_at=None, rank_at=None)
    _record(actor, "leave_queue", row, now)
    tell_event(row, "unqueued", now=now)
    announce_state(row, status=C.BOT, now=now)
    return conversation_view(row)


@transaction.atomic
def take_conversation(*, actor: Actor, conversation_id: UUID, now: datetime) -> ConversationView:
    """Take a conversation that waits, or that the assistant has. Of two at once one has it.

    Gives the agent the right to see this customer until the close. Taking one's own again changes nothing.
    """
    if not actor.is_staff:
        raise NotFound()
    row = visible(actor).filter(pk=conversation_id).first()
    if row is None:
        raise NotFound()
    if row.status == C.ASSIGNED and str(row.staff_id) == actor.id:
        return conversation_view(row)
    if row.status == C.CLOSED:
        raise Closed()
    _check_capacity(actor)
    taken = row.status != C.ASSIGNED and _move(row, C.ASSIGNED, **_taken_by(actor, now))
    if not taken:
        row.refresh_from_db()
        raise AlreadyTaken(label=row.staff_label, staff_no=row.staff_no)
    # Something may have been said between the look and the take, which has locked the row only now.
    row.refresh_from_db()
    return _after_take(row, actor=actor, now=now)


@transaction.atomic
def take_next(*, actor: Actor, now: datetime) -> ConversationView | None:
    """Take the head of the queue; None when nobody waits. Two agents at once get two different customers."""
    if not actor.is_staff:
        raise NotFound()
    _check_capacity(actor)
    queue = visible(actor).filter(status=C.WAITING).order_by("rank_at", "pk")
    row = queue.select_for_update(skip_locked=True).first()
    if row is None or not _move(row, C.ASSIGNED, **_taken_by(actor, now)):
        return None
    return _after_take(row, actor=actor, now=now)


def _taken_by(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"staff_id": actor.uuid, "staff_label": actor.label, "staff_no": actor.staff_no, "taken_at": now}


def _check_capacity(actor: Actor) -> None:
    """A soft limit: two takes at the same moment may pass it by one."""
    presence = Presence.objects.filter(pk=actor.uuid).first()
    most = presence.capacity if presence else Presence._meta.get_field("capacity").default
    if C.objects.filter(status=C.ASSIGNED, staff_id=actor.uuid).count() >= most:
        raise AgentFull(most=most)


def _after_take(row: Conversation, *, actor: Actor, now: datetime) -> ConversationView:
    _grant(row, actor=actor, now=now)
    _record(actor, "take_conversation", row, now)
    tell_event(row, "taken", now=now, label=row.staff_label, staff_no=row.staff_no)
    announce_state(row, status=C.ASSIGNED, now=now)
    return conversation_view(row)


def _grant(row: Conversation, *, actor: Actor, now: datetime) -> None:
    assert row.staff_id is not None
    identity.give_grant(
        actor=actor,
        staff_id=row.staff_id,
        customer_id=row.customer_id,
        purpose="conversation",
        ref=f"conversation:{row.pk}",
        until=now + rules.GRANT_FOR,
        now=now,
    )


def _end_grant(row: Conversation, *, actor: Actor, now: datetime) -> None:
    assert row.staff_id is not None
    identity.end_grant(
        actor=actor,
        staff_id=row.staff_id,
        customer_id=row.customer_id,
        ref=f"conversation:{row.pk}",
        now=now,
    )


def _held_by(actor: Actor, conversation_id: UUID) -> Conversation:
    """The conversation, locked, when `actor` may move it: who has it, a supervisor, or the system."""
    row = locked(actor, conversation_id)
    if row.status == C.CLOSED:
        raise Closed()
    if actor.is_staff and row.status != C.ASSIGNED and actor.role != "supervisor":
        raise NotTaken()
    if actor.is_staff and row.staff_id and str(row.staff_id) != actor.id and actor.role != "supervisor":
        raise NotYours(label=row.staff_label, staff_no=row.staff_no)
    return row


@transaction.atomic
def hand_over(
    *, actor: Actor, conversation_id: UUID, to_staff_id: UUID | None = None, reason: str, now: datetime
) -> ConversationView:
    """Give the conversation to a colleague who is at the desk, or (None) back to the queue, to its old place.

    The right to see the customer goes with it. Refuses one that is not yours, a colleague who is away, and an
    agent who gives no reason.
    """
    row = _held_by(actor, conversation_id)
    if row.status != C.ASSIGNED or row.staff_id is None:
        raise NotTaken()
    giver = row.staff_id
    if to_staff_id == giver:
        return conversation_view(row)
    reason = fit_words(actor, reason, to_customer=False)
    if actor.is_staff and not reason:
        raise ReasonMissing()
    _end_grant(row, actor=actor, now=now)
    Handover.objects.create(conversation=row, from_staff_id=giver, to_staff_id=to_staff_id, reason=reason, at=now)
    if to_staff_id is None:
        _back_to_queue(row, now=now)
        tell_event(row, "handed_back", now=now)
    else:
        taker = _colleague(to_staff_id, now=now)
        _move(row, C.ASSIGNED, staff_id=taker.pk, staff_label=taker.label, staff_no=taker.staff_no)
        _grant(row, actor=actor, now=now)
        tell_event(row, "handed_over", now=now, label=row.staff_label, staff_no=row.staff_no)
    _record(actor, "hand_over", row, now, giver=str(giver), taker=str(to_staff_id or ""), reason=reason)
    announce_state(row, status=row.status, now=now)
    return conversation_view(row)


def _back_to_queue(row: Conversation, *, now: datetime) -> None:
    queued_at = row.queued_at or now
    _move(
        row,
        C.WAITING,
        staff_id=None,
        taken_at=None,
        queued_at=queued_at,
        rank_at=rules.rank_at(queued_at=queued_at, priority=row.priority),
    )


def _colleague(staff_id: UUID, *, now: datetime) -> Presence:
    presence = Presence.objects.filter(pk=staff_id).first()
    if presence is None:
        person = people.person(staff_id)
        if person.kind != "staff":
            raise NotFound()
        raise AgentAway(label=person.shown_name, staff_no=person.staff_no)
    if presence.status != Presence.ONLINE or presence.heard_at < now - rules.HEARD_WITHIN:
        raise AgentAway(label=presence.label, staff_no=presence.staff_no)
    return presence


@transaction.atomic
def close_conversation(*, actor: Actor, conversation_id: UUID, summary: str, now: datetime) -> ConversationView:
    """Close, and tell the customer what was done, by whom (alias and 工号) and under which number.

    By who has it, a supervisor, the customer, or the system. An agent writes a summary, or is refused.
    """
    row = _held_by(actor, conversation_id)
    summary = fit_words(actor, summary, to_customer=True)
    if actor.is_staff and not summary:
        raise SummaryMissing()
    had = row.status == C.ASSIGNED
    if had:
        _end_grant(row, actor=actor, now=now)
    if had and summary:
        tell_event(row, "closed", now=now, summary=summary, label=row.staff_label, staff_no=row.staff_no, no=row.no)
    else:
        tell_event(row, "closed_by_house", now=now, no=row.no)
    _move(row, C.CLOSED, closed_at=now, summary=summary)
    _record(actor, "close_conversation", row, now, summary=summary)
    announce_state(row, status=C.CLOSED, now=now)
    return conversation_view(row)
