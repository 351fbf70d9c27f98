"""Reports of words that pose as us or lead customers away from us."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id


class Report(models.Model):
    """Words that one customer wrote to another and that name a number or a link that is not ours; one a `ref`.

    `found` are the kinds (number, link, handle). Opened by the house itself; decided by an operator or supervisor.
    """

    OPEN, CONFIRMED, DISMISSED = "OPEN", "CONFIRMED", "DISMISSED"
    STATUSES = (OPEN, CONFIRMED, DISMISSED)
    TRANSITIONS = frozenset({(OPEN, CONFIRMED), (OPEN, DISMISSED)})

    id = models.UUIDField(primary_key=True, default=new_id)
    ref = models.TextField(unique=True)
    writer_id = models.UUIDField()
    reader_id = models.UUIDField(null=True)
    words = models.TextField()
    found = models.JSONField()
    status = models.TextField(default=OPEN)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=("OPEN", "CONFIRMED", "DISMISSED")), name="report_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", decided_at=None, decided_by="")
                | (~Q(status="OPEN") & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="report_is_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at"], name="report_by_time"),
            models.Index(fields=["opened_at"], name="report_open", condition=Q(status="OPEN")),
        ]
