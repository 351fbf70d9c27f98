"""What an exchange was quoted at, and what the house adds to the middle rate."""

from django.db import models
from django.db.models import F, Q

from kefu.wallet.models.kind import BUY, FOREIGN, SELL
from kefu.wallet.models.quote import Quote


class Spread(models.Model):
    """What the house takes on each side of a currency's middle rate, from an instant on, in basis points. A new version
    is a new row.
    """

    MOST = 500

    currency = models.TextField()
    version = models.IntegerField()
    effective_from = models.DateTimeField()
    bps = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "version"], name="one_spread_per_version"),
            models.CheckConstraint(condition=Q(currency__in=FOREIGN, bps__gte=0, bps__lte=500), name="spread_sane"),
        ]


class Exchange(models.Model):
    """The exchange behind a quote, as it was shown before the confirmation. Insert-only.

    `side`: the foreign `currency` is bought or sold. The quote's amount and currency are what is sold; `bought` minor
    units of `bought_currency` come for it. `rate`: of our currency for `units` of the foreign one, `mid` with the
    spread; `rate_id`: the market rate it came from. `usd`: what it counts with against the yearly quota, in cents.
    """

    quote = models.OneToOneField(Quote, primary_key=True, on_delete=models.PROTECT, related_name="exchange")
    side = models.TextField()
    currency = models.TextField()
    bought = models.BigIntegerField()
    bought_currency = models.TextField()
    units = models.SmallIntegerField()
    mid = models.DecimalField(max_digits=14, decimal_places=6)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    rate_id = models.BigIntegerField()
    spread = models.ForeignKey(Spread, on_delete=models.PROTECT, related_name="+")
    purpose = models.TextField()
    usd = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__in=FOREIGN, bought__gt=0, units__gt=0, mid__gt=0, usd__gte=0)
                & ~Q(purpose="")
                & (
                    Q(side=BUY, bought_currency=F("currency"), rate__gte=F("mid"))
                    | (Q(side=SELL, rate__lte=F("mid"), rate__gt=0) & ~Q(bought_currency=F("currency")))
                ),
                name="exchange_sane",
            ),
        ]
