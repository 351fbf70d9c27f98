"""A standing instruction, and each time that it falls due."""

from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id

ONCE, MONTHLY = "once", "monthly"


class Schedule(models.Model):
    """`kind` and `target_ref` say what is paid; only the file of the kind reads the reference.

    `day` is the day of the month (the last one where a month is shorter). `proof_ref`: what the payment PIN was given
    for when it was made. Of a bill `amount` is the most that may be paid, `choice` what of it is (`full` or
    `minimum`), `safe_at` the moment before which it must be paid to be booked in time.
    """

    ACTIVE, PAUSED, ENDED, CANCELLED = "ACTIVE", "PAUSED", "ENDED", "CANCELLED"
    TRANSITIONS = frozenset(
        {(ACTIVE, PAUSED), (PAUSED, ACTIVE), (ACTIVE, ENDED), (PAUSED, ENDED), (ACTIVE, CANCELLED), (PAUSED, CANCELLED)}
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    kind = models.TextField()
    target_ref = models.TextField()
    label = models.TextField()
    amount = models.BigIntegerField()
    currency = models.TextField()
    remark = models.TextField(default="")
    rhythm = models.TextField()
    day = models.SmallIntegerField()
    working_days = models.BooleanField(default=False)
    status = models.TextField(default=ACTIVE)
    proof_ref = models.TextField()
    choice = models.TextField(default="")
    safe_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, day__gte=1, day__lte=31), name="schedule_sane"),
            models.CheckConstraint(condition=Q(rhythm__in=(ONCE, MONTHLY)), name="schedule_rhythm_known"),
            models.CheckConstraint(
                condition=~Q(kind="bill") | Q(choice__in=("full", "minimum"), rhythm=ONCE, safe_at__isnull=False),
                name="schedule_of_a_bill_says_what",
            ),
        ]
        indexes = [models.Index(F("customer_id"), name="schedule_of_customer")]


class Occurrence(models.Model):
    """One time that a schedule falls due: on `due_on` by the calendar, at `run_at` in fact.

    `next_try_at`: when it is tried (again); `tries`: how often it was; `reminded`: 3 or 1, the days before of the
    last reminder. `check_id`: the question to the biller, of a bill whose answer is awaited.
    """

    WAITING, DONE, FAILED, SKIPPED = "WAITING", "DONE", "FAILED", "SKIPPED"
    TRANSITIONS = frozenset({(WAITING, DONE), (WAITING, FAILED), (WAITING, SKIPPED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="occurrences")
    due_on = models.DateField()
    run_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    status = models.TextField(default=WAITING)
    order_id = models.UUIDField(null=True, unique=True)
    tries = models.SmallIntegerField(default=0)
    reason = models.TextField(default="")
    check_id = models.UUIDField(null=True)
    reminded = models.SmallIntegerField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_on"], name="once_a_due_day"),
            models.CheckConstraint(
                condition=Q(status="DONE", order_id__isnull=False) | (~Q(status="DONE") & Q(order_id=None)),
                name="occurrence_done_by_an_order",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="occurrence_due", condition=Q(status="WAITING")),
            models.Index(fields=["run_at"], name="occurrence_to_remind", condition=Q(status="WAITING")),
        ]
