"""The tables of the books. `sql/post.sql` and raw statements in `actions` write them, never the ORM.

There are no foreign keys, no triggers and no CHECKs on the hot path (docs/decisions/0005-the-belt.md): the two
functions alone write the counters, each judges before and looks again after it wrote, and `check_books` proves that
nothing dangles or is overdrawn.
"""

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """One account, or one stripe of a striped account (whose counters are the sums over its rows).

    The four counters are in minor units. Available to a customer = credits_posted - debits_posted -
    debits_pending. Limits are flags; a striped account carries none, and can be neither stopped nor closed.
    """

    pk = models.CompositePrimaryKey("id", "stripe")
    id = models.BigIntegerField()
    stripe = models.SmallIntegerField(default=0, db_default=0)
    debits_pending = models.BigIntegerField(default=0, db_default=0)
    debits_posted = models.BigIntegerField(default=0, db_default=0)
    credits_pending = models.BigIntegerField(default=0, db_default=0)
    credits_posted = models.BigIntegerField(default=0, db_default=0)
    debits_must_not_exceed_credits = models.BooleanField()
    credits_must_not_exceed_debits = models.BooleanField()
    debits_stopped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    code = models.TextField()
    currency = models.TextField()
    owner = models.TextField()


class Owned(models.Model):
    """Which account an owner has of a code and a currency: one, and found by them.

    A table and no index of `Account`, because PostgreSQL opens every index of a table at each update of it, whether
    the update touches what is indexed or not: this one cost an eighth of a posting.
    """

    account = models.BigIntegerField(primary_key=True)
    owner = models.TextField()
    code = models.TextField()
    currency = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "code", "currency"], name="ledger_one_account_each")]


class Transfer(models.Model):
    """One movement between two accounts; an entry is a transfer seen from one of them. Insert-only.

    `seq` grows in the order in which an account's movements took effect (it is drawn under the account's
    lock). `happened_at` is when it happened, `posted_at` when it was written. `hold_id` names the hold that a
    post_hold, void_hold or expire resolves; `corrects` the transfer that this one puts right.
    """

    KINDS = ("post", "hold", "post_hold", "void_hold", "expire")
    RESOLVING = ("post_hold", "void_hold", "expire")

    id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField()
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    amount = models.BigIntegerField()
    happened_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    hold_id = models.UUIDField(null=True)
    corrects = models.UUIDField(null=True)
    kind = models.TextField()
    journal = models.TextField()
    order_ref = models.TextField()
    case_ref = models.TextField()
    evidence_ref = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["debit", "seq"], name="ledger_transfer_out"),
            models.Index(fields=["credit", "seq"], name="ledger_transfer_in"),
        ]


class Hold(models.Model):
    """What became of a pending transfer of the same id. PENDING once, then one of three ends, for good."""

    PENDING, POSTED, VOIDED, EXPIRED = "PENDING", "POSTED", "VOIDED", "EXPIRED"
    TRANSITIONS = frozenset({(PENDING, POSTED), (PENDING, VOIDED), (PENDING, EXPIRED)})

    id = models.UUIDField(primary_key=True)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)
    status = models.TextField(default=PENDING)
    resolved_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["debit"], name="ledger_hold_pending", condition=Q(status="PENDING")),
            models.Index(
                fields=["expires_at"],
                name="ledger_hold_due",
                condition=Q(status="PENDING", expires_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="PENDING", resolved_by=None)
                | Q(status__in=["POSTED", "VOIDED", "EXPIRED"], resolved_by__isnull=False),
                name="ledger_hold_status",
            ),
        ]


class BalanceDay(models.Model):
    """An account's counters at the end of a day on which it moved: all its transfers up to `through_seq`."""

    account = models.BigIntegerField()
    day = models.DateField()
    through_seq = models.BigIntegerField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="ledger_one_balance_a_day")]
