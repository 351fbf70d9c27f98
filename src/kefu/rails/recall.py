"""The table of payouts that were asked back: one request a payout, for ever."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kefu.core.ids import new_id

REQUESTED, ACCEPTED, REFUSED = "REQUESTED", "ACCEPTED", "REFUSED"
UNANSWERED, RETURNED, OVER = "UNANSWERED", "RETURNED", "OVER"
RECALL_STATUSES = (REQUESTED, ACCEPTED, REFUSED, UNANSWERED, RETURNED, OVER)
RECALL_OPEN = (REQUESTED, ACCEPTED, UNANSWERED)
"""While it stands so, something may still come of it."""


class Recall(models.Model):
    """A request to the bank to get a payout back, under an id that stays the same however often it is sent.

    `answer` and `code` are the bank's first word (camt.029), kept also when the money comes back: ACCEPTED moves
    nothing, RETURNED says that the payout itself has come back, OVER that it was never paid. `answer_by`: without a
    word until then it is UNANSWERED; a later word still counts. `next_try_at` is its ladder, as an instruction's.
    """

    TRANSITIONS = frozenset(
        {
            (REQUESTED, ACCEPTED),
            (REQUESTED, REFUSED),
            (REQUESTED, UNANSWERED),
            (UNANSWERED, ACCEPTED),
            (UNANSWERED, REFUSED),
            (REQUESTED, RETURNED),
            (ACCEPTED, RETURNED),
            (UNANSWERED, RETURNED),
            (REQUESTED, OVER),
            (ACCEPTED, OVER),
            (UNANSWERED, OVER),
        }
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instruction = models.OneToOneField("rails.Instruction", on_delete=models.PROTECT, related_name="recall")
    status = models.TextField(default=REQUESTED)
    reason = models.TextField()
    answer = models.TextField(default="")
    code = models.TextField(default="")
    attempts = models.IntegerField(default=0)
    rung = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RECALL_STATUSES), name="recall_status_known"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | Q(answer__in=(ACCEPTED, REFUSED), answered_at__isnull=False),
                name="recall_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(ACCEPTED, REFUSED)) | Q(answer=models.F("status")),
                name="recall_stands_as_answered",
            ),
            models.CheckConstraint(condition=Q(code="") | Q(answer=REFUSED), name="recall_code_of_a_refusal"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="recall_due", condition=Q(next_try_at__isnull=False)),
            models.Index(fields=["-asked_at"], name="recall_newest"),
        ]

    @property
    def message_id(self) -> str:
        """How the bank knows the request: thirty-four of the standard's thirty-five characters."""
        return f"RC{self.id.hex}"
