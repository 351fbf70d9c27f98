"""Vouchers: campaigns that a person proposes and another approves, and what a customer has of them."""

from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id


class Campaign(models.Model):
    """So many vouchers of `amount` for payments of at least `min_spend` (minor units), one a customer.

    `merchant_id`: the only merchant that takes them; None: all do. They can be had and used from `valid_from` until
    `valid_until`. `issued` of `count` have been taken.
    """

    PROPOSED, OPEN, ENDED = "PROPOSED", "OPEN", "ENDED"
    TRANSITIONS = frozenset({(PROPOSED, OPEN), (PROPOSED, ENDED), (OPEN, ENDED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    amount = models.BigIntegerField()
    min_spend = models.BigIntegerField()
    currency = models.TextField()
    merchant = models.ForeignKey("wallet.Merchant", null=True, on_delete=models.PROTECT, related_name="+")
    count = models.IntegerField()
    issued = models.IntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    status = models.TextField(default=PROPOSED)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=("PROPOSED", "OPEN", "ENDED")), name="campaign_status_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, min_spend__gt=F("amount"), valid_until__gt=F("valid_from")),
                name="campaign_sane",
            ),
            models.CheckConstraint(
                condition=Q(issued__gte=0, issued__lte=F("count"), count__gt=0),
                name="campaign_issues_at_most_its_count",
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED") | ~Q(decided_by=F("proposed_by")), name="campaign_decided_by_another"
            ),
        ]


class Voucher(models.Model):
    """What one customer has of a campaign. `left` is what we owe for it (L50, minor units).

    LOCKED: `quote_id` is the quote that it is to pay for. USED: all of it was paid with. RETURNED: a refund brought
    some of it back, which can be used again.
    """

    ISSUED, LOCKED, USED, RETURNED, EXPIRED = "ISSUED", "LOCKED", "USED", "RETURNED", "EXPIRED"
    TRANSITIONS = frozenset(
        {
            (ISSUED, LOCKED),
            (RETURNED, LOCKED),
            (LOCKED, ISSUED),
            (LOCKED, RETURNED),
            (LOCKED, USED),
            (USED, RETURNED),
            (EXPIRED, RETURNED),
            (ISSUED, EXPIRED),
            (RETURNED, EXPIRED),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="vouchers")
    customer_id = models.UUIDField()
    value = models.BigIntegerField()
    left = models.BigIntegerField()
    status = models.TextField(default=ISSUED)
    quote_id = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer_id"], name="one_voucher_of_a_campaign_each"),
            models.CheckConstraint(condition=Q(left__gte=0, left__lte=F("value")), name="voucher_left_within_value"),
            models.CheckConstraint(
                condition=Q(status="LOCKED", quote_id__isnull=False) | (~Q(status="LOCKED") & Q(quote_id=None)),
                name="voucher_locked_for_a_quote",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("USED", "EXPIRED"), left=0)
                | Q(status__in=("ISSUED", "LOCKED", "RETURNED"), left__gt=0),
                name="voucher_left_by_status",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-issued_at"], name="voucher_of_customer"),
            models.Index(
                fields=["valid_until"], name="voucher_to_expire", condition=Q(status__in=("ISSUED", "RETURNED"))
            ),
            models.Index(fields=["quote_id"], name="voucher_locked", condition=Q(status="LOCKED")),
        ]
