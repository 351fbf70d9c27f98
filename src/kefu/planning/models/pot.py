"""A savings pot: a name and an aim. Its money is an account of the customer's own in the books."""

from django.db import models
from django.db.models import Q

from kefu.core.ids import new_id


class Pot(models.Model):
    """`target` in minor units and `target_on` are the customer's own aim; nothing depends on them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    name = models.TextField()
    target = models.BigIntegerField(null=True)
    target_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(target=None) | Q(target__gt=0), name="pot_target_positive"),
            models.UniqueConstraint(
                fields=["customer_id", "name"], name="pot_names_differ", condition=Q(closed_at=None)
            ),
        ]
