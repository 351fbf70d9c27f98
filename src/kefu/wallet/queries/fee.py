"""The fees in force: what a quote uses and what the public page shows come from the same rows."""

from dataclasses import dataclass
from datetime import datetime

from kefu.core import clock
from kefu.core.money import Money
from kefu.wallet.models import FeeSchedule
from kefu.wallet.queries.values import FeeView
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.fee import FeeRule


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
        rate_ppm=row.rate_ppm,
        least=Money(row.least, CURRENCY),
        most=Money(row.most, CURRENCY),
    )
