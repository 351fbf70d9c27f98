"""Bank statements: taken in whole or not at all; their lines are the bank's word about our instructions."""

import hashlib
import json
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice
from kefu.rails.connectors import Answer, PermanentError, TemporaryError, connector
from kefu.rails.models import Advice, BankStatement, BankStatementLine, Instruction
from kefu.rails.refusals import StatementUnavailable, StatementWrong
from kefu.rails.statements import DEBIT, RETURN, Line, Statement, StatementUnreadableError, parse


def fetch_statement(*, actor: Actor, connector_code: str, day: date, now: datetime) -> UUID:
    """*Network.* Fetch the bank's statement of `day` and take it in.

    Refuses `rails.statement.unavailable` and what `import_statement` refuses.
    """
    try:
        raw = connector(connector_code).fetch_statement(day)
    except (TemporaryError, PermanentError) as failure:
        raise StatementUnavailable(date=day, problem=str(failure)) from failure
    return import_statement(actor=actor, connector_code=connector_code, day=day, raw=raw, now=now)


def import_statement(*, actor: Actor, connector_code: str, day: date, raw: bytes, now: datetime) -> UUID:
    """Take a statement in, prove its sums, and let each line settle the instruction that it names.

    The same bytes again give the first import; a later version of the day adds only what is new.
    Refuses `rails.statement.wrong` (nothing taken in, the line is named).
    """
    try:
        statement = parse(raw, day=day)
    except StatementUnreadableError as wrong:
        raise StatementWrong(date=day, line=wrong.line, problem=wrong.problem) from wrong
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        row, new = BankStatement.objects.get_or_create(
            connector=connector_code,
            date=day,
            digest=digest,
            defaults={
                "raw": raw,
                "final": statement.final,
                "currency": statement.currency,
                "opening": statement.opening,
                "closing": statement.closing,
                "imported_at": now,
            },
        )
        if new:
            taken = _take_lines(row, statement, now=now)
            audit.record(
                actor=actor,
                action="rails.import_statement",
                subject=f"statement:{row.id}",
                now=now,
                data={"connector": connector_code, "date": day, "digest": digest, "lines": taken},
            )
            payload = {"statement": row.id}
            events.announce(kind=facts.STATEMENT_IMPORTED, key=str(row.id), topics=[], payload=payload, now=now)
    return row.id


def _take_lines(row: BankStatement, statement: Statement, *, now: datetime) -> int:
    refs = [line.bank_ref for line in statement.lines]
    known = set(
        BankStatementLine.objects.filter(connector=row.connector, bank_ref__in=refs).values_list("bank_ref", flat=True)
    )
    fresh = [line for line in statement.lines if line.bank_ref not in known]
    named = [ref for line in fresh if (ref := line.instruction_id) is not None]
    # One order of locks over the whole import, so that two imports at once cannot meet head on.
    ours = {found.id: found for found in Instruction.objects.select_for_update().filter(pk__in=named).order_by("pk")}
    lines = []
    for line in fresh:
        found = ours.get(line.instruction_id) if line.instruction_id else None
        lines.append(
            BankStatementLine(
                statement=row,
                number=line.number,
                connector=row.connector,
                bank_ref=line.bank_ref,
                instruction_ref=line.instruction,
                kind=line.kind,
                amount=line.amount,
                happened_at=line.at,
                instruction=found,
                advice=_advise(found, line, currency=statement.currency, now=now) if found else None,
            )
        )
    BankStatementLine.objects.bulk_create(lines)
    return len(lines)


def _advise(found: Instruction, line: Line, *, currency: str, now: datetime) -> Advice:
    fits = (line.kind == DEBIT) is (found.direction == rules.IN)
    answer = Answer(
        outcome=rules.RETURNED if line.kind == RETURN else rules.SUCCEEDED,
        raw=json.dumps(line.as_given, ensure_ascii=False).encode(),
        bank_ref=line.bank_ref,
        amount=abs(line.amount) if fits else None,
        currency=currency,
        happened_at=line.at,
    )
    return advice.write(found, answer, kind=Advice.STATEMENT, now=now)
