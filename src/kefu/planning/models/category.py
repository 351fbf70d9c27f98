"""Where a customer wants a spending to count, in place of where it would count by itself."""

from django.db import models
from django.db.models import Q

from kefu.planning.rules.category import CODES


class CategoryChoice(models.Model):
    """For one order, or for everything with one counterparty."""

    customer_id = models.UUIDField()
    order_id = models.UUIDField(null=True)
    counterparty_ref = models.TextField(default="")
    category = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "order_id"], name="one_choice_per_order", condition=Q(order_id__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["customer_id", "counterparty_ref"],
                name="one_choice_per_counterparty",
                condition=Q(order_id=None),
            ),
            models.CheckConstraint(
                condition=Q(order_id=None) & ~Q(counterparty_ref="") | Q(order_id__isnull=False, counterparty_ref=""),
                name="choice_is_for_one",
            ),
            models.CheckConstraint(condition=Q(category__in=CODES), name="choice_category_known"),
        ]
