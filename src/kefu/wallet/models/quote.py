"""What an order would be, before it is confirmed."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id
from kefu.wallet.models.account import Instrument
from kefu.wallet.models.bill_account import BillAccount
from kefu.wallet.models.fee import FeeSchedule
from kefu.wallet.models.kind import QUOTED, one_of


class Quote(models.Model):
    """What was shown before the confirmation: whoever confirms it gets exactly this, or nothing.

    `counted`: what it counts with against limits, in our currency, where that is not the amount.
    `quota_left`: what was left of the person's free quota before it, as last looked at. `amount` is what the customer
    pays; `voucher_part` is what a voucher adds to it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()
    customer_id = models.UUIDField()
    payee_id = models.UUIDField(null=True)
    payee_name = models.TextField()
    payee_phone = models.TextField(default="")
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BillAccount, null=True, on_delete=models.PROTECT, related_name="+")
    sale = models.ForeignKey("wallet.Sale", null=True, on_delete=models.PROTECT, related_name="+")
    voucher = models.ForeignKey("wallet.Voucher", null=True, on_delete=models.PROTECT, related_name="+")
    voucher_part = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    counted = models.BigIntegerField(null=True)
    quota_used = models.BigIntegerField(default=0)
    quota_left = models.BigIntegerField(default=0)
    currency = models.TextField()
    mode = models.TextField()
    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT)
    remark = models.TextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=one_of(QUOTED), name="quote_kind_has_its_parties"),
            models.CheckConstraint(
                condition=Q(voucher=None, voucher_part=0) | Q(voucher__isnull=False, voucher_part__gt=0),
                name="quote_voucher_has_a_part",
            ),
        ]
