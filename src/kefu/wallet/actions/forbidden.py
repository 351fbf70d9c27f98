"""What stands against money leaving or entering an account, asked before the books are."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kefu.wallet.models import OutflowStop, Restriction
from kefu.wallet.refusals import AccountRestricted, OutflowsStopped
from kefu.wallet.rules.restriction import REASONS


def restrictions_in_force(customer_id: UUID, *, now: datetime) -> QuerySet[Restriction]:
    return Restriction.objects.filter(customer_id=customer_id, lifted_at=None, since__lte=now, until__gt=now)


def check(customer_id: UUID, direction: str, *, now: datetime) -> None:
    """Refuse `wallet.account.outflows_stopped` or `.restricted`. `direction` is `out` or `in`."""
    if direction == "out" and OutflowStop.objects.filter(customer_id=customer_id, lifted_at=None).exists():
        raise OutflowsStopped()
    rows = restrictions_in_force(customer_id, now=now).filter(scope__in=(direction, "all"))
    first = rows.order_by("since").first()
    if first is not None:
        raise AccountRestricted(
            reason=str(REASONS[first.reason_code].text),
            materials="、".join(first.materials),
            code=first.reason_code,
        )


def may_receive(customer_id: UUID, *, now: datetime) -> bool:
    return not restrictions_in_force(customer_id, now=now).filter(scope__in=("in", "all")).exists()
