"""Codes that a customer shows at a counter to pay."""

from django.db import models
from django.db.models import F, Q

from kefu.core.ids import new_id
from kefu.wallet.models.shop import Sale


class PayCode(models.Model):
    """A code to pay with, good once and for a minute. Only its digest is kept; `sale` is what it was used for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    sale = models.OneToOneField(Sale, null=True, on_delete=models.PROTECT, related_name="pay_code")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, sale=None) | Q(used_at__isnull=False, sale__isnull=False),
                name="pay_code_used_for_a_sale",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="pay_code_sane"),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-created_at"], name="pay_code_of_customer"),
            models.Index(fields=["expires_at"], name="pay_code_to_forget", condition=Q(used_at=None)),
        ]
