"""Tables of money outside. Instructions change status; what a bank told us is never changed or deleted."""

from django.db import models
from django.db.models.functions import Now

from kefu.core.ids import new_id
from kefu.rails.market import MarketRate, RateOpinion, RateWord
from kefu.rails.recall import Recall
from kefu.rails.rules import IN, OUT

__all__ = ["MarketRate", "RateOpinion", "RateWord", "Recall"]  # tables in files of their own; Django finds them here
CREATED, SUBMITTED, UNKNOWN = "CREATED", "SUBMITTED", "UNKNOWN"
ACKNOWLEDGED, SUCCEEDED, FAILED, RETURNED = "ACKNOWLEDGED", "SUCCEEDED", "FAILED", "RETURNED"
STATUSES = (CREATED, SUBMITTED, UNKNOWN, ACKNOWLEDGED, SUCCEEDED, FAILED, RETURNED)


class Instruction(models.Model):
    """One request to a bank to move money, made once for its order and sent under this id for ever. `direction`: into
    our account (a debit of the card) or out of it (a payout, which may come back: RETURNED). A biller or lender first
    takes a payment on (ACKNOWLEDGED, `acknowledged_at`) and books it later (SUCCEEDED).

    `next_query_at` is the ladder: when it is due, the bank is sent the instruction or asked about it. It is
    moved on before the network is touched, so that a worker which dies there only delays the next question.
    `expected_from` and `expected_to`: when nine of ten such are carried out, as it was learned when this one was made.
    """

    TRANSITIONS = frozenset(
        {
            (CREATED, SUBMITTED),
            (CREATED, UNKNOWN),
            (CREATED, SUCCEEDED),
            (CREATED, FAILED),
            (SUBMITTED, UNKNOWN),
            (SUBMITTED, SUCCEEDED),
            (SUBMITTED, FAILED),
            (UNKNOWN, SUCCEEDED),
            (UNKNOWN, FAILED),
            (FAILED, SUCCEEDED),
            (SUCCEEDED, RETURNED),
            (CREATED, RETURNED),
            (SUBMITTED, RETURNED),
            (UNKNOWN, RETURNED),
            (CREATED, ACKNOWLEDGED),
            (SUBMITTED, ACKNOWLEDGED),
            (UNKNOWN, ACKNOWLEDGED),
            (ACKNOWLEDGED, SUCCEEDED),
            (ACKNOWLEDGED, FAILED),
            (ACKNOWLEDGED, RETURNED),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_ref = models.TextField(unique=True)
    direction = models.TextField(default=IN)
    connector = models.TextField()
    instrument_token = models.TextField()
    amount = models.BigIntegerField()
    currency = models.TextField()
    status = models.TextField(default=CREATED)
    bank_ref = models.TextField(default="")
    reason = models.TextField(default="")
    attempts = models.IntegerField(default=0)
    asks = models.IntegerField(default=0)
    rung = models.IntegerField(default=0)
    next_query_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    outcome_at = models.DateTimeField(null=True)
    ladder_ended_at = models.DateTimeField(null=True)
    expected_from = models.DateTimeField(null=True)
    expected_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="instruction_status_known"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="instruction_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(direction=OUT) | (models.Q(direction=IN) & ~models.Q(status=RETURNED)),
                name="instruction_direction_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=(SUCCEEDED, FAILED, RETURNED)) | models.Q(outcome_at__isnull=False),
                name="instruction_outcome_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_query_at"],
                name="instruction_due",
                condition=models.Q(next_query_at__isnull=False),
            ),
            models.Index(fields=["connector", "direction", "-happened_at"], name="instruction_of_rail"),
        ]


class Advice(models.Model):
    """Something a bank told us, as it came: a callback, the answer to our question, a line of its statement or file.

    Insert-only. `verdict` says what was made of it when it was written down (see `rules.VERDICTS`).
    """

    CALLBACK, QUERY, STATEMENT, ANSWER, FILE = "callback", "query", "statement", "answer", "file"
    RECALL = "recall"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connector = models.TextField()
    kind = models.TextField()
    outside_id = models.TextField(default="")
    nonce = models.TextField(default="")
    raw = models.BinaryField()
    signature_ok = models.BooleanField()
    verdict = models.TextField()
    outcome = models.TextField(default="")
    instruction = models.ForeignKey(Instruction, null=True, on_delete=models.PROTECT, related_name="advice")
    bank_ref = models.TextField(default="")
    reason = models.TextField(default="")
    amount = models.BigIntegerField(null=True)
    currency = models.TextField(default="")
    happened_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "outside_id"],
                name="one_callback_per_event",
                condition=models.Q(kind="callback", verdict="accepted"),
            ),
        ]
        indexes = [
            models.Index(fields=["instruction", "received_at", "id"], name="advice_of_instruction"),
            models.Index(fields=["connector", "nonce"], name="advice_nonce", condition=~models.Q(nonce="")),
        ]


class BankStatement(models.Model):
    """One bank day of the safeguarded account, kept as it came, its sums proved before it was taken in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connector = models.TextField()
    date = models.DateField()
    digest = models.TextField()
    raw = models.BinaryField()
    final = models.BooleanField()
    currency = models.TextField()
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "date", "digest"], name="one_import_per_statement"),
        ]


class BankStatementLine(models.Model):
    """One movement on the statement: its `kind` is one of `statements.KINDS`, out of the account is negative. The same
    movement on a later version of the day is not taken again.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    number = models.IntegerField()
    connector = models.TextField()
    bank_ref = models.TextField()
    instruction_ref = models.TextField()
    kind = models.TextField(default="debit")
    amount = models.BigIntegerField()
    happened_at = models.DateTimeField()
    instruction = models.ForeignKey(Instruction, null=True, on_delete=models.PROTECT, related_name="+")
    advice = models.ForeignKey(Advice, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "bank_ref"], name="one_line_per_bank_ref"),
        ]


