"""What settlement answers with: frozen views. Amounts in minor units, times aware UTC."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kefu.settlement.models import Break, Clearance, ReconciledDay, SafeguardingAlarm, SafeguardingDay
from kefu.settlement.rules.plan import DEEDS

AGES = (1, 3, 7)
"""After how many days a break is told as old (domain rules 2.4)."""


@dataclass(frozen=True, kw_only=True)
class DayView:
    """How a bank day came out. `open`: its breaks that nobody has cleared."""

    connector: str
    date: date
    matched: int
    waiting: int
    found: int
    open: int
    closed: bool
    opening: int
    closing: int
    compared_at: datetime


@dataclass(frozen=True, kw_only=True)
class BreakView:
    """A break as lists show it; `age_days` since it was opened, until it was cleared."""

    id: UUID
    no: str
    kind: str
    source: str
    connector: str
    date: date
    flow: str
    bank_ref: str
    order_no: str
    order_id: UUID | None
    customer_id: UUID | None
    expected: int | None
    seen: int | None
    suspense: str
    suspended: int
    status: str
    how: str
    owner_id: UUID | None
    case_ref: str
    opened_at: datetime
    cleared_at: datetime | None
    age_days: int

    @property
    def ageing(self) -> str:
        """'', or the alert that its age deserves: warm after a day, hot after three, burning after seven."""
        if self.status != "OPEN":
            return ""
        return ("", "warm", "hot", "burning")[sum(self.age_days >= days for days in AGES)]

    @property
    def deeds(self) -> tuple[str, ...]:
        """How it may be cleared."""
        return DEEDS[self.suspense] if self.status == "OPEN" else ()


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One line of a break's history."""

    code: str
    at: datetime
    by: str
    evidence_ref: str
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ClearanceView:
    """A proposal to clear a break and what became of it."""

    id: UUID
    deed: str
    customer_id: UUID | None
    other_no: str
    reason: str
    approval_id: UUID
    status: str
    proposed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SuspenseView:
    """An account of suspense: its balance in the books, what open breaks account for, and the oldest of them."""

    code: str
    balance: int
    in_breaks: int
    count: int
    oldest_days: int


@dataclass(frozen=True, kw_only=True)
class SafeguardingView:
    """One test of one currency. `difference`: the bank's balance less what the books expect; None with no statement."""

    date: date
    currency: str
    round: int
    owed: dict[str, int]
    requirement: int
    bank: int
    receivable: int
    closing: int | None
    own_moving: int
    in_breaks: int
    difference: int | None
    moved: int
    verdict: str
    tested_at: datetime

    @property
    def resource(self) -> int:
        return self.bank + self.receivable


@dataclass(frozen=True, kw_only=True)
class AlarmView:
    """A safeguarding test that did not hold, and nobody has seen to yet. `lacking` was short and has been funded from
    own money; `difference` nothing explains (0: none). Minor units of `currency`.
    """

    id: int
    date: date
    currency: str
    lacking: int
    difference: int
    raised_at: datetime


def alarm_view(row: SafeguardingAlarm) -> AlarmView:
    test = row.test
    return AlarmView(
        id=row.pk, date=test.date, currency=test.currency, lacking=max(0, test.moved), difference=test.difference or 0,
        raised_at=row.raised_at,
    )  # fmt: skip


def day_view(row: ReconciledDay, *, still_open: int = 0) -> DayView:
    return DayView(
        connector=row.connector, date=row.date, matched=row.matched, waiting=row.waiting, found=row.found,
        open=still_open, closed=row.closed, opening=row.opening, closing=row.closing, compared_at=row.compared_at,
    )  # fmt: skip


def break_view(row: Break, *, now: datetime) -> BreakView:
    order = row.order_ref.removeprefix("order:")
    return BreakView(
        id=row.id, no=row.no, kind=row.kind, source=row.source, connector=row.connector, date=row.date,
        flow=row.flow, bank_ref=row.bank_ref, order_no=row.order_no, order_id=UUID(order) if order else None,
        customer_id=row.customer_id, expected=row.expected, seen=row.seen, suspense=row.suspense,
        suspended=row.suspended, status=row.status, how=row.how, owner_id=row.owner_id, case_ref=row.case_ref,
        opened_at=row.opened_at, cleared_at=row.cleared_at, age_days=((row.cleared_at or now) - row.opened_at).days,
    )  # fmt: skip


def clearance_view(row: Clearance) -> ClearanceView:
    return ClearanceView(
        id=row.id, deed=row.deed, customer_id=row.customer_id, other_no=row.other.no if row.other else "",
        reason=row.reason, approval_id=row.approval_id, status=row.status, proposed_at=row.proposed_at,
    )  # fmt: skip


def safeguarding_view(row: SafeguardingDay) -> SafeguardingView:
    return SafeguardingView(
        date=row.date, currency=row.currency, round=row.round, owed=row.owed, requirement=row.requirement,
        bank=row.bank, receivable=row.receivable, closing=row.closing, own_moving=row.own_moving,
        in_breaks=row.in_breaks,
        difference=row.difference, moved=row.moved, verdict=row.verdict, tested_at=row.tested_at,
    )  # fmt: skip
