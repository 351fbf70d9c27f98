"""Who is at the desk: said by themselves, kept by their page's signs of life, ended by silence."""

from datetime import datetime

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.events import announce
from kefu.core.refusal import NotFound
from kefu.core.relay import wake_relay
from kefu.desk import events, rules
from kefu.desk.actions.conversation import hand_over
from kefu.desk.models import Conversation, Message, Presence


@transaction.atomic
def set_presence(*, actor: Actor, status: str, now: datetime, capacity: int | None = None) -> None:
    """`actor` says that they are online, away or offline. `capacity`: most conversations at once."""
    if not actor.is_staff or status not in (Presence.ONLINE, Presence.AWAY, Presence.OFFLINE):
        raise NotFound()
    row, _made = Presence.objects.select_for_update().get_or_create(
        pk=actor.uuid,
        defaults={"label": actor.label, "staff_no": actor.staff_no, "since": now, "heard_at": now},
    )
    changed = row.status != status or row.lost_at is not None
    row.status, row.heard_at, row.lost_at = status, now, None
    row.label, row.staff_no = actor.label, actor.staff_no
    row.since = now if changed else row.since
    row.capacity = capacity or row.capacity
    row.save()
    if changed:
        audit.record(actor=actor, action="desk.set_presence", subject=actor.ref, now=now, data={"status": status})
        _announce(row, status, now)


@transaction.atomic
def beat_presence(*, actor: Actor, now: datetime) -> str:
    """A sign of life of `actor`'s page, every 20 s or so; returns their status. Who was lost is back."""
    back = Presence.objects.filter(pk=actor.uuid, lost_at__isnull=False).update(lost_at=None)
    Presence.objects.filter(pk=actor.uuid).update(heard_at=now)
    row = Presence.objects.filter(pk=actor.uuid).first()
    if row is None:
        return Presence.OFFLINE
    if back:
        _announce(row, row.status, now)
    return row.status


def sweep_presence(*, now: datetime) -> int:
    """Who was not heard for a minute counts as away; a customer whom they left unanswered for three goes back
    to the queue, to the old place. Returns how many conversations went back. For the periodic task.
    """
    silent = Presence.objects.filter(heard_at__lt=now - rules.HEARD_WITHIN, lost_at=None)
    for row in silent.exclude(status=Presence.OFFLINE):
        with transaction.atomic():
            if silent.filter(pk=row.pk).update(lost_at=now):
                _announce(row, Presence.AWAY, now)
    lost = Presence.objects.filter(heard_at__lt=now - rules.LOST_AFTER)
    left = Conversation.objects.filter(
        status=Conversation.ASSIGNED,
        staff_id__in=list(lost.values_list("pk", flat=True)),
        last_message_at__lt=now - rules.LOST_AFTER,
    )
    back = 0
    for conversation in left:
        said = conversation.messages.filter(kind=Message.TEXT).order_by("-seq").first()
        if said is not None and said.author_kind == Message.CUSTOMER:
            hand_over(actor=SYSTEM, conversation_id=conversation.pk, reason="agent lost", now=now)
            back += 1
    return back


def _announce(row: Presence, status: str, now: datetime) -> None:
    announce(
        kind=events.PRESENCE,
        key=f"staff:{row.pk}",
        topics=["desk"],
        payload={"staff": str(row.pk), "status": status},
        now=now,
    )
    wake_relay()
