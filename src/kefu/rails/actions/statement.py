"""Bank statements: taken in whole or not at all; their lines are the bank's word about our instructions."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.bulk import copy_in
from kefu.core.ids import new_id
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice, files
from kefu.rails.actions.asking import ask_instead
from kefu.rails.connectors import Answer, PermanentError, TemporaryError, connector
from kefu.rails.models import Advice, BankStatement, Instruction, RefusedFile
from kefu.rails.refusals import StatementUnavailable, StatementWrong
from kefu.rails.statements import DEBIT, PAYOUT, RETURN, Line, Statement, StatementUnreadableError, parse

LINE_COLUMNS = (
    *("statement_id", "number", "connector", "bank_ref", "instruction_ref", "kind", "amount", "happened_at"),
    *("instruction_id", "advice_id"),
)
SAYS = {DEBIT: rules.SUCCEEDED, PAYOUT: rules.SUCCEEDED, RETURN: rules.RETURNED}


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
    """Take a statement (camt.053) in, prove its sums, and let each line settle the instruction that it names; one that
    a person gives settles nothing, the bank is asked instead.

    The same bytes again give the first import; a later version of the day adds only what is new.
    Refuses `rails.statement.wrong`: nothing is taken in, the line is named, the bytes are kept with the verdict.
    """
    came = files.Came(actor=actor, connector=connector_code, kind=RefusedFile.STATEMENT, day=day, raw=raw)
    try:
        statement = parse(raw, day=day, account=connector(connector_code).account)
    except StatementUnreadableError as wrong:
        files.keep_refused(came, wrong, now=now)
        raise StatementWrong(date=day, line=wrong.line, problem=wrong.problem) from wrong
    digest = files.digest_of(raw)
    with transaction.atomic():
        row, new = files.keep_once(
            BankStatement, came, digest=digest, now=now, final=statement.final, currency=statement.currency,
            opening=statement.opening, closing=statement.closing,
        )  # fmt: skip
        if new:
            taken = _take_lines(row, statement, actor=actor, now=now)
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


def _take_lines(row: BankStatement, statement: Statement, *, actor: Actor, now: datetime) -> int:
    known = files.known_refs("rails_bankstatementline", row.connector, [line.bank_ref for line in statement.lines])
    fresh = [line for line in statement.lines if line.bank_ref not in known]
    states = files.states_of([line.instruction_id for line in fresh if line.instruction_id])
    words = {line.number: _word_on(line, states, statement.currency) for line in fresh}
    # One order of locks over the whole import, so that two imports at once cannot meet head on.
    news = [line.instruction_id for line in fresh if line.instruction_id and words[line.number] == "news"]
    ours = {found.id: found for found in Instruction.objects.select_for_update().filter(pk__in=news).order_by("pk")}
    advised: dict[int, UUID] = {}
    by_hand = ask_instead(actor=actor, news=news, now=now)
    for line in fresh:
        if words[line.number] == "news" and line.instruction_id and not by_hand:
            found = ours[line.instruction_id]
            advised[line.number] = _advise(found, line, currency=statement.currency, now=now).id
    noted = {line.number: new_id() for line in fresh if words[line.number] == "noted"}
    copy_in("rails_advice", files.ADVICE_COLUMNS, _noted(row, statement, noted, now=now))
    advised |= noted
    return copy_in(
        "rails_bankstatementline",
        LINE_COLUMNS,
        (
            (
                *(row.id, line.number, row.connector, line.bank_ref, line.instruction, line.kind, line.amount, line.at),
                *(line.instruction_id if words[line.number] else None, advised.get(line.number)),
            )
            for line in fresh
        ),
    )


def _word_on(line: Line, states: dict[UUID, files.State], currency: str) -> str:
    """'' about nothing of ours; 'noted' what we know already; 'news' all else, which is looked at one by one."""
    state = states.get(line.instruction_id) if line.instruction_id else None
    if state is None or line.kind not in SAYS:
        return ""
    fits = (abs(line.amount), currency) == (state.amount, state.currency) and _right_way(line, state.direction)
    return "noted" if fits and state.status in (SAYS[line.kind], rules.RETURNED) else "news"


def _right_way(line: Line, direction: str) -> bool:
    return (line.kind == DEBIT) is (direction == rules.IN)


def _noted(
    row: BankStatement, statement: Statement, noted: dict[int, UUID], *, now: datetime
) -> Iterator[tuple[object, ...]]:
    for line in statement.lines:
        if line.number in noted:
            said = files.Said(
                kind=Advice.STATEMENT, raw=line.as_given, outcome=SAYS[line.kind], instruction=line.instruction_id,
                bank_ref=line.bank_ref, amount=abs(line.amount), happened_at=line.at,
            )  # fmt: skip
            yield files.noted_advice(noted[line.number], row.connector, said, now=now)


def _advise(found: Instruction, line: Line, *, currency: str, now: datetime) -> Advice:
    answer = Answer(
        outcome=SAYS[line.kind],
        raw=line.as_given,
        bank_ref=line.bank_ref,
        amount=abs(line.amount) if _right_way(line, found.direction) else None,
        currency=currency,
        happened_at=line.at,
    )
    return advice.write(found, answer, kind=Advice.STATEMENT, now=now)
