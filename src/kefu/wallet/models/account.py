"""A customer's wallet and the cards linked to it."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id


class Wallet(models.Model):
    """One wallet a customer; `account` is its account in the books.

    `tier` is the class of the account (1, 2, 3 for Ⅰ, Ⅱ, Ⅲ) by the outside checks that its holder passed, `proof` how
    strongly payments are proved: 1 less than two factors, 2 two, 3 two with a certificate. Both begin at the lowest.
    """

    customer_id = models.UUIDField(primary_key=True)
    account = models.BigIntegerField()
    currency = models.TextField()
    opened_at = models.DateTimeField()
    tier = models.SmallIntegerField(default=1)
    proof = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tier__in=(1, 2, 3), proof__in=(1, 2, 3)), name="wallet_standing_known"),
        ]


class StandingChange(models.Model):
    """A higher standing for a customer, proposed by one of the staff and decided by another within `LASTS`."""

    PROPOSED, APPROVED, REJECTED, LAPSED = "PROPOSED", "APPROVED", "REJECTED", "LAPSED"
    TRANSITIONS = frozenset({(PROPOSED, APPROVED), (PROPOSED, REJECTED), (PROPOSED, LAPSED)})
    LASTS = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    tier = models.SmallIntegerField()
    proof = models.SmallIntegerField()
    checks = ArrayField(models.TextField())
    status = models.TextField(default=PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"], name="one_open_standing_change", condition=Q(status="PROPOSED")
            ),
            models.CheckConstraint(
                condition=Q(tier__in=(1, 2, 3), proof__in=(1, 2, 3)), name="standing_change_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("PROPOSED", "LAPSED"), decided_by=None)
                | (Q(status__in=("APPROVED", "REJECTED"), decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="standing_change_decided_by_another",
            ),
        ]


class Instrument(models.Model):
    """A linked card: the bank's token and what a person recognises it by. The number is never here."""

    ACTIVE, REMOVED = "ACTIVE", "REMOVED"
    TRANSITIONS = frozenset({(ACTIVE, REMOVED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    connector = models.TextField()
    token = models.TextField()
    last4 = models.TextField()
    bank = models.TextField()
    kind = models.TextField()
    status = models.TextField(default=ACTIVE)
    linked_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "token"],
                name="one_active_link_per_card",
                condition=Q(status="ACTIVE"),
            ),
            models.CheckConstraint(condition=Q(last4__regex=r"^[0-9]{4}$"), name="instrument_shows_four_digits"),
        ]
