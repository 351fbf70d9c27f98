"""Cases, what they rest on, how far they are, and what is proposed on them."""

from typing import ClassVar

from django.db import models


class Case(models.Model):
    """One problem of one customer, whatever the channel."""

    OPEN, WAITING, RESOLVED, CLOSED = "OPEN", "WAITING", "RESOLVED", "CLOSED"
    TRANSITIONS: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {
            (OPEN, WAITING),
            (WAITING, OPEN),
            (OPEN, RESOLVED),
            (WAITING, RESOLVED),
            (OPEN, CLOSED),
            (RESOLVED, CLOSED),
            (RESOLVED, OPEN),
        }
    )

    id = models.UUIDField(primary_key=True)
    no = models.TextField(unique=True)
    kind = models.TextField()
    status = models.TextField(default=OPEN)
    customer_id = models.UUIDField(db_index=True)
    conversation_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    words = models.TextField(default="")
    opened_by = models.TextField()
    owner_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    summary = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["OPEN", "WAITING", "RESOLVED", "CLOSED"]), name="case_status"
            ),
            models.UniqueConstraint(
                fields=["customer_id", "conversation_id", "kind", "order_id"],
                condition=models.Q(status__in=["OPEN", "WAITING"]),
                nulls_distinct=False,
                name="one_open_case_per_matter",
            ),
        ]
        indexes = [models.Index(fields=["status", "opened_at"], name="case_by_status")]


class Evidence(models.Model):
    """What the case rests on: an order, a bank's advice, what was checked, the customer's words. Insert-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    kind = models.TextField()
    ref = models.TextField()
    version = models.TextField(default="")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.TextField()


class Step(models.Model):
    """One step of the case's road; the kind lists them, the engine moves them."""

    PENDING, DONE, SKIPPED = "PENDING", "DONE", "SKIPPED"
    TRANSITIONS: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {(PENDING, DONE), (PENDING, SKIPPED), (DONE, PENDING)}
    )

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    place = models.SmallIntegerField()
    code = models.TextField()
    status = models.TextField(default=PENDING)
    by = models.TextField(default="")
    at = models.DateTimeField(null=True)
    ref = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="step_once_a_case"),
            models.CheckConstraint(
                condition=models.Q(status__in=["PENDING", "DONE", "SKIPPED"]), name="case_step_status"
            ),
        ]


class Proposal(models.Model):
    """A movement of money proposed on the case; carried out once, only by its approval.

    `code` is the reason or legal basis of a step on a provisional credit, `reason` the words on it.
    """

    GOODWILL, COMPLETION, REFUND, DECLINE = "goodwill", "completion", "refund", "decline"
    PROVISIONAL, FINAL, NOTICE, RECOVERY = "provisional", "final", "notice", "recovery"
    ON_PROVISIONAL = (FINAL, NOTICE, RECOVERY)
    PROPOSED, CARRIED_OUT, REJECTED = "PROPOSED", "CARRIED_OUT", "REJECTED"
    TRANSITIONS: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {(PROPOSED, CARRIED_OUT), (PROPOSED, REJECTED)}
    )

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    action = models.TextField()
    status = models.TextField(default=PROPOSED)
    amount = models.BigIntegerField()
    currency = models.TextField(default="CNY")
    order_id = models.UUIDField(null=True)
    advice_id = models.TextField(default="")
    code = models.TextField(default="")
    reason = models.TextField()
    approval_id = models.UUIDField(unique=True)
    maker_id = models.UUIDField()
    proposed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    transfer_ref = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="proposal_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(status__in=["PROPOSED", "CARRIED_OUT", "REJECTED"]), name="proposal_status"
            ),
            models.UniqueConstraint(
                fields=["case", "action", "order_id"],
                condition=models.Q(status="PROPOSED"),
                nulls_distinct=False,
                name="one_open_proposal_per_action",
            ),
        ]
