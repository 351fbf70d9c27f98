"""A break from its opening: written once, put into suspense, its customer told before they ask."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as people
from kefu.ledger.days import day_bounds
from kefu.notices import actions as notices
from kefu.settlement import events as facts
from kefu.settlement.actions import book, telling
from kefu.settlement.actions.judging import Judged
from kefu.settlement.models import CLEARED, OPEN, Break
from kefu.settlement.rules import plan as rules
from kefu.wallet import queries as wallet

ARRIVED = "arrived"


def open_break(judged: Judged, *, connector: str, day: date, statement_ref: str, now: datetime) -> Break | None:
    """Write the break down with its suspense posting; None when it stood already. In the caller's transaction."""
    ours = judged.flow == "payout" and judged.order_ref
    transit, payee = wallet.transit_of(judged.order_ref) if ours else ("L20", "")
    plan = rules.plan(_facts(judged, transit))
    row, new = Break.objects.get_or_create(
        subject=f"{connector}:{judged.subject}",
        defaults={
            "no": _next_number(),
            "kind": judged.kind,
            "source": judged.source,
            "connector": connector,
            "date": day,
            "flow": judged.flow,
            "instruction": judged.instruction,
            "bank_ref": judged.bank_ref,
            "order_ref": judged.order_ref,
            "order_no": judged.order_no,
            "customer_id": judged.customer_id,
            "expected": judged.expected,
            "seen": judged.seen,
            "suspense": plan.suspense,
            "suspended": plan.amount,
            "opened_at": now,
        },
    )
    if not new:
        return None
    # As of the bank's day: the books of that day then say what the bank's closing balance says.
    at = day_bounds(day)[1] - timedelta(microseconds=1)
    posted = book.post(
        row.id, plan.legs, ref=ref_of(row), evidence=statement_ref, now=now, at=min(at, now), payee=payee
    )
    data: dict[str, Any] = {"kind": row.kind, "suspense": row.suspense, "suspended": row.suspended}
    data["transfers"] = [str(one) for one in posted]
    telling.write_step(row, "opened", actor=SYSTEM, now=now, evidence=statement_ref, data=data)
    audit.record(actor=SYSTEM, action="settlement.open_break", subject=ref_of(row), now=now, data=data)
    customer, order = telling.text_of(row.customer_id), row.order_ref.removeprefix("order:")
    telling.announce(facts.BREAK_OPENED, row.id, now=now, **{"break": row.id, "customer": customer, "order": order})
    if row.customer_id and row.kind not in ("fee_diff", "late"):
        _tell_customer(row, now=now)
    return row


def ref_of(row: Break) -> str:
    """How ledger and audit know a break."""
    return f"break:{row.id}"


def _facts(judged: Judged, transit: str) -> rules.Facts:
    return rules.Facts(
        kind=judged.kind, source=judged.source, flow=judged.flow, expected=judged.expected or 0, seen=judged.seen,
        booked=judged.booked, transit=transit,
    )  # fmt: skip


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('settlement_break_number')")
        return f"B-{cursor.fetchone()[0]}"


def _tell_customer(row: Break, *, now: datetime) -> None:
    amount = Money(max(row.expected or 0, row.seen or 0), book.CURRENCY).text()
    values = {"no": row.order_no or row.bank_ref, "amount": amount}
    assert row.customer_id is not None
    notices.tell(actor=SYSTEM, customer_id=row.customer_id, kind="break_found", values=values, ref=ref_of(row), now=now)


def settle_arrived(*, break_id: UUID, day: date, now: datetime) -> None:
    """What was missing stands matched on a later statement: its suspense is undone and the break ends by itself."""
    row = Break.objects.select_for_update().get(pk=break_id)
    if row.status != OPEN or row.clearances.filter(status="PROPOSED").exists():
        return
    legs = rules.arrival(row.suspended) if row.suspense == rules.SHORT else ()
    posted = book.post(row.id, legs, ref=ref_of(row), evidence=f"statement_day:{row.connector}:{day}", now=now)
    end(row, how=ARRIVED, actor=SYSTEM, transfer=posted[0] if posted else None, now=now)


def end(row: Break, *, how: str, actor: Actor, transfer: UUID | None, now: datetime, evidence: str = "") -> None:
    """Clear the locked break; history, audit and those who listen are told."""
    if not transition(Break, row.id, OPEN, CLEARED, how=how, cleared_at=now):
        raise RuntimeError(f"break {row.id} moved under its lock")
    row.refresh_from_db()
    data = {"how": how, "transfer": telling.text_of(transfer)}
    telling.write_step(row, "cleared", actor=actor, now=now, evidence=evidence, data=data)
    audit.record(actor=actor, action="settlement.clear_break", subject=ref_of(row), now=now, data=data)
    payload = {"break": row.id, "customer": telling.text_of(row.customer_id), **data}
    telling.announce(facts.BREAK_CLEARED, row.id, now=now, **payload)


def take_break(*, actor: Actor, break_id: UUID, now: datetime) -> None:
    """The actor cares for the break from now on. Refuses `core.thing.not_found`, `identity.role.insufficient`."""
    people.require(actor=actor, action="settlement.take_break", now=now)
    with transaction.atomic():
        row = lock(break_id)
        if row.owner_id != actor.uuid:
            Break.objects.filter(pk=row.pk).update(owner_id=actor.uuid)
            telling.write_step(row, "taken", actor=actor, now=now)
            audit.record(actor=actor, action="settlement.take_break", subject=ref_of(row), now=now)
            changed(row, now=now)


def link_case(*, break_id: UUID, case_no: str, now: datetime) -> None:
    """The number of the case in which the customer is answered, once."""
    with transaction.atomic():
        row = lock(break_id)
        if not row.case_ref:
            Break.objects.filter(pk=row.pk).update(case_ref=case_no)
            telling.write_step(row, "case", actor=SYSTEM, now=now, data={"case": case_no})
            changed(row, now=now)


def changed(row: Break, *, now: datetime) -> None:
    """Pages that show the break look again."""
    telling.announce(facts.BREAK_CHANGED, row.id, now=now, **{"break": row.id, "status": row.status})


def lock(break_id: UUID) -> Break:
    """The row, locked. Refuses `core.thing.not_found`."""
    row = Break.objects.select_for_update().filter(pk=break_id).first()
    if row is None:
        raise NotFound()
    return row
