"""`check_books`: quiet over sound books, and each way of breaking them has a line that names it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from tests.ledger.conftest import Books, write_accounts
from tests.ledger.test_races import A20, I11, Client

from kefu.cli.check import books as check_books
from kefu.ledger import books as invariants
from kefu.ledger import queries

NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)

PAYMENT = "WHERE debit = 601 AND kind = 'post'"

BREAKS = {
    "transfers have both accounts": f"UPDATE ledger_transfer SET credit = 4444 {PAYMENT}",
    "debits equal credits per currency": "UPDATE ledger_account SET currency = 'USD' WHERE id = 602",
    "debits equal credits over all accounts": "UPDATE ledger_account SET credits_posted = 999 WHERE id = 602",
    "the replay of the transfers": f"UPDATE ledger_transfer SET amount = 31 {PAYMENT}",
    "accounts are found by their owners": "UPDATE ledger_owned SET owner = 'customer:thief' WHERE account = 601",
    "every hold was placed": "UPDATE ledger_hold SET amount = 21 WHERE status = 'POSTED'",
    "every hold is resolved": "UPDATE ledger_hold SET status = 'VOIDED' WHERE status = 'POSTED'",
    "limits hold": "UPDATE ledger_account SET debits_posted = 900 WHERE id = 601",
    "no merchant is owed": f"UPDATE ledger_account SET code = 'L30', debits_posted = 900 WHERE id = {I11}",
    "accounts are as the chart": ("UPDATE ledger_account SET debits_must_not_exceed_credits = false WHERE id = 602"),
    "stripes are whole": f"DELETE FROM ledger_account WHERE id = {I11} AND stripe = 3",
    "journals move money": f"UPDATE ledger_transfer SET journal = 'GOODWILL' {PAYMENT}",
    "corrections name": f"UPDATE ledger_transfer SET corrects = '{uuid4()}' {PAYMENT}",
    "closed days": "UPDATE ledger_balanceday SET credits_posted = 1",
    "safeguarded money covers": f"UPDATE ledger_account SET debits_posted = 0 WHERE id = {A20}",
}


@pytest.fixture
def sound(clone_db: str, clone_owner_dsn: str) -> Iterator[psycopg.Connection]:
    """A committed clone with some life in it, opened as the owner, who alone could break it."""
    with psycopg.connect(clone_owner_dsn, autocommit=True) as owner:
        write_accounts(owner, range(601, 603), {A20: "A20", I11: "I11"})
        client, hold = Client(clone_db, autocommit=True), uuid4()
        assert client.post((A20, 601, 100), journal="TOPUP") == (None, "posted")
        assert client.post((601, 602, 30)) == (None, "posted")
        assert client.resolve("hold", hold, legs=(601, I11), amount=20) == (None, "posted")
        assert client.resolve("post_hold", hold, amount=15) == (None, "posted")
        client.close()
        owner.execute(
            "INSERT INTO ledger_balanceday (account, day, through_seq, debits_pending, debits_posted,"
            " credits_pending, credits_posted) SELECT 602, '2026-11-20', max(seq), 0, 0, 0, 30"
            " FROM ledger_transfer WHERE credit = 602"
        )
        yield owner


def test_sound_books_have_no_violation(sound: psycopg.Connection) -> None:
    with sound.cursor() as cursor:
        assert invariants.violations(cursor) == []
        assert invariants.size(cursor) == (4, 4)


def test_what_breaks_the_books_is_named(sound: psycopg.Connection) -> None:
    for name, statement in BREAKS.items():
        with sound.transaction(force_rollback=True), sound.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0
            found = invariants.violations(cursor)
            assert any(line.startswith(name) for line in found), (name, found)


def test_every_invariant_is_broken_by_a_case_above() -> None:
    assert len(BREAKS) == len(invariants.INVARIANTS)
    for name, invariant in zip(BREAKS, invariants.INVARIANTS, strict=True):
        assert invariant.name.startswith(name)


def test_many_violations_are_counted_not_listed(sound: psycopg.Connection) -> None:
    sound.execute(
        "INSERT INTO ledger_account (id, code, owner, currency, debits_must_not_exceed_credits,"
        " credits_must_not_exceed_debits, opened_at)"
        " SELECT i, 'X99', 'customer:' || i, 'CNY', true, false, now() FROM generate_series(701, 730) AS i"
    )
    with sound.cursor() as cursor:
        found = [line for line in invariants.violations(cursor) if line.startswith("accounts are as")]
    assert len(found) == invariants.SHOWN + 1
    assert found[-1].endswith("more")


def test_command_says_whether_the_books_hold(
    sound: psycopg.Connection, clone_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_books.run(["--json", "--database", clone_db]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said == {"accounts": 4, "transfers": 4, "violations": []}
    sound.execute("UPDATE ledger_transfer SET amount = 31 WHERE debit = 601 AND kind = 'post'")
    assert check_books.run(["--json", "--database", clone_db]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["violations"]
    assert check_books.run(["--database", "postgresql://nobody@127.0.0.1:1/none"]) == 2


def test_fee_leaves_an_excess_that_the_daily_run_sweeps(books: Books) -> None:
    from kefu.ledger import actions

    lin, payer = books.customer(1000)
    _, payee = books.customer()
    books.post(books.transfer(payer, payee, 500), books.transfer(payer, books.house("I11"), 5, journal="FEE"))
    assert queries.safeguarding().excess == 5
    first = actions.sweep_excess(day=books.now.date(), now=books.now)
    assert isinstance(first, actions.Posted)
    assert queries.safeguarding().excess == 0
    assert actions.sweep_excess(day=books.now.date(), now=books.now) is None
    assert queries.balance(lin).posted == 495
    assert queries.check_books() == []
