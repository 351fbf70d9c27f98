"""Statements: whole or not at all, and the bank's word about what we asked for."""

import json
from datetime import date, timedelta

import pytest

from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries
from kefu.rails.models import BankStatement, BankStatementLine
from kefu.rails.rules import BANK_ZONE

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


def statement(*entries: tuple[str, str, object], **head: object) -> bytes:
    lines = [
        {"bank_ref": ref, "instruction": name, "amount": amount, "at": "2026-11-19T03:00:00+00:00"}
        for ref, name, amount in entries
    ]
    given = {
        "date": "2026-11-19",
        "currency": "CNY",
        "final": True,
        "opening": 1000,
        "closing": 1000 + sum(e[2] for e in entries if isinstance(e[2], int)),
        "entries": lines,
        **head,
    }
    return json.dumps(given).encode()


def take(raw: bytes, now, day: date = DAY):
    return actions.import_statement(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=now)


@pytest.mark.row("W-03")
def test_a_line_settles_what_callback_and_ladder_missed(instruct, pump, start) -> None:
    made = instruct(200_00)
    statement_id = take(statement(("SB1", str(made.id), 200_00), ("SB2", "nobody", 5)), start)
    found = queries.settling_advice_of(made.order_ref)
    assert found is not None
    assert (found.kind, found.outcome, found.bank_ref) == ("statement", "SUCCEEDED", "SB1")
    assert [line.order_ref for line in queries.settled_lines(statement_id)] == [made.order_ref]
    assert queries.unmatched_lines(statement_id) == [2]


def test_the_same_statement_again_changes_nothing(instruct, start) -> None:
    made = instruct(200_00)
    raw = statement(("SB1", str(made.id), 200_00))
    first = take(raw, start)
    assert take(raw, start + timedelta(hours=1)) == first
    assert (BankStatement.objects.count(), BankStatementLine.objects.count()) == (1, 1)
    assert len(queries.advice_of(made.order_ref)) == 1


def test_a_later_version_adds_only_what_is_new(instruct, start) -> None:
    one, two = instruct(1), instruct(2)
    take(statement(("SB1", str(one.id), 1), final=False), start)
    later = take(statement(("SB1", str(one.id), 1), ("SB2", str(two.id), 2)), start)
    assert [line.order_ref for line in queries.settled_lines(later)] == [two.order_ref]
    assert len(queries.advice_of(one.order_ref)) == 1


def test_another_amount_settles_nothing(instruct, start) -> None:
    made = instruct(200_00)
    take(statement(("SB1", str(made.id), 100_00)), start)
    assert queries.settling_advice_of(made.order_ref) is None
    assert queries.statement_lines_of(made.order_ref) == []
    assert [a.verdict for a in queries.advice_of(made.order_ref)] == ["mismatched"]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 0),
        (b"[]", 0),
        (statement(("SB1", "x", 5), closing=1004), 1),
        (statement(("SB1", "x", 5), ("SB1", "y", 6)), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", -6)), 2),
        (statement(("SB1", "x", 5), ("", "y", 6)), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", 6.5)), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", True)), 2),
        (statement(("SB1", "x", 5), date="2026-11-18"), 0),
        (statement(("SB1", "x", 5), currency="USD"), 0),
        (statement(("SB1", "x", 5), opening="1000"), 0),
    ],
)
def test_refused_whole_with_the_line_named(instruct, start, raw: bytes, line: int) -> None:
    with pytest.raises(actions.StatementWrong) as refused:
        take(raw, start)
    assert refused.value.data["line"] == line
    assert str(line) in refused.value.reader_text()
    assert not BankStatement.objects.exists()


def test_the_banks_own_statement(bank, instruct, pump, start) -> None:
    bank.mood("lost_callback")
    made = instruct()
    pump.run()
    day = start.astimezone(BANK_ZONE).date()
    statement_id = actions.fetch_statement(actor=SYSTEM, connector_code="sandbox", day=day, now=start)
    assert made.order_ref in [line.order_ref for line in queries.settled_lines(statement_id)]
    assert queries.instruction_of(made.order_ref).status == "SUCCEEDED"


def test_a_bank_that_is_down_gives_none(bank, start) -> None:
    bank.mood("down")
    with pytest.raises(actions.StatementUnavailable):
        actions.fetch_statement(actor=SYSTEM, connector_code="sandbox", day=DAY, now=start)
