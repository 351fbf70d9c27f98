"""Tables of the wallet. Orders change status by compare-and-set; their timeline is insert-only."""

import functools
import operator

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kefu.core.ids import new_id

CREATED, HELD, SUBMITTED, UNKNOWN, MANUAL = "CREATED", "HELD", "SUBMITTED", "UNKNOWN", "MANUAL"
SUCCEEDED, FAILED, CANCELLED, RETURNED = "SUCCEEDED", "FAILED", "CANCELLED", "RETURNED"
STATUSES = (CREATED, HELD, SUBMITTED, UNKNOWN, MANUAL, SUCCEEDED, FAILED, CANCELLED, RETURNED)
OUTSIDE = (SUBMITTED, UNKNOWN, MANUAL)
OPEN = (CREATED, HELD, *OUTSIDE)
TOPUP, TRANSFER, GOODWILL, WITHDRAWAL = "topup", "transfer", "goodwill", "withdrawal"
KINDS = (TOPUP, TRANSFER, GOODWILL, WITHDRAWAL)
BY_BANK = (TOPUP, WITHDRAWAL)
NOW, TWO_HOURS, NEXT_DAY = "now", "two_hours", "next_day"
MODES = (NOW, TWO_HOURS, NEXT_DAY)
LIFETIME, YEAR, MONTH = "lifetime", "year", "month"
WINDOWS = (LIFETIME, YEAR, MONTH)

TRANSITIONS = frozenset(
    {
        (CREATED, HELD),
        (CREATED, SUBMITTED),
        (CREATED, UNKNOWN),
        (CREATED, MANUAL),
        (CREATED, SUCCEEDED),
        (CREATED, FAILED),
        (HELD, SUBMITTED),
        (HELD, UNKNOWN),
        (HELD, MANUAL),
        (HELD, SUCCEEDED),
        (HELD, FAILED),
        (HELD, CANCELLED),
        (SUBMITTED, UNKNOWN),
        (SUBMITTED, MANUAL),
        (SUBMITTED, SUCCEEDED),
        (SUBMITTED, FAILED),
        (UNKNOWN, MANUAL),
        (UNKNOWN, SUCCEEDED),
        (UNKNOWN, FAILED),
        (MANUAL, SUCCEEDED),
        (MANUAL, FAILED),
        (FAILED, SUCCEEDED),
        (SUCCEEDED, RETURNED),
    }
)
# The database keeps the same table: a status stands beside the one it came from.
LEGAL = functools.reduce(
    operator.or_,
    (Q(previous=before, status=after) for before, after in sorted(TRANSITIONS)),
    Q(previous="", status=CREATED),
)


class Wallet(models.Model):
    """One wallet a customer; `account` is its account in the books."""

    customer_id = models.UUIDField(primary_key=True)
    account = models.BigIntegerField()
    currency = models.TextField()
    opened_at = models.DateTimeField()


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


class FeeSchedule(models.Model):
    """What a kind and mode of order costs, from an instant on. A new version is a new row.

    The part of the amount above `free_up_to` and above what is left of the person's `free_quota` in its `window` pays
    `rate_ppm` millionths, at least `least`, at most `most` (minor units); nothing above them is free of charge.
    """

    kind = models.TextField()
    mode = models.TextField()
    version = models.IntegerField()
    effective_from = models.DateTimeField()
    free_up_to = models.BigIntegerField(default=0)
    free_quota = models.BigIntegerField(default=0)
    window = models.TextField(default="")
    rate_ppm = models.IntegerField(default=0)
    least = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "mode", "version"], name="one_fee_per_version"),
            models.CheckConstraint(
                condition=Q(free_up_to__gte=0, rate_ppm__gte=0, rate_ppm__lt=1_000_000, least__gte=0)
                & Q(most__gte=F("least")),
                name="fee_schedule_sane",
            ),
            models.CheckConstraint(
                condition=Q(window="", free_quota=0) | Q(window__in=WINDOWS, free_quota__gt=0),
                name="fee_quota_has_its_window",
            ),
        ]


