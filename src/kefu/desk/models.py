"""Conversations, what was said in them, who had them, and who is at the desk: tables only."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Conversation(models.Model):
    """One matter of one customer, from the first message to its close. At most one a customer is open.

    `queued_at` is when the customer first asked for a person and is kept when an agent hands back; `rank_at`
    is the place in the queue (see `rules.rank_at`). `staff_*` name who has it, or had it last.
    """

    BOT, WAITING, ASSIGNED, CLOSED = "BOT", "WAITING", "ASSIGNED", "CLOSED"
    TRANSITIONS = frozenset(
        {
            (BOT, WAITING),
            (BOT, ASSIGNED),
            (BOT, CLOSED),
            (WAITING, BOT),
            (WAITING, ASSIGNED),
            (WAITING, CLOSED),
            (ASSIGNED, ASSIGNED),
            (ASSIGNED, WAITING),
            (ASSIGNED, CLOSED),
            (CLOSED, BOT),
            (CLOSED, ASSIGNED),
        }
    )

    id = models.UUIDField(primary_key=True)
    no = models.TextField(unique=True)
    customer_id = models.UUIDField()
    customer_label = models.TextField()
    status = models.TextField(default=BOT)
    staff_id = models.UUIDField(null=True)
    staff_label = models.TextField(default="")
    staff_no = models.TextField(default="")
    language = models.TextField(default="zh-hans")
    intent = models.TextField(default="")
    reason = models.TextField(default="")
    priority = models.SmallIntegerField(default=3)
    opened_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    rank_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    summary = models.TextField(default="")
    last_seq = models.IntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"], name="one_open_conversation", condition=~Q(status="CLOSED")
            ),
            models.CheckConstraint(
                name="conversation_status_known",
                condition=Q(status__in=("BOT", "WAITING", "ASSIGNED", "CLOSED")),
            ),
            models.CheckConstraint(
                name="waiting_has_a_place", condition=~Q(status="WAITING") | Q(rank_at__isnull=False)
            ),
            models.CheckConstraint(
                name="assigned_has_somebody", condition=~Q(status="ASSIGNED") | Q(staff_id__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["rank_at", "id"], name="conversation_queue", condition=Q(status="WAITING")),
            models.Index(fields=["staff_id"], name="conversation_of_staff", condition=Q(status="ASSIGNED")),
            models.Index(fields=["customer_id", "opened_at"], name="conversation_by_customer"),
            models.Index(fields=["closed_at"], name="conversation_closed", condition=Q(status="CLOSED")),
        ]


class Message(models.Model):
    """One thing said. `id` is its sender's own; `seq` counts within the conversation, in order of commit."""

    TEXT, ANSWER, NOTE, EVENT = "text", "answer", "note", "event"
    CUSTOMER, ASSISTANT, STAFF, SYSTEM = "customer", "assistant", "staff", "system"

    id = models.UUIDField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    seq = models.IntegerField()
    author_kind = models.TextField()
    author_id = models.TextField()
    author_label = models.TextField(default="")
    staff_no = models.TextField(default="")
    kind = models.TextField()
    body = models.TextField()
    data = models.JSONField(default=dict)
    file_ids = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.CheckConstraint(
                name="message_kind_known", condition=Q(kind__in=("text", "answer", "note", "event"))
            ),
            models.CheckConstraint(
                name="message_author_known",
                condition=Q(author_kind__in=("customer", "assistant", "staff", "system")),
            ),
        ]
        indexes = [
            models.Index(fields=["conversation"], name="message_unread", condition=Q(read_at=None)),
            GinIndex(fields=["file_ids"], name="message_of_file", condition=~Q(file_ids=[])),
        ]


class Handover(models.Model):
    """Who gave a conversation to whom (nobody: back to the queue), and why. Insert-only."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="handovers")
    from_staff_id = models.UUIDField()
    to_staff_id = models.UUIDField(null=True)
    reason = models.TextField()
    at = models.DateTimeField()


class Presence(models.Model):
    """Whether a member of staff is at the desk, by their own word. `heard_at` is their page's last sign of
    life; `lost_at` is set when it fell silent, and while it is they count as away.
    """

    ONLINE, AWAY, OFFLINE = "online", "away", "offline"

    staff_id = models.UUIDField(primary_key=True)
    label = models.TextField()
    staff_no = models.TextField()
    status = models.TextField(default=OFFLINE)
    capacity = models.SmallIntegerField(default=5)
    since = models.DateTimeField()
    heard_at = models.DateTimeField()
    lost_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="presence_status_known", condition=Q(status__in=("online", "away", "offline"))),
            models.CheckConstraint(name="presence_has_capacity", condition=Q(capacity__gte=1)),
        ]
