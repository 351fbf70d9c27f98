"""Statements and channel files: whole or not at all, and the bank's word about what we asked for."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.rails import papers
from tests.rails.papers import Entry

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.rails import actions, queries
from kefu.rails.models import BankStatement, BankStatementLine, ChannelFile, ChannelFileLine, RefusedFile
from kefu.rails.rules import BANK_ZONE

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


def statement(*entries: tuple[str, str, object], **head: object) -> bytes:
    lines = [Entry(bank_ref=ref, instruction=name, amount=amount) for ref, name, amount in entries]
    return papers.statement(lines, **{"day": DAY, "opening": 1000, **head})


def take(raw: bytes, now, day: date = DAY):
    return actions.import_statement(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=now)


def take_file(raw: bytes, now, day: date = DAY):
    return actions.import_channel_file(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=now)


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


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
GOOD = statement(("SB1", "x", 5), ("SB2", "y", 6))


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 0),
        (b"[]", 0),
        (b"<Document/>", 0),
        (GOOD.replace(b"053.001.08", b"053.001.02"), 0),
        (GOOD.replace(b"<Stmt>", b"<Stmt/><Stmt>"), 0),
        (GOOD[:-40], 2),
        (GOOD[: GOOD.index(b"SB2")], 2),
        (statement(("SB1", "x", 5), doctype=BOMB), 0),
        (statement(("SB1", "x", 5), closing=1004), 1),
        (statement(("SB1", "x", 5), closing="1.2.3"), 0),
        (statement(("SB1", "x", 5), count="2"), 0),
        (statement(("SB1", "x", 5), ("SB1", "y", 6)), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", -6)), 2),
        (statement(("SB1", "x", 5), ("", "y", 6)), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", "0.061")), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", "1e3")), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", "NaN")), 2),
        (statement(("SB1", "x", 5), ("SB2", "y", "0.00")), 2),
        (statement(("SB1", "x", 5), day_said="2026-11-18"), 0),
        (statement(("SB1", "x", 5), currency="USD"), 1),
        (statement(currency="USD"), 0),
        (statement(("SB1", "x", 5), account="ANOTHER"), 0),
        (GOOD.replace(b"<Cd>BOOK</Cd>", b"<Cd>PDNG</Cd>"), 1),
        (GOOD.replace(b"PMDD", b"GAME"), 1),
        (GOOD.replace(b"03:00:00+00:00", b"03:00:00"), 1),
        (GOOD.replace(b"OPBD", b"PRCD"), 0),
    ],
)  # fmt: skip
def test_refused_whole_with_the_line_named_and_its_bytes_kept(instruct, start, raw: bytes, line: int) -> None:
    for _twice in range(2):
        with pytest.raises(actions.StatementWrong) as refused:
            take(raw, start)
    assert refused.value.data["line"] == line, refused.value.data
    assert str(line) in refused.value.reader_text()
    assert not BankStatement.objects.exists()
    assert not BankStatementLine.objects.exists()
    kept = RefusedFile.objects.get()
    assert (bytes(kept.raw), kept.line, kept.kind) == (raw, line, "statement")
    assert kept.problem


def test_the_banks_own_files(bank, instruct, pump, start) -> None:
    bank.mood("lost_callback")
    made = instruct()
    pump.run()
    stray = bank.call("POST", "/sandbox/deposit", {"amount": 77_00})["bank_ref"]
    day = start.astimezone(BANK_ZONE).date()
    actions.fetch_channel_file(actor=SYSTEM, connector_code="sandbox", day=day, now=start)
    line = ChannelFileLine.objects.get(instruction_id=made.id)
    assert (line.amount, line.fee, line.status, line.kind) == (200_00, 0, "SUCCEEDED", "debit")
    assert queries.settling_advice_of(made.order_ref).kind in ("file", "query")
    statement_id = actions.fetch_statement(actor=SYSTEM, connector_code="sandbox", day=day, now=start)
    assert made.order_ref in [line.order_ref for line in queries.settled_lines(statement_id)]
    assert queries.instruction_of(made.order_ref).status == "SUCCEEDED"
    found = BankStatementLine.objects.get(bank_ref=stray)
    assert (found.kind, found.amount, found.instruction_ref) == ("credit", 77_00, "NOTPROVIDED")


def test_a_bank_that_is_down_gives_none(bank, start) -> None:
    bank.mood("down")
    for fetch in (actions.fetch_statement, actions.fetch_channel_file):
        with pytest.raises(actions.StatementUnavailable):
            fetch(actor=SYSTEM, connector_code="sandbox", day=DAY, now=start)


@pytest.mark.row("F-11")
def test_a_channel_file_ends_what_nobody_answered(instruct, start) -> None:
    good, bad, other = instruct(100), instruct(200, direction="out"), instruct(300)
    entries = [
        Entry(bank_ref="SB1", instruction=str(good.id), amount=100),
        Entry(bank_ref="SB2", instruction=str(bad.id), kind="payout", amount=200, status="FAILED"),
        Entry(bank_ref="SB3", instruction=str(other.id), amount=301),
        Entry(bank_ref="SB4", instruction="nobody", amount=7),
    ]
    raw = papers.channel_file(entries, day=DAY)
    first = take_file(raw, start)
    assert take_file(raw, start) == first
    assert [queries.instruction_of(one.order_ref).status for one in (good, bad, other)] == [
        "SUCCEEDED",
        "FAILED",
        "CREATED",
    ]
    assert queries.settling_advice_of(bad.order_ref).kind == "file"
    assert [a.verdict for a in queries.advice_of(other.order_ref)] == ["mismatched"]
    assert (ChannelFile.objects.count(), ChannelFileLine.objects.count()) == (1, 4)


FILE = papers.channel_file([Entry(bank_ref="SB1", instruction="x", amount=5), Entry(bank_ref="SB2", instruction="y", amount=6)], day=DAY)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 0),
        (b"\xff\xfe", 0),
        (FILE.replace(b"2026-11-19,CNY", b"2026-11-18,CNY"), 0),
        (FILE.replace(b",CNY,", b",USD,"), 0),
        (FILE[: FILE.index(b"T,")], 2),
        (FILE.replace(b"T,2,", b"T,3,"), 2),
        (FILE.replace(b"T,2,0.11", b"T,2,0.12"), 2),
        (FILE.replace(b"SB2", b"SB1"), 2),
        (FILE.replace(b"0.06", b"0.06 "), 2),
        (FILE.replace(b"y,SB2,debit", b"y,SB2,theft"), 2),
        (FILE.replace(b"x,SB1", b",SB1"), 1),
        (FILE.replace(b"8812", b"88123"), 1),
        (FILE.replace(b",SUCCEEDED", b",MAYBE"), 1),
    ],
)
def test_a_bad_channel_file_is_refused_whole(start, raw: bytes, line: int) -> None:
    with pytest.raises(actions.ChannelFileWrong) as refused:
        take_file(raw, start)
    assert refused.value.data["line"] == line, refused.value.data
    assert not ChannelFile.objects.exists()
    assert (RefusedFile.objects.get().kind, bytes(RefusedFile.objects.get().raw)) == ("channel", raw)


@pytest.mark.row("W-03")
def test_a_file_that_a_person_gave_credits_nobody_and_has_the_bank_asked(instruct, start) -> None:
    """An operator who writes a bank file by themself must not be able to make a top-up succeed."""
    one, two = instruct(200_00), instruct(300_00)
    clerk = Actor(kind="staff", id=str(uuid4()), role="operator")
    raw = statement(("SB1", str(one.id), 200_00))
    actions.import_statement(actor=clerk, connector_code="sandbox", day=DAY, raw=raw, now=start)
    entry = Entry(bank_ref="SB2", instruction=str(two.id), amount=300_00)
    raw = papers.channel_file([entry], day=DAY)
    actions.import_channel_file(actor=clerk, connector_code="sandbox", day=DAY, raw=raw, now=start)
    for made in (one, two):
        assert queries.settling_advice_of(made.order_ref) is None
        assert queries.advice_of(made.order_ref) == []
        assert OutboxEvent.objects.filter(kind="rails.ask_wanted", key=str(made.id)).count() == 1
        entry_of = AuditEntry.objects.get(action="rails.ask_soon", subject=f"instruction:{made.id}")
        assert entry_of.actor == clerk.ref
