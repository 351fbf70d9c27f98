"""What orders cost, as versioned rows."""

from typing import Any

from django.db import models
from django.db.models import F, Func, Q

from kefu.wallet.models.kind import EXCHANGE, PAYMENT

LIFETIME, YEAR, MONTH = "lifetime", "year", "month"
WINDOWS = (LIFETIME, YEAR, MONTH)
PAYER, PAYEE = "payer", "payee"


class FeeTiersSane(Func):
    """The database's own check of `tiers`: pairs of whole numbers, bounds rising from above zero, rates below one."""

    function = "wallet_fee_tiers_sane"
    arity = 1
    output_field: Any = models.BooleanField()


class FeeSchedule(models.Model):
    """What a kind and mode of order costs, from an instant on. A new version is a new row.

    The part of the amount above `free_up_to` and above what is left of the person's `free_quota` in its `window` is
    charged: `rate_ppm` millionths, and from each bound of `tiers` (`[[from, millionths], …]`, minor units) on that
    tier's rate for what lies above it; at least `least`, at most `most` (minor units). Nothing above them is free of
    charge. `charged_to`: who pays it, the payer on top of the amount or the payee out of it.

    The tiers are a value of the row, not a table of their own: a version is written once and read whole, and a row
    beside it could be missing or come later without anybody noticing.
    """

    kind = models.TextField()
    mode = models.TextField()
    version = models.IntegerField()
    effective_from = models.DateTimeField()
    free_up_to = models.BigIntegerField(default=0)
    free_quota = models.BigIntegerField(default=0)
    window = models.TextField(default="")
    rate_ppm = models.IntegerField(default=0)
    tiers = models.JSONField(default=list)
    least = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)
    charged_to = models.TextField(default=PAYER)

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
            models.CheckConstraint(condition=Q(FeeTiersSane(F("tiers"))), name="fee_tiers_sane"),
            models.CheckConstraint(
                condition=Q(charged_to=PAYER) | Q(charged_to=PAYEE, free_quota=0), name="fee_charged_to_known"
            ),
            models.CheckConstraint(
                # The merchant bears it: what a payer confirms is what the merchant asked.
                condition=~Q(kind=PAYMENT) | Q(rate_ppm=0, tiers=[]),
                name="fee_of_a_payment_is_the_merchants",
            ),
            models.CheckConstraint(
                # Of any currency: a share of what is sold is the only fee that is the same in each.
                condition=~Q(kind=EXCHANGE) | Q(free_up_to=0, free_quota=0, least=0, tiers=[], charged_to=PAYER),
                name="fee_of_an_exchange_is_a_share",
            ),
        ]