class Quote(models.Model):
    """What was shown before the confirmation: whoever confirms it gets exactly this, or nothing. A transfer names its
    payee, a withdrawal its card.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    payee_id = models.UUIDField(null=True)
    payee_name = models.TextField()
    payee_phone = models.TextField(default="")
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    quota_used = models.BigIntegerField(default=0)
    currency = models.TextField()
    mode = models.TextField()
    schedule = models.ForeignKey(FeeSchedule, on_delete=models.PROTECT)
    remark = models.TextField(default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payee_id__isnull=True) ^ Q(instrument__isnull=True), name="quote_names_payee_or_card"
            ),
        ]


class Order(models.Model):
    """One intent to move money, from the customer's word to its end. `previous` is the status before.

    Labels are what each side sees of the other, as they were when the order was made. `release_at`: when a
    delayed transfer goes; `paused_at`: it waits because outflows are stopped; `cleared_at`: a top-up's
    money was seen on the bank's statement. `quota_used`: what it took of the free quota of its kind, given back with
    its fee.
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
    quota_used = models.BigIntegerField(default=0)
    currency = models.TextField()
    mode = models.TextField(default=NOW)
    status = models.TextField(default=CREATED)
    previous = models.TextField(default="")
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+")
    quote = models.OneToOneField(Quote, null=True, on_delete=models.PROTECT, related_name="order")
    remark = models.TextField(default="")
    reason = models.TextField(default="")
    case_ref = models.TextField(default="")
    created_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=LEGAL, name="order_transition_legal"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, fee__gte=0, quota_used__gte=0), name="order_amount_positive"
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="order_mode_known"),
            models.CheckConstraint(
                condition=Q(kind=TOPUP, payee_id=None, instrument__isnull=False)
                | (Q(kind=TRANSFER, payee_id__isnull=False) & ~Q(payee_id=F("customer_id")))
                | (Q(kind=GOODWILL, payee_id=None) & ~Q(case_ref=""))
                | Q(kind=WITHDRAWAL, payee_id=None, instrument__isnull=False, quote__isnull=False),
                name="order_kind_has_its_parties",
            ),
            models.CheckConstraint(
                condition=~Q(status=HELD) | Q(release_at__isnull=False) | Q(kind=WITHDRAWAL),
                name="order_held_until_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=(SUCCEEDED, RETURNED), settled_at__isnull=False)
                | (~Q(status__in=(SUCCEEDED, RETURNED)) & Q(settled_at=None)),
                name="order_settled_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(status=RETURNED, kind=WITHDRAWAL, returned_at__isnull=False)
                | (~Q(status=RETURNED) & Q(returned_at=None)),
                name="order_returned_when",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-created_at", "-id"], name="order_of_customer"),
            models.Index(
                fields=["payee_id", "-created_at", "-id"],
                name="order_to_payee",
                condition=Q(payee_id__isnull=False, status=SUCCEEDED),
            ),
            models.Index(
                fields=["release_at"],
                name="order_to_release",
                condition=Q(status=HELD, paused_at=None, kind=TRANSFER),
            ),
            models.Index(
                fields=["created_at"],
                name="order_waiting_outside",
                condition=Q(kind__in=BY_BANK, status__in=(CREATED, HELD, SUBMITTED, UNKNOWN, MANUAL)),
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


class OutflowStop(models.Model):
    """The customer's own emergency brake: nothing leaves the account until it is lifted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    reason_code = models.TextField()
    imposed_by = models.TextField()
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id"], name="one_stop_at_a_time", condition=Q(lifted_at=None)),
        ]


class Restriction(models.Model):
    """What the house or the law forbids an account: always with reason, materials, a way out and an end."""

    OUT, IN, ALL = "out", "in", "all"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    scope = models.TextField()
    reason_code = models.TextField()
    materials = ArrayField(models.TextField())
    appeal_url = models.TextField()
    imposed_by = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=("out", "in", "all")), name="restriction_scope_known"),
            models.CheckConstraint(
                condition=~Q(reason_code="") & ~Q(appeal_url="") & Q(until__gt=F("since")),
                name="restriction_says_why_and_how",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "until"], name="restriction_in_force", condition=Q(lifted_at=None)),
            models.Index(fields=["until"], name="restriction_to_expire", condition=Q(lifted_at=None)),
        ]
