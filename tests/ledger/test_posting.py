"""Posting: all or nothing, once, in sequence, holds included."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from tests.ledger.conftest import Books

from kefu.core.refusal import NotFound
from kefu.ledger import actions, queries
from kefu.ledger.actions import AccountNotEmpty, Posted, Refused
from kefu.ledger.chart import STRIPED_FROM, STRIPES


def test_transfer_moves_money_once(books: Books) -> None:
    lin, payer = books.customer(1000)
    zhou, payee = books.customer()
    transfer = books.transfer(payer, payee, 300)
    first, second = books.post(transfer), books.post(transfer)
    assert first == second == Posted((transfer.id,))
    assert (first.replayed, second.replayed) == (False, True)  # type: ignore[union-attr]
    assert queries.balance(lin).available == 700
    assert queries.balance(zhou).available == 300
    assert queries.check_books() == []


def test_retry_may_say_the_time_anew_but_nothing_else(books: Books) -> None:
    _, payer = books.customer(1000)
    _, payee = books.customer()
    transfer = books.transfer(payer, payee, 300)
    books.post(transfer)
    assert books.post(replace(transfer, happened_at=books.now + timedelta(minutes=1))) == Posted((transfer.id,))
    for changed in ({"amount": 301}, {"order_ref": "x"}, {"case_ref": "c"}, {"evidence_ref": "e"}):
        assert books.post(replace(transfer, **changed)) == Refused(0, "exists_with_different_fields")  # type: ignore[arg-type]


def test_refusal_leaves_the_callers_transaction_alive(books: Books) -> None:
    lin, payer = books.customer(100)
    _, payee = books.customer()
    assert books.post(books.transfer(payer, payee, 101)) == Refused(0, "insufficient_funds")
    assert books.post(books.transfer(payer, payee, 100)) != Refused(0, "insufficient_funds")
    assert queries.balance(lin).available == 0


def test_earlier_credit_funds_a_later_debit_of_the_batch(books: Books) -> None:
    lin, a = books.customer(100)
    zhou, b = books.customer()
    wang, c = books.customer()
    assert isinstance(books.post(books.transfer(a, b, 100), books.transfer(b, c, 60), books.transfer(c, a, 60)), Posted)
    assert [queries.balance(owner).available for owner in (lin, zhou, wang)] == [60, 40, 0]


def test_later_credit_does_not_fund_an_earlier_debit(books: Books) -> None:
    _, a = books.customer(100)
    _, b = books.customer()
    _, c = books.customer()
    assert books.post(books.transfer(b, c, 60), books.transfer(a, b, 100)) == Refused(0, "insufficient_funds")


def test_batch_of_which_a_part_exists_is_refused_there(books: Books) -> None:
    _, a = books.customer(100)
    _, b = books.customer()
    first, second = books.transfer(a, b, 10), books.transfer(a, b, 20)
    books.post(first)
    assert books.post(second, first) == Refused(1, "exists")
    assert books.post(second, second) == Refused(1, "exists")
    assert books.post(second, replace(second, amount=5)) == Refused(1, "exists_with_different_fields")
    assert isinstance(books.post(second), Posted)
    replay = books.post(first, second)
    assert isinstance(replay, Posted)
    assert replay.replayed


def test_hold_reserves_and_part_of_it_is_posted(books: Books) -> None:
    lin, payer = books.customer(100)
    zhou, payee = books.customer()
    placed = books.hold(payer, payee, 80)
    books.post(placed)
    balance = queries.balance(lin)
    assert (balance.available, balance.held, balance.posted) == (20, 80, 100)
    assert books.post(books.transfer(payer, payee, 21)) == Refused(0, "insufficient_funds")
    assert [h.id for h in queries.holds_of(lin)] == [placed.id]
    taken = books.end("post_hold", placed.id, 30)
    assert isinstance(books.post(taken), Posted)
    balance = queries.balance(lin)
    assert (balance.available, balance.held, balance.posted) == (70, 0, 70)
    assert queries.balance(zhou).available == 30
    ended = queries.hold(placed.id)
    assert (ended.status, ended.resolved_by) == ("POSTED", taken.id)
    assert books.post(books.end("void_hold", placed.id)) == Refused(0, "hold_resolved")
    assert books.post(taken) == Posted((taken.id,))
    assert queries.check_books() == []


def test_hold_is_placed_and_ended_in_one_batch(books: Books) -> None:
    lin, payer = books.customer(100)
    _, payee = books.customer()
    placed, again = books.hold(payer, payee, 100), books.hold(payer, payee, 60)
    batch = (placed, books.end("void_hold", placed.id), again, books.end("post_hold", again.id, 25))
    assert isinstance(books.post(*batch), Posted)
    assert queries.balance(lin).available == 75
    third = books.hold(payer, payee, 5)
    twice = (third, books.end("void_hold", third.id), books.end("post_hold", third.id, 1))
    assert books.post(*twice) == Refused(2, "hold_resolved")
    assert books.post(books.end("void_hold", third.id), third) == Refused(0, "hold_missing")
    assert queries.check_books() == []


def test_released_part_of_a_hold_funds_what_follows(books: Books) -> None:
    _, payer = books.customer(100)
    _, payee = books.customer()
    placed = books.hold(payer, payee, 100)
    books.post(placed)
    part = books.end("post_hold", placed.id, 40)
    assert books.post(books.transfer(payer, payee, 60), part) == Refused(0, "insufficient_funds")
    assert books.post(part, books.transfer(payer, payee, 61)) == Refused(1, "insufficient_funds")
    assert isinstance(books.post(part, books.transfer(payer, payee, 60)), Posted)


def test_due_holds_expire_once(books: Books) -> None:
    lin, payer = books.customer(100)
    _, payee = books.customer()
    due = books.hold(payer, payee, 30, expires_at=books.now + timedelta(minutes=10))
    lasting = books.hold(payer, payee, 40)
    books.post(due, lasting)
    assert actions.expire_due(now=books.now + timedelta(minutes=9)) == 0
    assert actions.expire_due(now=books.now + timedelta(minutes=10)) == 1
    assert actions.expire_due(now=books.now + timedelta(minutes=11)) == 0
    assert queries.hold(due.id).status == "EXPIRED"
    assert queries.balance(lin).available == 60
    assert queries.check_books() == []


def test_stopped_account_pays_nothing_and_still_receives(books: Books) -> None:
    lin, payer = books.customer(100)
    _, payee = books.customer(50)
    placed = books.hold(payer, payee, 40)
    books.post(placed)
    actions.stop_debits(account=payer, now=books.now)
    assert queries.balance(lin).debits_stopped
    for refused in (
        books.transfer(payer, payee, 1),
        books.hold(payer, payee, 1),
        books.end("post_hold", placed.id, 40),
    ):
        assert books.post(refused) == Refused(0, "debits_stopped")
    assert isinstance(books.post(books.transfer(payee, payer, 7), books.end("void_hold", placed.id)), Posted)
    actions.allow_debits(account=payer, now=books.now)
    assert isinstance(books.post(books.transfer(payer, payee, 107)), Posted)


def test_what_a_bank_was_told_before_the_stop_is_posted_when_it_has_paid(books: Books) -> None:
    lin, payer = books.customer(100)
    placed = books.hold(payer, books.house("L20"), 60, journal="WITHDRAW")
    books.post(placed)
    actions.stop_debits(account=payer, now=books.now)
    refused = books.post(books.hold(payer, books.house("L20"), 1, journal="WITHDRAW"))
    assert refused == Refused(0, "debits_stopped")
    assert isinstance(books.post(books.end("post_hold", placed.id, 60, journal="WITHDRAW")), Posted)
    assert (queries.balance(lin).posted, queries.balance(lin).held) == (40, 0)
    assert queries.check_books() == []


def test_accounts_that_cannot_be_stopped_or_closed(books: Books) -> None:
    _, full = books.customer(1)
    with pytest.raises(ValueError, match="striped"):
        actions.stop_debits(account=books.house("A20"), now=books.now)
    with pytest.raises(ValueError, match="striped"):
        actions.close_account(account=books.house("A20"), now=books.now)
    with pytest.raises(NotFound):
        actions.stop_debits(account=987_654_321, now=books.now)
    with pytest.raises(AccountNotEmpty):
        actions.close_account(account=full, now=books.now)


def test_account_is_opened_once_for_each_owner_and_currency(books: Books) -> None:
    owner, first = books.customer()
    assert actions.open_account(code="L10", owner=owner, currency="CNY", now=books.now) == first
    assert actions.open_account(code="L10", owner=owner, currency="USD", now=books.now) != first
    for code, wrong in (("L10", ""), ("A10", owner)):
        with pytest.raises(ValueError, match="belongs to"):
            actions.open_account(code=code, owner=wrong, currency="CNY", now=books.now)
    with pytest.raises(ValueError, match="currency"):
        actions.open_account(code="L10", owner=owner, currency="yuan", now=books.now)


def test_striped_account_is_the_sum_of_its_rows(books: Books) -> None:
    channel = books.house("A20")
    books.customer(70)
    assert channel >= STRIPED_FROM
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(debits_posted) FROM ledger_account WHERE id = %s", [channel])
        assert cursor.fetchone() == (STRIPES, 70)
    assert queries.balance("", code="A20").posted == 70


def test_correction_names_the_first_transfer(books: Books) -> None:
    lin, payer = books.customer(100)
    _, payee = books.customer()
    wrong = books.transfer(payer, payee, 100, case_ref="case:1")
    books.post(wrong)
    right = books.transfer(payee, payer, 100, corrects=wrong.id)
    assert isinstance(books.post(right), Posted)
    assert queries.entry(right.id).corrects == wrong.id
    assert queries.entry(wrong.id).case_ref == "case:1"
    assert queries.balance(lin).available == 100
    with pytest.raises(NotFound):
        queries.entry(uuid4())
