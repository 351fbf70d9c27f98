"""The fees in force: what a quote uses and what the public page shows come from the same rows."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import FeeSchedule, Order
from kefu.wallet.queries.limits.fee_values import FeeStory, FeeView
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.fee import FeeRule, fee, reckon, window_start


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
            tiers=tuple((bound, rate) for bound, rate in self.row.tiers),
            least=self.row.least,
            most=self.row.most,
            free_quota=self.row.free_quota,
            window=self.row.window,
        )

    def charge(self, amount: int, *, quota_left: int = 0) -> int:
        """What the payer pays on top of `amount` (minor units): nothing where the payee is charged."""
        return 0 if self.row.charged_to == m.PAYEE else fee(self.rule(), amount, quota_left=quota_left)

    def payee_charge(self, amount: int) -> int:
        """What is taken out of `amount` for the payee: nothing where the payer is charged."""
        return fee(self.rule(), amount) if self.row.charged_to == m.PAYEE else 0


def schedule_at(*, kind: str, mode: str, now: datetime) -> Schedule:
    """The version in force at `now`. One must exist: nothing may cost what is not published."""
    mode = m.NOW if mode in m.AT_COUNTER else mode
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
    used = used.exclude(status__in=m.CAME_TO_NOTHING)
    since = window_start(row.window, now=now, zone=brand().zone)
    if since is not None:
        used = used.filter(created_at__gte=since)
    return max(0, row.free_quota - (used.aggregate(sum=Sum("quota_used"))["sum"] or 0))


def quota_left_for(actor: Actor, *, kind: str, mode: str = "now", now: datetime) -> Money:
    """What the customer can still have free of charge. Refuses `core.thing.not_found`."""
    customer = customer_seen_by(actor, None, now=now)
    left = quota_left(schedule_at(kind=kind, mode=mode, now=now), customer_id=customer, now=now)
    return Money(left, CURRENCY)


_ORDER = {"now": 0, "two_hours": 1, "next_day": 2}


def fees(kind: str = "", *, now: datetime | None = None) -> list[FeeView]:
    """What is in force now, of one kind of order or of all, by kind and mode."""
    rows = FeeSchedule.objects.filter(effective_from__lte=now or clock.now())
    if kind:
        rows = rows.filter(kind=kind)
    latest = rows.order_by("kind", "mode", "-version").distinct("kind", "mode")
    return [see_fee(row) for row in sorted(latest, key=lambda row: (row.kind, _ORDER.get(row.mode, 9)))]


def fee_versions(*, now: datetime | None = None, history: bool = False) -> list[FeeView]:
    """What is in force and what was announced, by kind, mode and time; with `history` also what was before."""
    moment = now or clock.now()
    rows = list(FeeSchedule.objects.order_by("kind", "mode", "version"))
    current = {(row.kind, row.mode): row.version for row in rows if row.effective_from <= moment}
    wanted = [row for row in rows if history or row.version >= current.get((row.kind, row.mode), 0)]
    wanted.sort(key=lambda row: (row.kind, _ORDER.get(row.mode, 9), -row.version if history else row.version))
    return [replace(see_fee(row), is_coming=row.effective_from > moment) for row in wanted]


def see_fee(row: FeeSchedule) -> FeeView:
    return FeeView(
        kind=row.kind,
        mode=row.mode,
        version=row.version,
        effective_from=row.effective_from,
        free_up_to=Money(row.free_up_to, CURRENCY),
        free_quota=Money(row.free_quota, CURRENCY),
        window=row.window,
        rate_ppm=row.rate_ppm,
        tiers=tuple((bound, rate) for bound, rate in row.tiers),
        least=Money(row.least, CURRENCY),
        most=Money(row.most, CURRENCY),
        charged_to=row.charged_to,
    )


def fee_story_for(actor: Actor, order_id: UUID, *, now: datetime | None = None) -> FeeStory | None:
    """How the order's fee came about, for the side that sees it; None where no fee is published for its kind.

    From the version under which it was quoted, else the one in force when it was made. Refuses
    `core.thing.not_found`.
    """
    order = Order.objects.select_related("quote__schedule").filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    customer_seen_by(actor, order.customer_id, now=now)
    row = order.quote.schedule if order.quote else _row_at(order)
    if row is None:
        return None
    left = order.quote.quota_left if order.quote else 0
    return FeeStory(
        fee=Money(order.fee, order.currency),
        schedule=see_fee(row),
        sum=reckon(Schedule(row.id, row.version, row).rule(), order.amount, quota_left=left),
        quota_before=Money(left, order.currency),
        quota_after=Money(left - order.quota_used, order.currency),
        quota_used=Money(order.quota_used, order.currency),
    )


def _row_at(order: Order) -> FeeSchedule | None:
    rows = FeeSchedule.objects.filter(kind=order.kind, mode=order.mode, effective_from__lte=order.created_at)
    return rows.order_by("-version").first()
