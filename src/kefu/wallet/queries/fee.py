"""The fees in force: what a quote uses and what the public page shows come from the same rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import FeeSchedule, Order
from kefu.wallet.queries.values import FeeView
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.fee import FeeRule, window_start


@dataclass(frozen=True)
class Schedule:
    """One version of a fee."""

    id: int
    version: int
    row: FeeSchedule

    def rule(self) -> FeeRule:
        return FeeRule(
            free_up_to=self.row.free_up_to,
            rate_ppm=self.row.rate_ppm,
            least=self.row.least,
            most=self.row.most,
        )


def schedule_at(*, kind: str, mode: str, now: datetime) -> Schedule:
    """The version in force at `now`. One must exist: nothing may cost what is not published."""
    row = FeeSchedule.objects.filter(kind=kind, mode=mode, effective_from__lte=now).latest("version")
    return Schedule(row.id, row.version, row)


def quota_left(schedule: Schedule, *, customer_id: UUID, now: datetime) -> int:
    """What of the schedule's free quota the person has not used yet. Orders that came to nothing have given theirs
    back.
    """
    row = schedule.row
    if not row.free_quota:
        return 0
    used = Order.objects.filter(customer_id=customer_id, kind=row.kind, quota_used__gt=0)
    used = used.exclude(status__in=(m.FAILED, m.CANCELLED, m.RETURNED))
    since = window_start(row.window, now=now, zone=brand().zone)
    if since is not None:
        used = used.filter(created_at__gte=since)
    return max(0, row.free_quota - (used.aggregate(sum=Sum("quota_used"))["sum"] or 0))


def quota_left_for(actor: Actor, *, kind: str, mode: str = "now", now: datetime) -> Money:
    """What the customer can still have free of charge. Refuses `core.thing.not_found`."""
    customer = customer_seen_by(actor, None, now=now)
    left = quota_left(schedule_at(kind=kind, mode=mode, now=now), customer_id=customer, now=now)
    return Money(left, CURRENCY)


def fees(kind: str = "", *, now: datetime | None = None) -> list[FeeView]:
    """What is in force now, of one kind of order or of all, by kind and mode."""
    rows = FeeSchedule.objects.filter(effective_from__lte=now or clock.now())
    if kind:
        rows = rows.filter(kind=kind)
    latest = rows.order_by("kind", "mode", "-version").distinct("kind", "mode")
    order = {"now": 0, "two_hours": 1, "next_day": 2}
    return [_see(row) for row in sorted(latest, key=lambda row: (row.kind, order.get(row.mode, 9)))]


def _see(row: FeeSchedule) -> FeeView:
    return FeeView(
        kind=row.kind,
        mode=row.mode,
        version=row.version,
        effective_from=row.effective_from,
        free_up_to=Money(row.free_up_to, CURRENCY),
        free_quota=Money(row.free_quota, CURRENCY),
        window=row.window,
        rate_ppm=row.rate_ppm,
        least=Money(row.least, CURRENCY),
        most=Money(row.most, CURRENCY),
    )
