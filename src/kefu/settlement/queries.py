"""Every read of settlement: for operators and supervisors, and one door for who answers customers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Min, Q, Sum

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.ledger import queries as books
from kefu.rails.queries import files
from kefu.rails.queries.files import BankRecord, RefusedFileView, StrangeWord
from kefu.settlement.models import KINDS, OPEN, Break, BreakStep, ReconciledDay, SafeguardingAlarm, SafeguardingDay
from kefu.settlement.refusals import RecordTooLittle
from kefu.settlement.values import (
    AlarmView,
    BreakView,
    ClearanceView,
    DayView,
    SafeguardingView,
    StepView,
    SuspenseView,
    alarm_view,
    break_view,
    clearance_view,
    day_view,
    safeguarding_view,
)

__all__ = [
    "AlarmView", "BankRecord", "BreakPage", "BreakView", "DayView", "RefusedFileView", "SafeguardingView",
    "StrangeWord", "SuspenseView", "alarms_for", "break_for", "breaks_for", "days_for", "find_bank_record",
    "refused_for", "safeguarding_for", "strange_for", "suspense_for",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BreakPage:
    """A break whole: its facts, its history and what was proposed, the newest first."""

    found: BreakView
    steps: tuple[StepView, ...]
    clearances: tuple[ClearanceView, ...]


def days_for(actor: Actor, *, now: datetime, limit: int = 31) -> list[DayView]:
    """The newest days compared."""
    people.require(actor=actor, action="settlement.see", now=now)
    rows = list(ReconciledDay.objects.order_by("-date", "connector")[:limit])
    dates = [row.date for row in rows]
    counted = Break.objects.filter(status=OPEN, date__in=dates).values_list("connector", "date").annotate(Count("id"))
    waits = {(connector, day): count for connector, day, count in counted}
    return [day_view(row, still_open=waits.get((row.connector, row.date), 0)) for row in rows]


def breaks_for(
    actor: Actor,
    *,
    now: datetime,
    status: str = OPEN,
    kind: str = "",
    older_days: int = 0,
    day: date | None = None,
    limit: int = 100,
) -> list[BreakView]:
    """Breaks, the oldest first; `older_days`: only those at least so old."""
    people.require(actor=actor, action="settlement.see", now=now)
    rows = Break.objects.filter(status=status) if status else Break.objects.all()
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if older_days:
        rows = rows.filter(opened_at__lte=now - timedelta(days=older_days))
    if day:
        rows = rows.filter(date=day)
    return [break_view(row, now=now) for row in rows.order_by("opened_at", "id")[:limit]]


def break_for(actor: Actor, break_id: UUID, *, now: datetime) -> BreakPage:
    """One break with its history. Refuses `core.thing.not_found`."""
    people.require(actor=actor, action="settlement.see", now=now)
    row = Break.objects.filter(pk=break_id).first()
    if row is None:
        raise NotFound()
    steps = tuple(
        StepView(code=step.code, at=step.at, by=step.by, evidence_ref=step.evidence_ref, data=step.data)
        for step in row.steps.order_by("id")
    )
    made = row.clearances.select_related("other").order_by("-proposed_at")
    return BreakPage(found=break_view(row, now=now), steps=steps, clearances=tuple(clearance_view(one) for one in made))


def break_facts(break_id: UUID, *, now: datetime) -> BreakView:
    """One break for rooms above that heard of it. Refuses `core.thing.not_found`."""
    row = Break.objects.filter(pk=break_id).first()
    if row is None:
        raise NotFound()
    return break_view(row, now=now)


def proof_of(break_id: UUID) -> str:
    """The transfer that cleared a break, '' when nothing was posted."""
    step = BreakStep.objects.filter(found=break_id, code="cleared").first()
    return str(step.data.get("transfer", "")) if step else ""


def suspense_for(actor: Actor, *, now: datetime) -> list[SuspenseView]:
    """The accounts of suspense: balance in the books against what open breaks account for."""
    people.require(actor=actor, action="settlement.see", now=now)
    rows = Break.objects.filter(status=OPEN).exclude(suspense="").values("suspense")
    sums = {row["suspense"]: row for row in rows.annotate(sum=Sum("suspended"), n=Count("id"), first=Min("opened_at"))}
    found = []
    for code, side in (("L40", "long"), ("A32", "short")):
        try:
            balance = books.balance("", code=code).posted
        except NotFound:
            balance = 0
        held = sums.get(side)
        found.append(
            SuspenseView(
                code=code, balance=balance, in_breaks=held["sum"] if held else 0, count=held["n"] if held else 0,
                oldest_days=(now - held["first"]).days if held else 0,
            )
        )  # fmt: skip
    return found


def safeguarding_for(
    actor: Actor, *, now: datetime, limit: int = 60, currency: str = ""
) -> list[SafeguardingView]:
    """The last test of each day and currency, or of one currency alone, the newest first."""
    people.require(actor=actor, action="settlement.see", now=now)
    rows = SafeguardingDay.objects.filter(currency=currency) if currency else SafeguardingDay.objects
    last = rows.values("date", "currency").annotate(last=Max("round"))
    wanted = Q(pk__in=[])
    for one in last.order_by("-date", "currency")[:limit]:
        wanted |= Q(date=one["date"], currency=one["currency"], round=one["last"])
    return [safeguarding_view(row) for row in SafeguardingDay.objects.filter(wanted).order_by("-date", "currency")]


def alarms_for(actor: Actor, *, now: datetime) -> list[AlarmView]:
    """Alarms that nobody has seen to yet, the oldest first."""
    people.require(actor=actor, action="settlement.see", now=now)
    rows = SafeguardingAlarm.objects.filter(taken_at=None).select_related("test")
    return [alarm_view(row) for row in rows.order_by("raised_at", "pk")]


def refused_for(actor: Actor, *, now: datetime) -> list[RefusedFileView]:
    """Files that were refused whole, the newest first."""
    people.require(actor=actor, action="settlement.see", now=now)
    return files.refused_files()


def strange_for(actor: Actor, *, now: datetime) -> list[StrangeWord]:
    """What banks said that fits no payment of ours, or contradicts what we know, the newest first."""
    people.require(actor=actor, action="settlement.see", now=now)
    return files.strange_words()


def find_bank_record(
    actor: Actor,
    *,
    amount: int,
    around: datetime,
    last4: str = "",
    bank_ref: str = "",
    case_ref: str = "",
    now: datetime,
) -> list[BankRecord]:
    """What a bank says it took for us: exactly this amount (minor units), within a day of `around`, from a card that
    ends so or under the bank's own number; the nearest first. One query, one audit entry, under the case it is for.

    Refuses `identity.role.insufficient`, `settlement.record.too_little` (neither card nor number: amounts alone would
    show what strangers paid).
    """
    people.require(actor=actor, action="settlement.find_bank_record", now=now)
    if not last4 and not bank_ref:
        raise RecordTooLittle()
    found = files.find_records(amount=amount, around=around, last4=last4, bank_ref=bank_ref)
    data = {"amount": amount, "last4": last4, "bank_ref": bank_ref, "found": len(found)}
    audit.record(
        actor=actor, action="settlement.find_bank_record", subject="bank_records", now=now, case_ref=case_ref, data=data
    )
    return found
