"""Orders change status by compare-and-set; their timeline is insert-only."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kefu.core.ids import new_id
from kefu.wallet.models.account import Instrument
from kefu.wallet.models.bill_account import BillAccount
from kefu.wallet.models.kind import (
    AT_COUNTER,
    BY_CARD,
    EXCHANGE,
    FOREIGN,
    MODES,
    NOW,
    PAID_OUT,
    PARTIES,
    PAYMENT,
    PROVISIONAL,
    REFUND,
    TRANSFER,
    WITH_BANK,
    one_of,
)
from kefu.wallet.models.quote import Quote
from kefu.wallet.models.status import (
    CREATED,
    HELD,
    LEGAL,
    OPEN,
    RETURNED,
    SUCCEEDED,
    TRANSITIONS,
)


class Order(models.Model):
    """One intent to move money, from the customer's word to its end. `previous` is the status before.

    Labels are what each side sees of the other, as they were when the order was made. `release_at`: when a
    delayed transfer goes; `paused_at`: it waits because outflows are stopped; `cleared_at`: a top-up's
    money was seen on the bank's statement; `acknowledged_at`: since when a biller has taken a payment on and the wallet
    is debited. `quota_used`: what it took of the free quota of its kind, given back with its fee. `pot_id`: the pot
    that money of one's own goes into or, `from_pot`, comes out of. `counted`: what it counts with against limits, in
    our currency, where that is not the amount. Of a disbursement `customer_id` is the merchant.
    """

    TRANSITIONS = TRANSITIONS

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.TextField(unique=True)
    kind = models.TextField()
    customer_id = models.UUIDField()
    payee_id = models.UUIDField(null=True)
    payer_label = models.TextField()
    payee_label = models.TextField()
    amount = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    counted = models.BigIntegerField(null=True)
    quota_used = models.BigIntegerField(default=0)
    currency = models.TextField()
    mode = models.TextField(default=NOW)
    status = models.TextField(default=CREATED)
    previous = models.TextField(default="")
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BillAccount, null=True, on_delete=models.PROTECT, related_name="+")
    quote = models.OneToOneField(Quote, null=True, on_delete=models.PROTECT, related_name="order")
    remark = models.TextField(default="")
    reason = models.TextField(default="")
    case_ref = models.TextField(default="")
    pot_id = models.UUIDField(null=True)
    from_pot = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=LEGAL, name="order_transition_legal"),
            models.CheckConstraint(
                condition=(Q(amount__gt=0) | Q(amount=0, kind=REFUND)) & Q(fee__gte=0, quota_used__gte=0),
                name="order_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=MODES)
                | Q(mode__in=AT_COUNTER, kind=PAYMENT)
                | Q(mode__in=FOREIGN, kind=EXCHANGE),
                name="order_mode_known",
            ),
            models.CheckConstraint(condition=one_of(PARTIES), name="order_kind_has_its_parties"),
            models.CheckConstraint(
                condition=~Q(status=HELD) | Q(release_at__isnull=False) | Q(kind__in=(*PAID_OUT, PAYMENT, PROVISIONAL)),
                name="order_held_until_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=(SUCCEEDED, RETURNED), settled_at__isnull=False)
                | (~Q(status__in=(SUCCEEDED, RETURNED)) & Q(settled_at=None)),
                name="order_settled_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(status=RETURNED, kind__in=(*PAID_OUT, *BY_CARD), returned_at__isnull=False)
                | (~Q(status=RETURNED) & Q(returned_at=None)),
                name="order_returned_when",
            ),
            models.UniqueConstraint(
                fields=["account", "amount"],
                name="one_open_payment_per_bill",
                condition=Q(account__isnull=False, status__in=OPEN),
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-created_at", "-id"], name="order_of_customer"),
            models.Index(
                fields=["payee_id", "-created_at", "-id"],
                name="order_to_payee",
                condition=Q(payee_id__isnull=False),
            ),
            models.Index(
                fields=["release_at"],
                name="order_to_release",
                condition=Q(status=HELD, paused_at=None, kind=TRANSFER),
            ),
            models.Index(
                fields=["created_at"],
                name="order_waiting_outside",
                condition=WITH_BANK & Q(status__in=OPEN),
            ),
            models.Index(
                fields=["customer_id", "kind"],
                name="order_on_quota",
                include=["quota_used", "created_at", "status"],
                condition=Q(quota_used__gt=0),
            ),
        ]


class OrderStep(models.Model):
    """One line of an order's timeline: when it happened, when we heard it, by whose word. Insert-only."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps")
    code = models.TextField()
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    source_ref = models.TextField(default="")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["order", "heard_at", "id"], name="step_of_order")]
