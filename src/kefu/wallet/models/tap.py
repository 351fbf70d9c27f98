"""Devices that pay by being held near a terminal, and amounts that wait at one."""

from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id
from kefu.wallet.models.shop import Merchant, Sale


class TapToken(models.Model):
    """What stands for a wallet on one device. Of its number only a digest and the last four are kept, its key sealed.

    `counter` is the highest that a tap has used; `proved_at` when its owner last gave the payment PIN for it.
    """

    ACTIVE, SUSPENDED, REMOVED = "ACTIVE", "SUSPENDED", "REMOVED"
    TRANSITIONS = frozenset({(ACTIVE, SUSPENDED), (SUSPENDED, ACTIVE), (ACTIVE, REMOVED), (SUSPENDED, REMOVED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    digest = models.BinaryField(unique=True)
    last4 = models.TextField()
    label = models.TextField()
    sealed_key = models.BinaryField()
    counter = models.IntegerField(default=0)
    status = models.TextField(default=ACTIVE)
    added_at = models.DateTimeField()
    proved_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ACTIVE", suspended_at=None, removed_at=None)
                | Q(status="SUSPENDED", suspended_at__isnull=False, removed_at=None)
                | Q(status="REMOVED", removed_at__isnull=False, sealed_key=b""),
                name="tap_token_status_when",
            ),
            models.CheckConstraint(condition=Q(counter__gte=0, counter__lte=0xFFFF), name="tap_token_counter_sane"),
        ]
        indexes = [models.Index(fields=["customer_id", "-added_at"], name="tap_token_of_customer")]


class TapDoubt(models.Model):
    """How many cryptograms in a row that were not the device's came for a token through one merchant, the last of them
    at `last_at`. Whoever has seen a token's number can say something wrong for it: that is held against who brought it.
    """

    token = models.ForeignKey(TapToken, on_delete=models.PROTECT, related_name="doubts")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="tap_doubts")
    wrong = models.IntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "merchant"], name="one_doubt_per_token_and_merchant")]
        indexes = [models.Index(fields=["last_at"], name="tap_doubt_newest")]


class TapWait(models.Model):
    """A sale whose terminal waits for a tap: `terminal` is how a device finds it, `unpredictable` what makes its tap
    good for this sale alone. `token` is whose tap was taken.
    """

    sale = models.OneToOneField(Sale, primary_key=True, on_delete=models.PROTECT, related_name="tap_wait")
    terminal = models.TextField()
    unpredictable = models.BinaryField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tapped_at = models.DateTimeField(null=True)
    token = models.ForeignKey(TapToken, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"], name="one_open_wait_per_terminal", condition=Q(tapped_at=None)
            ),
            models.CheckConstraint(
                condition=Q(tapped_at=None, token=None) | Q(tapped_at__isnull=False, token__isnull=False),
                name="tap_wait_tapped_by_whom",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="tap_wait_sane"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="tap_wait_to_forget", condition=Q(tapped_at=None))]
