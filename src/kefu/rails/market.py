"""Tables of what the market says money is worth. Insert-only: neither a rate nor a decision on one is ever changed."""

from django.db import models
from django.db.models import Q

TAKEN, DOUBTED = "taken", "doubted"


class MarketRate(models.Model):
    """A middle rate as its source told it: `mid` of our currency for `units` of `currency`, as of `as_of`.

    `verdict`: taken at once, or doubted because it jumped from the rate before it (`before`, of the same units) or is
    the first of its currency (`before` is none): then it counts for nothing until two people's word on it.
    """

    currency = models.TextField()
    units = models.SmallIntegerField()
    mid = models.DecimalField(max_digits=14, decimal_places=6)
    source = models.TextField()
    as_of = models.DateTimeField()
    received_at = models.DateTimeField()
    verdict = models.TextField()
    before = models.DecimalField(max_digits=14, decimal_places=6, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "as_of"], name="one_rate_at_a_time"),
            models.CheckConstraint(
                condition=Q(mid__gt=0, units__gt=0, verdict__in=(TAKEN, DOUBTED)), name="market_rate_sane"
            ),
        ]
        indexes = [models.Index(fields=["currency", "-as_of"], name="market_rate_newest")]


class RateOpinion(models.Model):
    """What one of the staff says of a doubted rate; when another says the same, it is decided (`RateWord`)."""

    rate = models.ForeignKey(MarketRate, on_delete=models.PROTECT, related_name="opinions")
    accepted = models.BooleanField()
    words = models.TextField()
    by_ref = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rate", "by_ref"], name="one_opinion_on_a_rate_each")]


class RateWord(models.Model):
    """The word on a doubted rate, on which two of the staff agreed. `by_ref`: the second of them."""

    rate = models.OneToOneField(MarketRate, primary_key=True, on_delete=models.PROTECT, related_name="word")
    accepted = models.BooleanField()
    words = models.TextField()
    by_ref = models.TextField()
    at = models.DateTimeField()
