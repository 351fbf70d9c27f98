"""Merchants, what they ask to be paid, what was paid to them, and what is asked back."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id
from kefu.wallet.models.order import Order
from kefu.wallet.models.voucher import Voucher


class Merchant(models.Model):
    """Who sells. `account` is what we owe them (L30), `receivable` what they owe us (A30).

    `mdr_ppm`: their fee in millionths of a payment. `answer_hours`: their time to answer a refund request.
    `refund_days`: how long after a payment one may be asked for. What was paid is theirs to have after
    `settlement_days`; of what is settled, `reserve_ppm` millionths stay in reserve. All their debits queue on this row.
    `reopen_asked_by`: who of the staff asked that a held merchant may sell again; somebody else decides.
    """

    PENDING, OPEN, HELD = "PENDING", "OPEN", "HELD"
    TRANSITIONS = frozenset({(PENDING, OPEN), (OPEN, HELD), (HELD, OPEN)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)
    category = models.TextField()
    status = models.TextField(default=PENDING)
    account = models.BigIntegerField()
    receivable = models.BigIntegerField()
    currency = models.TextField()
    mdr_ppm = models.IntegerField()
    answer_hours = models.IntegerField()
    refund_days = models.IntegerField()
    settlement_days = models.IntegerField()
    reserve_ppm = models.IntegerField()
    registered_by = models.TextField()
    registered_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    hold_reason = models.TextField(default="")
    reopen_asked_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=("PENDING", "OPEN", "HELD")), name="merchant_status_known"),
            models.CheckConstraint(
                condition=Q(mdr_ppm__gte=0, mdr_ppm__lte=100_000, reserve_ppm__gte=0, reserve_ppm__lte=500_000)
                & Q(answer_hours__gte=1, answer_hours__lte=720, refund_days__gte=0, refund_days__lte=365)
                & Q(settlement_days__gte=0, settlement_days__lte=90),
                name="merchant_terms_sane",
            ),
        ]


class MerchantStaff(models.Model):
    """A login that acts for one merchant, and for no other: from when somebody else than who made it (`added_by`)
    confirmed it.
    """

    user_id = models.UUIDField(primary_key=True)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="staff")
    added_at = models.DateTimeField()
    added_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)


class Sale(models.Model):
    """What a merchant asks to be paid, under their own number `no`; `token` is the link that a payer gets.

    `with_pin`: whoever pays it gives the payment PIN, however small the amount. PAYING: a bank has been asked to charge
    somebody's card for it, and nobody else can pay it meanwhile.
    """

    OPEN, PAYING, AUTHORISED, PAID, CLOSED = "OPEN", "PAYING", "AUTHORISED", "PAID", "CLOSED"
    TRANSITIONS = frozenset(
        {
            (OPEN, AUTHORISED),
            (OPEN, PAID),
            (OPEN, CLOSED),
            (OPEN, PAYING),
            (PAYING, PAID),
            (PAYING, OPEN),
            (AUTHORISED, PAID),
            (AUTHORISED, CLOSED),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="sales")
    no = models.TextField()
    token = models.TextField(unique=True)
    subject = models.TextField()
    amount = models.BigIntegerField()
    currency = models.TextField()
    capture_later = models.BooleanField(default=False)
    with_pin = models.BooleanField(default=False)
    status = models.TextField(default=OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "no"], name="one_sale_per_merchants_number"),
            models.CheckConstraint(condition=Q(amount__gt=0, expires_at__gt=F("created_at")), name="sale_sane"),
            models.CheckConstraint(
                condition=Q(status__in=("OPEN", "PAYING", "AUTHORISED", "PAID", "CLOSED")), name="sale_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-created_at"], name="sale_of_merchant"),
            models.Index(fields=["expires_at"], name="sale_to_close", condition=Q(status="OPEN")),
        ]


class Payment(models.Model):
    """The merchant's side of an order of kind payment. One a sale, for ever; tries that a bank refused do not count.

    `authorised` was held or taken at first, `captured` was taken in the end, `refunded` went back so far, `mdr` is
    what the merchant paid for it; minor units. What is held goes back at `capture_until`. `voucher_part` of it was
    paid by a voucher: the order's amount is the rest. `failed_at`: its card was not charged.
    """

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="payment")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="payments")
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="payments")
    voucher = models.ForeignKey(Voucher, null=True, on_delete=models.PROTECT, related_name="payments")
    voucher_part = models.BigIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    authorised = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    mdr = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    capture_until = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    settles_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sale"], name="one_payment_per_sale", condition=Q(failed_at=None)),
            models.CheckConstraint(
                condition=Q(voucher=None, voucher_part=0)
                | Q(voucher__isnull=False, voucher_part__gt=0, voucher_part__lt=F("authorised")),
                name="payment_voucher_pays_a_part",
            ),
            models.CheckConstraint(
                condition=Q(failed_at=None) | Q(captured=0), name="payment_failed_takes_nothing"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, mdr__gte=0)
                & Q(refunded__lte=F("captured"), captured__lte=F("authorised"), mdr__lte=F("captured")),
                name="payment_refunds_at_most_what_was_captured",
            ),
            models.CheckConstraint(
                condition=Q(captured=0, captured_at=None, settles_at=None)
                | Q(captured__gt=0, captured_at__isnull=False, settles_at__isnull=False),
                name="payment_captured_when",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-created_at"], name="payment_of_merchant"),
            models.Index(fields=["merchant", "settles_at"], name="payment_to_settle", condition=Q(captured__gt=0)),
            models.Index(
                fields=["capture_until"],
                name="payment_to_give_back",
                condition=Q(capture_until__isnull=False, captured_at=None),
            ),
        ]


class Refund(models.Model):
    """The matter of an order of kind refund: asked of the merchant, answered, or decided by the platform.

    `owed` is what of it the merchant owed us because their payable could not carry it; `voucher_part` of it went
    back to the voucher that paid, the order's amount to the customer (minor units).
    """

    ASKED, REFUSED, ESCALATED = "ASKED", "REFUSED", "ESCALATED"
    PAID, DECLINED, WITHDRAWN = "PAID", "DECLINED", "WITHDRAWN"
    OPEN = (ASKED, REFUSED, ESCALATED)
    TRANSITIONS = frozenset(
        {
            (ASKED, REFUSED),
            (ASKED, ESCALATED),
            (ASKED, PAID),
            (ASKED, WITHDRAWN),
            (REFUSED, ESCALATED),
            (REFUSED, PAID),
            (REFUSED, DECLINED),
            (REFUSED, WITHDRAWN),
            (ESCALATED, PAID),
            (ESCALATED, DECLINED),
            (ESCALATED, WITHDRAWN),
        }
    )

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.PROTECT, related_name="refund")
    refund_of = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="refunds")
    asked_by = models.TextField()
    reason = models.TextField()
    status = models.TextField(default=ASKED)
    owed = models.BigIntegerField(default=0)
    voucher_part = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["refund_of"],
                name="one_open_refund_per_payment",
                condition=Q(status__in=("ASKED", "REFUSED", "ESCALATED")),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("ASKED", "REFUSED", "ESCALATED"), ended_at=None)
                | Q(status__in=("PAID", "DECLINED", "WITHDRAWN"), ended_at__isnull=False),
                name="refund_ended_when",
            ),
            models.CheckConstraint(condition=Q(owed__gte=0, voucher_part__gte=0), name="refund_owed_not_negative"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-asked_at"], name="refund_of_merchant"),
            models.Index(
                fields=["status", "asked_at"],
                name="refund_open",
                condition=Q(status__in=("ASKED", "REFUSED", "ESCALATED")),
            ),
        ]


class RefundNote(models.Model):
    """What one side said on a refund, with the files that show it. Insert-only."""

    CUSTOMER, MERCHANT, PLATFORM = "customer", "merchant", "platform"

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="notes")
    by = models.TextField()
    author_ref = models.TextField()
    words = models.TextField(default="")
    file_ids = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(by__in=("customer", "merchant", "platform")), name="refund_note_by_whom")
        ]
        indexes = [
            models.Index(fields=["refund", "id"], name="note_of_refund"),
            GinIndex(fields=["file_ids"], name="note_of_file", condition=~Q(file_ids=[])),
        ]
