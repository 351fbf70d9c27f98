"""What an account's owner reads: entries with running balances, pages, days and statements, by index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from tests.ledger.conftest import Books, write_accounts

from kefu.core.ids import descendant, descendants, new_id
from kefu.core.refusal import NotFound
from kefu.ledger import actions, queries
from kefu.ledger.days import local_day


def test_entries_carry_sign_balance_and_counterparty(books: Books) -> None:
    lin, payer = books.customer(1000)
    zhou, payee = books.customer()
    sent = books.transfer(payer, payee, 300, evidence_ref="advice:1")
    books.post(sent)
    newest, first = queries.entries(lin)
    assert (newest.id, newest.amount, newest.balance_after, newest.counterparty) == (sent.id, -300, 700, zhou)
    assert (first.amount, first.balance_after, first.counterparty_code, first.journal) == (
        1000,
        1000,
        "A20",
        "TOPUP",
    )
    assert newest.evidence_ref == "advice:1"
    assert [(e.amount, e.balance_after) for e in queries.entries(zhou)] == [(300, 300)]


def test_pages_join_without_gap_or_double(books: Books) -> None:
    lin, payer = books.customer(1000)
    _, payee = books.customer()
    for amount in range(1, 10):
        books.post(books.transfer(payer, payee, amount), books.hold(payer, payee, 1))
    whole = queries.entries(lin)
    assert len(whole) == 10
    assert [e.balance_after for e in whole[:3]] == [955, 964, 972]
    pages, before = [], None
    while page := queries.entries(lin, limit=3, before=before):
        pages += page
        before = page[-1].seq
    assert pages == whole


def test_accounts_that_grow_by_debits_read_the_other_way_round(books: Books) -> None:
    books.customer(40)
    books.customer(2)
    assert queries.balance("", code="A20").posted == 42
    assert [(e.amount, e.balance_after) for e in queries.entries("", code="A20")] == [(2, 42), (40, 40)]


def test_unknown_owner_is_not_found(books: Books) -> None:
    for read in (queries.balance, queries.entries, queries.holds_of):
        with pytest.raises(NotFound):
            read("customer:nobody")
    assert queries.transfers_of(new_id()) == ()


def test_transfers_of_an_order_stand_in_order(books: Books) -> None:
    _, payer = books.customer(100)
    zhou, payee = books.customer()
    order, neighbour = new_id(), new_id()
    placed = replace(books.hold(payer, payee, 80), id=descendant(order, "hold"))
    taken = replace(books.end("post_hold", placed.id, 80), id=descendant(order, "post"))
    books.post(placed)
    books.post(replace(books.transfer(payer, payee, 1), id=descendant(neighbour, "hold")))
    books.post(taken)
    found = queries.transfers_of(order)
    assert [(t.id, t.kind, t.amount) for t in found] == [(placed.id, "hold", 80), (taken.id, "post_hold", 80)]
    assert (found[1].credit_owner, found[1].hold_id, found[1].currency) == (zhou, placed.id, "CNY")


def test_statement_opens_with_the_last_closed_day(books: Books) -> None:
    lin, payer = books.customer(1000)
    _, payee = books.customer()
    today = local_day(books.now)
    books.post(books.transfer(payer, payee, 100))
    for days, amount in ((1, 20), (3, 3)):
        books.post(books.transfer(payer, payee, amount), now=books.now + timedelta(days=days))
    span = [(today + timedelta(days=d), today + timedelta(days=3)) for d in range(4)]
    unclosed = [queries.statement(lin, first=first, last=last) for first, last in span]
    later = books.now + timedelta(days=4)
    assert [actions.close_day(day=today + timedelta(days=d), now=later) for d in (0, 0)] == [3, 0]
    assert [actions.close_days(now=later) for _ in range(2)] == [4, 0]
    assert [queries.statement(lin, first=first, last=last) for first, last in span] == unclosed
    assert [(s.opening, len(s.entries), s.closing) for s in unclosed] == [
        (0, 4, 877),
        (900, 2, 877),
        (880, 1, 877),
        (880, 1, 877),
    ]
    one = queries.statement(lin, first=today + timedelta(days=1), last=today + timedelta(days=2))
    assert (one.opening, [e.amount for e in one.entries], one.closing) == (900, [-20], 880)
    older = queries.entries(lin, before=queries.entries(lin)[0].seq)
    assert [e.balance_after for e in older] == [
        880,
        900,
        1000,
    ]
    assert queries.check_books() == []


def test_day_that_is_not_over_is_not_closed(books: Books) -> None:
    day = local_day(books.now)
    midnight = books.now.replace(hour=23, minute=59)
    with pytest.raises(ValueError, match="not over"):
        actions.close_day(day=day, now=midnight + timedelta(minutes=5))
    assert actions.close_day(day=day, now=midnight + timedelta(minutes=6)) == 0


def test_late_transfer_counts_in_the_next_closed_day(books: Books) -> None:
    lin, payer = books.customer(1000)
    _, payee = books.customer()
    day, later = local_day(books.now), books.now + timedelta(days=3)
    actions.close_day(day=day, now=later)
    books.post(books.transfer(payer, payee, 5))
    books.post(books.transfer(payer, payee, 6), now=books.now + timedelta(days=1))
    actions.close_day(day=day + timedelta(days=1), now=later)
    assert queries.check_books() == []
    assert queries.statement(lin, first=day, last=day).closing == 1000
    assert queries.statement(lin, first=day + timedelta(days=1), last=date(2027, 1, 1)).closing == 989


def test_reading_an_old_account_uses_indexes(clone_db: str, clone_owner_dsn: str) -> None:
    with psycopg.connect(clone_owner_dsn, autocommit=True) as owner:
        write_accounts(owner, range(1, 401), {})
        owner.execute(
            "INSERT INTO ledger_transfer (id, seq, debit, credit, amount, happened_at, posted_at, kind,"
            " journal, order_ref, case_ref, evidence_ref)"
            " SELECT gen_random_uuid(), i, 1 + mod(i, 400), 1 + mod(i * 7 + 1, 400), 1, now(), now(), 'post',"
            " 'TRANSFER', 'order:' || i, '', '' FROM generate_series(1, 20000) AS i"
        )
        owner.execute("ANALYZE ledger_transfer, ledger_account")
        where = {"account": 7, "after": 0, "before": queries.BEYOND, "limit": 20}
        edge = {"account": 7, "day": date(2026, 11, 20), "start": "2100-01-01"}
        plans = [
            (queries._PAGE, where, {"ledger_transfer_out", "ledger_transfer_in"}),
            (queries._NET_BEFORE, where, {"ledger_transfer_out", "ledger_transfer_in"}),
            (queries._EDGE, edge, {"ledger_transfer_out", "ledger_transfer_in"}),
            (
                queries._TRANSFER.format("t.id BETWEEN %(low)s AND %(high)s"),
                dict(zip(("low", "high"), descendants(new_id()), strict=True)),
                {"ledger_transfer_pkey"},
            ),
        ]
        for statement, values, indexes in plans:
            rows = psycopg.ClientCursor(owner).execute("EXPLAIN " + statement, values).fetchall()
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan on ledger_transfer" not in plan, plan
            assert all(index in plan for index in indexes), plan
