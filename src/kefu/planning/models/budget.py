"""How much a customer means to spend in a month, whole or of one category, and what they were told of it."""

from django.db import models
from django.db.models import Q

from kefu.planning.rules.category import CODES

WHOLE = ""


class Budget(models.Model):
    """`category` '' is the whole month. `most` in minor units."""

    customer_id = models.UUIDField()
    category = models.TextField(default=WHOLE)
    most = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "category"], name="one_budget_a_category"),
            models.CheckConstraint(condition=Q(most__gt=0), name="budget_positive"),
            models.CheckConstraint(condition=Q(category__in=(WHOLE, *CODES)), name="budget_category_known"),
        ]


class BudgetAlert(models.Model):
    """That `percent` of a budget was passed in a month (its first day), and told. Insert-only: told once."""

    customer_id = models.UUIDField()
    category = models.TextField()
    month = models.DateField()
    percent = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "category", "month", "percent"], name="alert_once_a_month"),
            models.CheckConstraint(condition=Q(percent__in=(80, 100)), name="alert_at_80_and_100"),
        ]
