"""Lines into the house and what came in by them: tables only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Line(models.Model):
    """A way in: the web chat, later a mailbox or an account of a social network."""

    code = models.TextField(unique=True)
    kind = models.TextField()


class Incoming(models.Model):
    """One thing said to us, as it may be kept. `outside_id` is its sender's own name for it, unique on its
    line (a line whose ids are no UUIDs derives one). `found` are the kinds of secret that were masked.

    `at` is when it was said, `heard_at` when it reached us, `handled_at` when its thread's job was done.
    """

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    outside_id = models.UUIDField()
    thread = models.TextField()
    author_ref = models.TextField()
    body = models.TextField()
    found = ArrayField(models.TextField(), default=list)
    file_ids = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "outside_id"], name="incoming_once_per_line"),
        ]
        indexes = [
            models.Index(fields=["thread", "id"], name="incoming_unhandled", condition=Q(handled_at=None)),
            models.Index(fields=["thread", "heard_at"], name="incoming_by_thread"),
        ]