class ChannelFile(models.Model):
    """What a bank says it carried out for us on a day, kept as it came, its trailer proved before it was taken in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connector = models.TextField()
    date = models.DateField()
    digest = models.TextField()
    raw = models.BinaryField()
    final = models.BooleanField()
    total = models.BigIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "date", "digest"], name="one_import_per_channel_file"),
        ]


class ChannelFileLine(models.Model):
    """One thing that the bank carried out or refused; amount and fee in minor units, without sign."""

    file = models.ForeignKey(ChannelFile, on_delete=models.PROTECT, related_name="lines")
    number = models.IntegerField()
    connector = models.TextField()
    bank_ref = models.TextField()
    instruction_ref = models.TextField()
    kind = models.TextField()
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    status = models.TextField()
    last4 = models.TextField()
    happened_at = models.DateTimeField()
    instruction = models.ForeignKey(Instruction, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "bank_ref", "status"], name="one_channel_line_per_bank_ref"
            ),
        ]
        indexes = [models.Index(fields=["amount", "happened_at"], name="channel_line_by_amount")]


class StatusReport(models.Model):
    """What a bank said of payments in one message (pacs.002), kept as it came; its id is the bank's, for ever."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connector = models.TextField()
    date = models.DateField()
    digest = models.TextField()
    raw = models.BinaryField()
    message_id = models.TextField()
    payments = models.IntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "date", "digest"], name="one_import_per_status_report"),
            models.UniqueConstraint(fields=["connector", "message_id"], name="one_status_report_per_message_id"),
        ]


class RefusedFile(models.Model):
    """A bank's file that was refused whole: its bytes as they came, the line and what is wrong. Insert-only."""

    STATEMENT, CHANNEL, STATUS = "statement", "channel", "status"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connector = models.TextField()
    kind = models.TextField()
    date = models.DateField()
    digest = models.TextField()
    raw = models.BinaryField()
    line = models.IntegerField()
    problem = models.TextField()
    given_by = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "kind", "date", "digest"], name="one_refusal_per_file"),
        ]


ASKED, SENT, CONFIRMING, LINKED, REFUSED = "ASKED", "SENT", "CONFIRMING", "LINKED", "REFUSED"


class CardCheck(models.Model):
    """Linking a card: the bank sends a code to the holder's phone and answers the right one with a token.

    The card number (later the code) waits in `sealed`, encrypted, only until the worker has told the bank. `holder` is
    the name that the bank was told, for who has to know whose account was linked; else empty.
    """

    TRANSITIONS = frozenset(
        {
            (ASKED, SENT),
            (ASKED, REFUSED),
            (SENT, CONFIRMING),
            (CONFIRMING, SENT),
            (CONFIRMING, LINKED),
            (CONFIRMING, REFUSED),
            (SENT, REFUSED),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_ref = models.TextField(db_index=True)
    connector = models.TextField()
    status = models.TextField(default=ASKED)
    sealed = models.BinaryField(null=True)
    outside_id = models.TextField(default="")
    phone_masked = models.TextField(default="")
    holder = models.TextField(default="")
    token = models.TextField(default="")
    last4 = models.TextField(default="")
    bank = models.TextField(default="")
    kind = models.TextField(default="")
    reason = models.TextField(default="")
    tries_left = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    try_again_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=(ASKED, SENT, CONFIRMING, LINKED, REFUSED)),
                name="card_check_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=(ASKED, CONFIRMING)) | models.Q(sealed__isnull=True),
                name="card_check_keeps_no_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_again_at"],
                name="card_check_waiting",
                condition=models.Q(try_again_at__isnull=False),
            ),
        ]


FOUND = "FOUND"


class AccountCheck(models.Model):
    """Asking a biller or lender about an account before it is paid: whose it is, what it owes (minor units).

    The account's number waits in `sealed`, encrypted, only until the worker has asked; kept are token and mask.
    """

    TRANSITIONS = frozenset({(ASKED, FOUND), (ASKED, REFUSED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_ref = models.TextField()
    connector = models.TextField()
    payee = models.TextField()
    status = models.TextField(default=ASKED)
    sealed = models.BinaryField(null=True)
    token = models.TextField(default="")
    kind = models.TextField(default="")
    number_masked = models.TextField(default="")
    holder_masked = models.TextField(default="")
    currency = models.TextField(default="")
    period = models.TextField(default="")
    amount_due = models.BigIntegerField(default=0)
    minimum = models.BigIntegerField(default=0)
    partial = models.BooleanField(default=False)
    amounts = models.JSONField(default=list)
    due_on = models.DateField(null=True)
    cutoff = models.TimeField(null=True)
    days = models.IntegerField(default=0)
    reason = models.TextField(default="")
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    try_again_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=(ASKED, FOUND, REFUSED)), name="account_check_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=ASKED) | models.Q(sealed__isnull=True), name="account_check_keeps_no_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=FOUND)
                | (~models.Q(token="") & models.Q(due_on__isnull=False, cutoff__isnull=False)),
                name="account_check_found_says_what",
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_again_at"],
                name="account_check_waiting",
                condition=models.Q(try_again_at__isnull=False),
            ),
        ]
