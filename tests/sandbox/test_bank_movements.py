"""Debits: accepted once, answered alike, refused when malformed."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank, Listener


def ago(**span: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(**span)).isoformat()


@pytest.mark.row("W-03")
def test_debit_succeeds_and_says_so(bank: Bank, listener: Listener, card: str) -> None:
    status, answer = bank.submit("TU-1", card, 20_000)
    assert status == 202
    assert (answer["status"], answer["reason"]) == ("PROCESSING", None)
    told = bank.wait_for(lambda: listener.of("TU-1"))[0]
    assert told.good
    assert told.headers["X-Bank-Event"] == told.body["event"]
    facts = {"status": "SUCCEEDED", "reason": None, "amount": 20_000, "currency": "CNY"}
    assert told.body == {
        **facts,
        "event": told.body["event"],
        "instruction": "TU-1",
        "bank_ref": answer["bank_ref"],
        "happened_at": told.body["happened_at"],
    }
    asked = bank.call("GET", "/v1/debits/TU-1")[1]
    assert {name: asked[name] for name in facts} == facts
    assert asked["settled_at"] == told.body["happened_at"] > asked["accepted_at"]


def test_same_instruction_gets_the_same_answer(bank: Bank, listener: Listener, card: str) -> None:
    first = bank.submit("TU-1", card)
    bank.wait_for(lambda: listener.of("TU-1"))
    assert bank.submit("TU-1", card) == first
    assert len(bank.books()["movements"]) == 1


def test_same_instruction_with_another_body_conflicts(bank: Bank, card: str) -> None:
    bank.submit("TU-1", card)
    for change in ({"amount": 20_001}, {"card_token": "other"}, {"happened_at": ago(minutes=1)}):
        order = {"instruction": "TU-1", "card_token": card, "amount": 20_000, "currency": "CNY", **change}
        status, answer = bank.call("POST", "/v1/debits", order)
        assert (status, answer["code"]) == (409, "instruction_conflict")
    assert len(bank.books()["movements"]) == 1


def test_twenty_at_once_are_one_debit(bank: Bank, card: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: bank.submit("TU-1", card), range(20)))
    assert {status for status, _ in answers} == {202}
    assert len({answer["bank_ref"] for _, answer in answers}) == 1
    assert len(bank.books()["movements"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": 0}, 422, "amount_invalid"),
        ({"amount": -1}, 422, "amount_invalid"),
        ({"amount": 20_000_001}, 422, "amount_invalid"),
        ({"amount": 10**30}, 422, "amount_invalid"),
        ({"amount": 1.0}, 422, "amount_invalid"),
        ({"amount": True}, 422, "amount_invalid"),
        ({"amount": "100"}, 422, "amount_invalid"),
        ({"amount": None}, 422, "amount_invalid"),
        ({"currency": "USD"}, 422, "currency_invalid"),
        ({"currency": "cny"}, 422, "currency_invalid"),
        ({"card_token": "crd_none"}, 422, "card_unknown"),
        ({"card_token": 7}, 422, "card_token_invalid"),
        ({"instruction": "x" * 65}, 422, "instruction_invalid"),
        ({"instruction": "a/b"}, 422, "instruction_invalid"),
        ({"instruction": ""}, 422, "instruction_invalid"),
        ({"instruction": "<script>"}, 422, "instruction_invalid"),
        ({"happened_at": "yesterday"}, 422, "happened_at_invalid"),
        ({"happened_at": "2026-01-01T00:00:00"}, 422, "happened_at_invalid"),
        ({"happened_at": ago(hours=1)}, 422, "history_not_accepted"),
        ({"happened_at": ago(hours=-1)}, 422, "happened_at_future"),
        ({"colour": "red"}, 400, "field_unknown"),
    ],
)
def test_bad_orders_change_nothing(
    quiet_bank: Bank, quiet_card: str, change: dict[str, Any], status: int, code: str
) -> None:
    before = quiet_bank.books()
    order = {"instruction": "TU-0", "card_token": quiet_card, "amount": 100, "currency": "CNY", **change}
    found = quiet_bank.call("POST", "/v1/debits", order)
    assert (found[0], found[1]["code"]) == (status, code)
    assert quiet_bank.books() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"amount": NaN}',
        b'{"amount": 1, "amount": 2}',
        b'{"amount": ' + b"9" * 5000 + b"}",
        b"[" * 30_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_bodies_that_are_no_json_object_change_nothing(quiet_bank: Bank, body: bytes) -> None:
    before = quiet_bank.books()
    for door in ("/v1/debits", "/v1/cards", "/sandbox/mood", "/sandbox/settle"):
        status, answer = quiet_bank.call("POST", door, body)
        assert (status, answer["code"]) == (400, "body_not_json")
    assert quiet_bank.books() == before


def test_bodies_that_are_too_large_are_not_read(quiet_bank: Bank) -> None:
    body = b" " * 70_000
    status, answer, _ = quiet_bank.raw(
        "POST", "/v1/debits", body, quiet_bank.sign("POST", "/v1/debits", body)
    )
    assert (status, json.loads(answer)["code"]) == (413, "body_too_large")


def test_history_needs_a_demo_bank_and_keeps_its_moments(demo_bank: Bank, listener: Listener) -> None:
    card = demo_bank.link()
    at = "2026-03-02T15:59:59.500+00:00"
    assert demo_bank.submit("TU-1", card, happened_at=at)[0] == 202
    told = demo_bank.call("GET", "/v1/debits/TU-1")[1]
    assert (told["status"], told["accepted_at"]) == ("SUCCEEDED", at)
    assert told["settled_at"] == "2026-03-02T15:59:59.900+00:00"
    assert told["bank_ref"].startswith("SB20260302")
    heard = demo_bank.wait_for(lambda: listener.of("TU-1"))
    assert heard[0].body["happened_at"] == told["settled_at"]


def test_operator_decides_an_open_debit_once(bank: Bank, listener: Listener, card: str) -> None:
    bank.mood("slow")
    bank.submit("TU-1", card)
    assert bank.status("TU-1") == "PROCESSING"
    wish = {"instruction": "TU-1", "status": "FAILED", "reason": "card_closed"}
    status, told = bank.call("POST", "/sandbox/settle", wish)
    assert (status, told["status"], told["reason"]) == (200, "FAILED", "card_closed")
    assert bank.call("POST", "/sandbox/settle", wish) == (200, told)
    status, refusal = bank.call("POST", "/sandbox/settle", {**wish, "status": "SUCCEEDED"})
    assert (status, refusal["code"]) == (409, "already_final")
    assert [heard.body["reason"] for heard in bank.wait_for(lambda: listener.of("TU-1"))] == ["card_closed"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"instruction": "TU-9"}, 404, "not_found"),
        ({"status": "MAYBE"}, 422, "status_invalid"),
        ({"status": ["SUCCEEDED"]}, 422, "status_invalid"),
        ({"reason": "mood"}, 422, "reason_invalid"),
        ({"at": ago(days=2)}, 422, "history_not_accepted"),
        # As of the test itself: a long run collects its cases minutes before it comes here.
        ({"at": lambda: ago(seconds=100)}, 422, "at_before_acceptance"),
        ({"at": ago(days=-2)}, 422, "happened_at_future"),
        ({"extra": 1}, 400, "field_unknown"),
    ],
)
def test_bad_decisions_change_nothing(
    quiet_bank: Bank, quiet_card: str, change: dict[str, Any], status: int, code: str
) -> None:
    quiet_bank.submit("TU-1", quiet_card)
    before = quiet_bank.books()
    given = {key: value() if callable(value) else value for key, value in change.items()}
    found = quiet_bank.call("POST", "/sandbox/settle", {"instruction": "TU-1", "status": "SUCCEEDED", **given})
    assert (found[0], found[1]["code"]) == (status, code)
    assert quiet_bank.books() == before
