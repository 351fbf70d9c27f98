"""A sum divided among people, each of whom pays their share by an ordinary transfer."""

from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id


class Split(models.Model):
    """`customer_id` made it and is paid. `order_id`: the order that it divides, when there is one."""

    OPEN, CANCELLED = "OPEN", "CANCELLED"
    TRANSITIONS = frozenset({(OPEN, CANCELLED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    label = models.TextField()
    title = models.TextField()
    total = models.BigIntegerField()
    currency = models.TextField()
    order_id = models.UUIDField(null=True)
    status = models.TextField(default=OPEN)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="split_total_positive"),
            models.CheckConstraint(
                condition=Q(status="OPEN", cancelled_at=None) | Q(status="CANCELLED", cancelled_at__isnull=False),
                name="split_cancelled_when",
            ),
            models.UniqueConstraint(
                fields=["order_id"], name="one_open_split_per_order", condition=Q(status="OPEN", order_id__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["customer_id", "-created_at"], name="split_of_customer")]


class Share(models.Model):
    """One person's part. PAYING: its transfer waits. DROPPED: the split ended before it was paid.

    The maker's own share is PAID from the beginning and has no order.
    """

    DUE, PAYING, PAID, DROPPED = "DUE", "PAYING", "PAID", "DROPPED"
    TRANSITIONS = frozenset(
        {(DUE, PAYING), (DUE, PAID), (PAYING, PAID), (PAYING, DUE), (DUE, DROPPED), (PAYING, DROPPED)}
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    split = models.ForeignKey(Split, on_delete=models.PROTECT, related_name="shares")
    place = models.SmallIntegerField()
    customer_id = models.UUIDField()
    label = models.TextField()
    weight = models.IntegerField()
    amount = models.BigIntegerField()
    own = models.BooleanField(default=False)
    status = models.TextField(default=DUE)
    order_id = models.UUIDField(null=True, unique=True)
    paid_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["split", "customer_id"], name="one_share_a_person"),
            models.CheckConstraint(condition=Q(amount__gt=0, weight__gt=0), name="share_positive"),
            models.CheckConstraint(
                condition=Q(status__in=("DUE", "DROPPED"))
                | Q(own=True, status="PAID", order_id=None)
                | Q(own=False, status__in=("PAYING", "PAID"), order_id__isnull=False),
                name="share_paid_by_an_order",
            ),
            models.CheckConstraint(
                condition=Q(status="PAID", paid_at__isnull=False) | (~Q(status="PAID") & Q(paid_at=None)),
                name="share_paid_when",
            ),
        ]
        indexes = [models.Index(F("customer_id"), name="share_of_customer")]


class ShareQuote(models.Model):
    """Which share a quote of the wallet was asked for."""

    quote_id = models.UUIDField(primary_key=True)
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="quotes")
    at = models.DateTimeField()
