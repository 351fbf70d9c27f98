"""Which due days of bills a customer was reminded of."""

from django.db import models
from django.db.models import Q


class BillReminder(models.Model):
    """That the customer of an account was told `days` before `due_on`. Insert-only: told once."""

    account_id = models.UUIDField()
    due_on = models.DateField()
    days = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "due_on", "days"], name="bill_reminder_once"),
            models.CheckConstraint(condition=Q(days__in=(3, 1)), name="bill_reminder_3_or_1"),
        ]
