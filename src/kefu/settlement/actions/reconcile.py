"""One bank day compared with orders and books: set against set, as often as wanted, with the same result."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.rails.queries import files
from kefu.settlement import events as facts
from kefu.settlement.actions import breaks, judging, staging, telling
from kefu.settlement.models import Break, ReconciledDay
from kefu.settlement.refusals import FilesMissing
from kefu.settlement.values import DayView, day_view


def reconcile_day(*, actor: Actor, connector: str, day: date, now: datetime) -> DayView:
    """Compare order, books, channel file and statement of a bank day. Safe to repeat.

    A cut-off may lie between the sources: what is missing waits until the files of the day after are in, too. Refuses
    `settlement.day.files_missing` until both final files of the day are.
    """
    bank = files.bank_day(connector, day)
    if not bank.final:
        raise FilesMissing(day=day)
    closed = files.bank_day(connector, day + timedelta(days=1)).final
    with transaction.atomic():
        with connection.cursor() as cursor:  # two comparisons of one day go one after another
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"settlement:{connector}:{day}"])
        staging.stage(connector, day)
        matched = judging.match(connector, day, now=now)
        judged = judging.disagreements(day, closed=closed)
        waiting = [one for one in judged if not one.kind]
        found = _open(judged, connector=connector, day=day, statement=f"statement:{bank.statement}", now=now)
        for break_id in judging.arrived(connector, day):
            breaks.settle_arrived(break_id=break_id, day=day, now=now)
        result: dict[str, Any] = {"matched": matched, "waiting": len(waiting), "closed": closed, "compared_at": now}
        row, _ = ReconciledDay.objects.update_or_create(
            connector=connector,
            date=day,
            defaults={
                **result,
                "found": Break.objects.filter(connector=connector, date=day).count(),
                "opening": bank.opening,
                "closing": bank.closing,
            },
        )
        data = {"matched": matched, "waiting": len(waiting), "new_breaks": found, "closed": closed}
        subject = f"bank_day:{connector}:{day}"
        audit.record(actor=actor, action="settlement.reconcile_day", subject=subject, now=now, data=data)
        telling.announce(facts.DAY_RECONCILED, subject, now=now, connector=connector, day=str(day))
    return day_view(row)


def _open(judged: list[judging.Judged], *, connector: str, day: date, statement: str, now: datetime) -> int:
    late = [one.instruction for one in judged if one.kind == "late"]
    known = set(
        Break.objects.filter(instruction__in=late, source="books").values_list("instruction", flat=True) if late else ()
    )
    found = 0
    for one in judged:
        if one.kind and not (one.kind == "late" and one.instruction in known):
            row = breaks.open_break(one, connector=connector, day=day, statement_ref=statement, now=now)
            found += row is not None
    return found
