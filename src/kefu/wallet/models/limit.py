"""How much may leave a wallet: the house's limits as versioned rows, and what customers set for themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id
from kefu.core.money import HOME
from kefu.wallet.models.fee import LIFETIME, MONTH, YEAR

ORDER, DAY = "order", "day"
SCOPES = (ORDER, DAY, MONTH, YEAR, LIFETIME)


class Limit(models.Model):
    """One limit of the house, from an instant on; a new version of its `series` is a new row.

    It counts the orders of its `outlets` (codes of `rules.outlet`; none named: every payment from the balance, which
    leaves out withdrawals to a card of one's own) in its `scope`, for wallets of `tier` and `proof` (None: any).
    `cap` in minor units of `currency`; None: no limit any more. What is not in our currency counts exchanges alone,
    each with its equivalent.
    """

    series = models.TextField()
    version = models.IntegerField()
    effective_from = models.DateTimeField()
    outlets = ArrayField(models.TextField(), default=list)
    scope = models.TextField()
    tier = models.SmallIntegerField(null=True)
    proof = models.SmallIntegerField(null=True)
    cap = models.BigIntegerField(null=True)
    currency = models.TextField(default=HOME, db_default=HOME)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="one_limit_per_version"),
            models.CheckConstraint(
                condition=Q(scope__in=SCOPES)
                & (Q(cap=None) | Q(cap__gt=0))
                & (Q(tier=None) | Q(tier__in=(1, 2, 3)))
                & (Q(proof=None) | Q(proof__in=(1, 2, 3))),
                name="limit_sane",
            ),
        ]


class OwnLimit(models.Model):
    """What a customer allows for one outlet: on or off, and caps below the house's (minor units; None: no own cap)."""

    customer_id = models.UUIDField()
    outlet = models.TextField()
    allowed = models.BooleanField(default=True)
    order_cap = models.BigIntegerField(null=True)
    day_cap = models.BigIntegerField(null=True)
    month_cap = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "outlet"], name="one_own_limit_per_outlet"),
            models.CheckConstraint(
                condition=(Q(order_cap=None) | Q(order_cap__gt=0))
                & (Q(day_cap=None) | Q(day_cap__gt=0))
                & (Q(month_cap=None) | Q(month_cap__gt=0)),
                name="own_limit_positive",
            ),
        ]


class TermsChange(models.Model):
    """A new version of a fee, limit or spread, proposed by one and published by another's yes. `body` is the row."""

    FEE, LIMIT, SPREAD = "fee", "limit", "spread"
    PROPOSED, PUBLISHED, REJECTED = "PROPOSED", "PUBLISHED", "REJECTED"
    TRANSITIONS = frozenset({(PROPOSED, PUBLISHED), (PROPOSED, REJECTED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    what = models.TextField()
    body = models.JSONField()
    effective_from = models.DateTimeField()
    status = models.TextField(default=PROPOSED)
    approval_id = models.UUIDField(unique=True)
    maker_id = models.UUIDField()
    reason = models.TextField()
    proposed_at = models.DateTimeField()
    until = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=("fee", "limit", "spread"), status__in=("PROPOSED", "PUBLISHED", "REJECTED")),
                name="terms_change_known",
            ),
        ]
        indexes = [models.Index(fields=["what", "-proposed_at"], name="terms_change_lately")]
