"""Orders that wait although they need not: for the tasks that keep them moving."""

from datetime import datetime
from uuid import UUID

from kefu.rails import queries as outside
from kefu.wallet import models as m
from kefu.wallet.models import Order

LOOK_AT_MOST = 500


def topups_waiting(*, before: datetime) -> list[UUID]:
    """Top-ups made before then that wait for an outcome which is known already."""
    rows = Order.objects.filter(kind=m.TOPUP, status__in=(m.CREATED, m.SUBMITTED, m.UNKNOWN), created_at__lt=before)
    refs = {f"order:{pk}": pk for pk in rows.order_by("-created_at").values_list("id", flat=True)[:LOOK_AT_MOST]}
    return [refs[ref] for ref in outside.settled_order_refs(list(refs))]
