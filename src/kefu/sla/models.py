"""Clocks that run, ran or were kept."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id


class Deadline(models.Model):
    """One clock about one thing. Due time and version of the policy stay as they were when it started."""

    RUNNING, PAUSED, STOPPED = "RUNNING", "PAUSED", "STOPPED"
    TRANSITIONS = frozenset({(RUNNING, PAUSED), (PAUSED, RUNNING), (RUNNING, STOPPED), (PAUSED, STOPPED)})

    id = models.UUIDField(primary_key=True, default=new_id)
    ref = models.TextField()
    clock_id = models.TextField()
    version = models.TextField()
    anchor_at = models.DateTimeField()
    due_at = models.DateTimeField()
    status = models.TextField(default=RUNNING)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(default="")
    paused_seconds = models.BigIntegerField(default=0)
    warned = models.SmallIntegerField(default=0)
    breached_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="deadline_status_known", condition=Q(status__in=("RUNNING", "PAUSED", "STOPPED"))
            ),
            models.UniqueConstraint(
                fields=["ref", "clock_id"],
                name="one_running_clock",
                condition=Q(status__in=("RUNNING", "PAUSED")),
            ),
        ]
        indexes = [
            models.Index(fields=["ref"], name="deadline_by_ref"),
            models.Index(fields=["due_at"], name="deadline_running", condition=Q(status="RUNNING")),
        ]
