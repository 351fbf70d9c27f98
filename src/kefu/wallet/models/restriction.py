"""What stops an account: its customer's own brake, and what the house or the law forbids it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id


class OutflowStop(models.Model):
    """The customer's own emergency brake: nothing leaves the account until it is lifted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    reason_code = models.TextField()
    imposed_by = models.TextField()
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id"], name="one_stop_at_a_time", condition=Q(lifted_at=None)),
        ]


class Restriction(models.Model):
    """What the house or the law forbids an account: always with reason, materials, a way out and an end."""

    OUT, IN, ALL = "out", "in", "all"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    scope = models.TextField()
    reason_code = models.TextField()
    materials = ArrayField(models.TextField())
    appeal_url = models.TextField()
    imposed_by = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=("out", "in", "all")), name="restriction_scope_known"),
            models.CheckConstraint(
                condition=~Q(reason_code="") & ~Q(appeal_url="") & Q(until__gt=F("since")),
                name="restriction_says_why_and_how",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "until"], name="restriction_in_force", condition=Q(lifted_at=None)),
            models.Index(fields=["until"], name="restriction_to_expire", condition=Q(lifted_at=None)),
        ]
