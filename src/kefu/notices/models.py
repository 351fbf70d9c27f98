"""Notices that a person reads, what they muted, and messages on their way out."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id


class Notice(models.Model):
    """One thing told to one person. The words are made when it is read, in the reader's language."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user_id = models.UUIDField()
    kind = models.TextField()
    values = models.JSONField(default=dict)
    ref = models.TextField(default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-at"], name="notice_by_person"),
            models.Index(fields=["user_id"], name="notice_unread", condition=Q(read_at=None)),
        ]


class Mute(models.Model):
    """A kind of notice that a person does not want by mail. Security kinds cannot be muted."""

    user_id = models.UUIDField()
    kind = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "kind"], name="one_mute_per_kind")]


class Outgoing(models.Model):
    """A message on its way by SMS or mail. `sealed` is emptied once it is sent or lapses."""

    WAITING, SENT, LAPSED = "WAITING", "SENT", "LAPSED"
    TRANSITIONS = frozenset({(WAITING, SENT), (WAITING, LAPSED)})

    id = models.UUIDField(primary_key=True, default=new_id)
    line = models.TextField(choices=[("sms", "sms"), ("mail", "mail")])
    purpose = models.TextField()
    to_masked = models.TextField()
    sealed = models.BinaryField()
    status = models.TextField(default=WAITING)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outside_id = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outgoing_status_known", condition=Q(status__in=("WAITING", "SENT", "LAPSED"))
            ),
            models.CheckConstraint(
                name="outgoing_closed_is_shredded", condition=Q(status="WAITING") | Q(sealed=b"")
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="outgoing_waiting", condition=Q(status="WAITING")),
        ]
