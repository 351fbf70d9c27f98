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
    """A group of notices that a person does not want by mail. Security cannot be muted."""

    user_id = models.UUIDField()
    group = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "group"], name="one_mute_per_group"),
            models.CheckConstraint(condition=~Q(group="security"), name="security_is_never_muted"),
        ]


class QuietHours(models.Model):
    """Between which minutes of the local day a person wants no mail, security apart."""

    user_id = models.UUIDField(primary_key=True)
    begin_minute = models.SmallIntegerField()
    end_minute = models.SmallIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(begin_minute__range=(0, 1439), end_minute__range=(0, 1439))
                & ~Q(begin_minute=models.F("end_minute")),
                name="quiet_hours_are_hours",
            )
        ]


class Outgoing(models.Model):
    """A message on its way by SMS or mail. `sealed` is emptied once it is sent, lapses or bounces.

    `key` makes that what is told once leaves once. `next_try_at`: when it is due, or until when a sender has it.
    """

    SMS, MAIL = "sms", "mail"
    WAITING, SENT, LAPSED, BOUNCED = "WAITING", "SENT", "LAPSED", "BOUNCED"
    TRANSITIONS = frozenset({(WAITING, SENT), (WAITING, LAPSED), (WAITING, BOUNCED)})

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.TextField(unique=True)
    line = models.TextField(choices=[("sms", "sms"), ("mail", "mail")])
    purpose = models.TextField()
    user_id = models.UUIDField(null=True)
    to_masked = models.TextField()
    sealed = models.BinaryField()
    status = models.TextField(default=WAITING)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    fault = models.TextField(default="")
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outside_id = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outgoing_status_known", condition=Q(status__in=("WAITING", "SENT", "LAPSED", "BOUNCED"))
            ),
            models.CheckConstraint(
                name="outgoing_closed_is_shredded", condition=Q(status="WAITING") | Q(sealed=b"")
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="outgoing_waiting", condition=Q(status="WAITING")),
            models.Index(fields=["next_try_at"], name="outgoing_due", condition=Q(status="WAITING")),
        ]
