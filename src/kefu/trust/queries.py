"""Every read that others may make."""

import functools
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.brand import Brand, brand
from kefu.trust import rules
from kefu.trust.models import Report
from kefu.trust.rules import Own, Shown

__all__ = ["ReportView", "Shown", "may_decide", "official", "open_reports", "reports_for", "shown"]

DECIDERS = frozenset({"supervisor", "operator"})


@dataclass(frozen=True)
class ReportView:
    """A report as an operator reads it."""

    id: UUID
    ref: str
    writer_id: UUID
    reader_id: UUID | None
    words: str
    found: tuple[str, ...]
    status: str
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str
    note: str


def official() -> Own:
    """Who we are, by the brand in force."""
    return _official(brand())


@functools.cache
def _official(house: Brand) -> Own:
    names = dict.fromkeys(name for name in (house.name, house.sms_sender, house.company) if len(name) > 1)
    hosts = dict.fromkeys([*house.domains, house.mail.split("@")[1]])
    return Own(tuple(names), frozenset({rules.digits_of(house.hotline)}), tuple(hosts))


def shown(text: str) -> Shown:
    """What another person wrote, as it may be shown to a customer."""
    return rules.shown(text, official())


def may_decide(actor: Actor) -> bool:
    return actor.kind == "staff" and actor.role in DECIDERS


def reports_for(actor: Actor, *, status: str = "", limit: int = 50) -> list[ReportView]:
    """The reports, the newest first; none for who may not decide them."""
    if not may_decide(actor):
        return []
    rows = Report.objects.order_by("-opened_at")
    if status in Report.STATUSES:
        rows = rows.filter(status=status)
    return [see(row) for row in rows[:limit]]


def open_reports() -> int:
    """How many wait for a decision."""
    return Report.objects.filter(status=Report.OPEN).count()


def see(row: Report) -> ReportView:
    return ReportView(
        id=row.id,
        ref=row.ref,
        writer_id=row.writer_id,
        reader_id=row.reader_id,
        words=row.words,
        found=tuple(row.found),
        status=row.status,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
    )
