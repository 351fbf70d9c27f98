"""What orders cost, as versioned rows."""

from django.db import models
from django.db.models import F, Q

LIFETIME, YEAR, MONTH = "lifetime", "year", "month"
WINDOWS = (LIFETIME, YEAR, MONTH)


class FeeSchedule(models.Model):
    """What a kind and mode of order costs, from an instant on. A new version is a new row.

    The part of the amount above `free_up_to` and above what is left of the person's `free_quota` in its `window` pays
    `rate_ppm` millionths, at least `least`, at most `most` (minor units); nothing above them is free of charge.
    """

    kind = models.TextField()
    mode = models.TextField()
    version = models.IntegerField()
    effective_from = models.DateTimeField()
    free_up_to = models.BigIntegerField(default=0)
    free_quota = models.BigIntegerField(default=0)
    window = models.TextField(default="")
    rate_ppm = models.IntegerField(default=0)
    least = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "mode", "version"], name="one_fee_per_version"),
            models.CheckConstraint(
                condition=Q(free_up_to__gte=0, rate_ppm__gte=0, rate_ppm__lt=1_000_000, least__gte=0)
                & Q(most__gte=F("least")),
                name="fee_schedule_sane",
            ),
            models.CheckConstraint(
                condition=Q(window="", free_quota=0) | Q(window__in=WINDOWS, free_quota__gt=0),
                name="fee_quota_has_its_window",
            ),
        ]
