"""Orders that wait although they need not: for the tasks that keep them moving."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kefu.rails import queries as outside
from kefu.wallet import models as m
from kefu.wallet.models import Order

LOOK_AT_MOST = 500


_WAITING = Q(status__in=(m.CREATED, m.HELD, m.SUBMITTED, m.UNKNOWN, m.ACKNOWLEDGED)) | Q(
    kind__in=(*m.PAID_OUT, *m.BY_CARD), status=m.MANUAL
)


def orders_waiting(*, before: datetime) -> list[UUID]:
    """Orders made before then that wait for a bank's word which is known already."""
    rows = Order.objects.filter(_WAITING, m.WITH_BANK, created_at__lt=before)
    refs = {f"order:{pk}": pk for pk in rows.order_by("-created_at").values_list("id", flat=True)[:LOOK_AT_MOST]}
    return [refs[ref] for ref in outside.settled_order_refs(list(refs))]
