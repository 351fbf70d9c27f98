"""Accounts at billers and lenders that a customer pays."""

from django.db import models

from kefu.core.ids import new_id


class BillAccount(models.Model):
    """A household, phone, card or loan: the house's token and what a person recognises it by, never the number.

    KNOWN once it was found, SAVED for paying again once it was paid, REMOVED when its customer wants it off the list.
    """

    KNOWN, SAVED, REMOVED = "KNOWN", "SAVED", "REMOVED"
    TRANSITIONS = frozenset({(KNOWN, SAVED), (SAVED, REMOVED), (REMOVED, SAVED)})

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    connector = models.TextField()
    payee = models.TextField()
    token = models.TextField()
    number_masked = models.TextField()
    holder_masked = models.TextField()
    status = models.TextField(default=KNOWN)
    known_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "connector", "token"], name="one_row_per_bill_account"),
            models.CheckConstraint(
                condition=models.Q(status="KNOWN") | models.Q(status__in=("SAVED", "REMOVED"), paid_at__isnull=False),
                name="bill_account_saved_when_paid",
            ),
        ]
