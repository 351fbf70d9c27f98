"""What merchants are paid out: to which account of theirs, and each time that it was."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id
from kefu.wallet.models.order import Order
from kefu.wallet.models.shop import Merchant


class MerchantAccount(models.Model):
    """A bank account of a merchant's, checked by the bank. Paid out to is the one that is ACTIVE, from `pays_from` on.

    `token` is the bank's; of the account nothing else is known here but its last four digits and its `holder`, whom the
    bank confirmed. `reason`: why it was approved though the holder is not named as the merchant is.
    """

    PROPOSED, ACTIVE, REPLACED, REJECTED = "PROPOSED", "ACTIVE", "REPLACED", "REJECTED"
    TRANSITIONS = frozenset({(PROPOSED, ACTIVE), (PROPOSED, REJECTED), (ACTIVE, REPLACED), (ACTIVE, REJECTED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="bank_accounts")
    connector = models.TextField()
    token = models.TextField()
    bank = models.TextField()
    last4 = models.TextField()
    holder = models.TextField(default="")
    reason = models.TextField(default="")
    status = models.TextField(default=PROPOSED)
    proposed_at = models.DateTimeField()
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    pays_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], name="one_active_account_per_merchant", condition=Q(status="ACTIVE")
            ),
            models.UniqueConstraint(
                fields=["merchant"], name="one_proposed_account_per_merchant", condition=Q(status="PROPOSED")
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED", decided_at=None, pays_from=None)
                | Q(status__in=("ACTIVE", "REPLACED"), decided_at__isnull=False, pays_from__isnull=False)
                | Q(status="REJECTED", decided_at__isnull=False),
                name="merchant_account_decided_when",
            ),
        ]


class Disbursement(models.Model):
    """The merchant's side of an order of kind disbursement. `day`: it went by itself on it; None: it was asked for."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="disbursement")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="disbursements")
    to = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(null=True)
    asked_by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="one_daily_disbursement")]
        indexes = [models.Index(fields=["merchant", "-created_at"], name="disbursement_of_merchant")]
