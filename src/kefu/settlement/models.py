"""Tables of settlement. Matches, history and safeguarding days are insert-only; a break changes status."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id

OPEN, CLEARED = "OPEN", "CLEARED"
KINDS = ("channel_only", "ledger_only", "amount_diff", "status_diff", "duplicate", "fee_diff", "late")
LONG, SHORT = "long", "short"
PROPOSED, CARRIED_OUT, REJECTED = "PROPOSED", "CARRIED_OUT", "REJECTED"


class ReconciledDay(models.Model):
    """How a day of a bank came out, as of the last time that it was compared. `closed`: the day after is in, too."""

    connector = models.TextField()
    date = models.DateField()
    matched = models.IntegerField()
    waiting = models.IntegerField()
    found = models.IntegerField()
    closed = models.BooleanField()
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    compared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "date"], name="one_result_per_bank_day")]


class StatementMatch(models.Model):
    """A line of a statement that order, books and channel file agree with. Insert-only."""

    connector = models.TextField()
    bank_ref = models.TextField()
    instruction = models.UUIDField()
    order_ref = models.TextField()
    kind = models.TextField()
    amount = models.BigIntegerField()
    date = models.DateField()
    days_apart = models.IntegerField()
    by = models.TextField()
    matched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "bank_ref"], name="one_match_per_bank_ref")]
        indexes = [models.Index(fields=["connector", "date"], name="match_of_day")]


class Break(models.Model):
    """Where the sources disagree. Amounts in minor units; `suspended`: what stands in suspense (L40 long, A32 short)
    because of it. `subject` makes it once, however often a day is compared.
    """

    TRANSITIONS = frozenset({(OPEN, CLEARED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    no = models.TextField(unique=True)
    subject = models.TextField(unique=True)
    kind = models.TextField()
    source = models.TextField()
    connector = models.TextField()
    date = models.DateField()
    flow = models.TextField()
    instruction = models.UUIDField(null=True)
    bank_ref = models.TextField(default="")
    order_ref = models.TextField(default="")
    order_no = models.TextField(default="")
    customer_id = models.UUIDField(null=True)
    expected = models.BigIntegerField(null=True)
    seen = models.BigIntegerField(null=True)
    suspense = models.TextField(default="")
    suspended = models.BigIntegerField(default=0)
    status = models.TextField(default=OPEN)
    how = models.TextField(default="")
    owner_id = models.UUIDField(null=True)
    case_ref = models.TextField(default="")
    opened_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="break_kind_known"),
            models.CheckConstraint(
                condition=Q(suspense="", suspended=0) | Q(suspense__in=(LONG, SHORT), suspended__gt=0),
                name="break_suspense_whole",
            ),
            models.CheckConstraint(
                condition=Q(status=OPEN, cleared_at=None, how="")
                | (Q(status=CLEARED, cleared_at__isnull=False) & ~Q(how="")),
                name="break_cleared_how",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], name="break_open", condition=Q(status=OPEN)),
            models.Index(fields=["instruction"], name="break_of_instruction", condition=Q(status=OPEN)),
        ]


class BreakStep(models.Model):
    """One line of a break's history, with its evidence. Insert-only."""

    found = models.ForeignKey(Break, on_delete=models.PROTECT, related_name="steps")
    code = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    evidence_ref = models.TextField(default="")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["found", "id"], name="step_of_break")]


class Clearance(models.Model):
    """How somebody wants a break cleared, and what another person said to it."""

    TRANSITIONS = frozenset({(PROPOSED, CARRIED_OUT), (PROPOSED, REJECTED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    found = models.ForeignKey(Break, on_delete=models.PROTECT, related_name="clearances")
    deed = models.TextField()
    customer_id = models.UUIDField(null=True)
    other = models.ForeignKey(Break, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    approval_id = models.UUIDField(unique=True)
    maker_id = models.UUIDField()
    status = models.TextField(default=PROPOSED)
    proposed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["found"], condition=Q(status=PROPOSED), name="one_clearance_waits"),
            models.CheckConstraint(
                condition=Q(status__in=(PROPOSED, CARRIED_OUT, REJECTED)), name="clearance_status_known"
            ),
        ]


class SafeguardingDay(models.Model):
    """The daily test: what customers are owed, account by account, against safeguarded money and the bank's own
    closing balance. Minor units. Insert-only: `round` counts the tests of a day.
    """

    date = models.DateField()
    round = models.IntegerField()
    currency = models.TextField()
    owed = models.JSONField()
    requirement = models.BigIntegerField()
    bank = models.BigIntegerField()
    receivable = models.BigIntegerField()
    closing = models.BigIntegerField(null=True)
    own_moving = models.BigIntegerField()
    in_breaks = models.BigIntegerField()
    difference = models.BigIntegerField(null=True)
    moved = models.BigIntegerField()
    verdict = models.TextField()
    tested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["date", "currency", "round"], name="one_safeguarding_per_round")
        ]


class SafeguardingAlarm(models.Model):
    """A test that did not hold. It stands on every page of operators and supervisors until one of them has taken it and
    said what was found; it is never deleted.
    """

    test = models.OneToOneField(SafeguardingDay, primary_key=True, on_delete=models.PROTECT, related_name="alarm")
    raised_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    found = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None, found="")
                | (Q(taken_by__isnull=False, taken_at__isnull=False) & ~Q(found="")),
                name="alarm_taken_by_whom",
            )
        ]
