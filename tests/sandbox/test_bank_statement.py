"""The statement: each bank day in Shanghai, opening + entries = closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank


def test_days_chain_and_cut_at_midnight_in_shanghai(demo_bank: Bank) -> None:
    card = demo_bank.link()
    demo_bank.mood("lost_callback")
    # 16:00 UTC is midnight in Shanghai.
    demo_bank.submit("TU-1", card, 100, happened_at="2026-03-02T15:59:59.999+00:00")
    demo_bank.submit("TU-2", card, 2_000, happened_at="2026-03-03T00:00:00+08:00")
    demo_bank.submit("TU-3", card, 30_000, happened_at="2026-03-03T12:00:00+08:00")
    demo_bank.mood("bank_denies")
    demo_bank.submit("TU-4", card, 7_000_000, happened_at="2026-03-03T12:00:00+08:00")
    days = [demo_bank.statement(f"2026-03-0{day}") for day in (1, 2, 3, 4)]
    assert [(day["opening"], day["closing"], day["final"]) for day in days] == [
        (0, 0, True),
        (0, 100, True),
        (100, 32_100, True),
        (32_100, 32_100, True),
    ]
    told = demo_bank.call("GET", "/v1/debits/TU-2")[1]
    first = {
        "bank_ref": told["bank_ref"], "instruction": "TU-2", "kind": "debit", "amount": 2_000, "at": told["settled_at"],
    }  # fmt: skip
    assert days[2]["entries"][0] == first
    assert [entry["instruction"] for entry in days[2]["entries"]] == ["TU-2", "TU-3"]
    for day in days:
        assert day["opening"] + sum(entry["amount"] for entry in day["entries"]) == day["closing"]


def test_today_is_shown_but_not_final(bank: Bank, card: str) -> None:
    bank.mood("lost_callback")
    bank.submit("TU-1", card, 500)
    bank.mood("slow")
    bank.submit("TU-2", card, 900)
    day = bank.statement(bank.today())
    assert (day["final"], day["opening"], day["closing"]) == (False, 0, 500)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "date_invalid"),
        ("?date=", "date_invalid"),
        ("?date=2026-02-30", "date_invalid"),
        ("?date=20260101", "date_invalid"),
        ("?date=1999-12-31", "date_invalid"),
        ("?date=2999-01-01", "date_future"),
        ("?date=%27%3B--", "date_invalid"),
    ],
)
def test_bad_dates_are_refused(quiet_bank: Bank, query: str, code: str) -> None:
    for file in ("statement", "channel-file"):
        status, answer = quiet_bank.call("GET", f"/v1/{file}{query}")
        assert (status, answer["code"]) == (422, code)


def test_channel_file_tells_what_was_carried_out_and_what_was_refused(demo_bank: Bank) -> None:
    card = demo_bank.link()
    demo_bank.mood("lost_callback")
    demo_bank.submit("TU-1", card, 2_050, happened_at="2026-04-03T12:00:00+08:00")
    demo_bank.mood("bank_denies")
    demo_bank.submit("TU-2", card, 700, happened_at="2026-04-03T13:00:00+08:00")
    lines = demo_bank.get("/v1/channel-file?date=2026-04-03").decode().splitlines()
    assert lines[0] == "H,SANDBOX,2026-04-03,CNY,final"
    cells = [line.split(",") for line in lines[2:-1]]
    assert [(c[0], c[2], c[3], c[4], c[6]) for c in cells] == [
        ("TU-1", "debit", "20.50", "0.00", "SUCCEEDED"),
        ("TU-2", "debit", "7.00", "0.00", "FAILED"),
    ]
    assert lines[-1] == "T,2,27.50"
    assert demo_bank.get("/v1/channel-file?date=2026-04-03").decode().splitlines() == lines


def test_money_without_an_instruction_stands_on_the_statement(bank: Bank) -> None:
    told = bank.call("POST", "/sandbox/deposit", {"amount": 900})[1]
    raw = bank.get(f"/v1/statement?date={bank.today()}")
    assert told["bank_ref"].encode() in raw
    assert b"NOTPROVIDED" in raw
    assert bank.call("POST", "/sandbox/deposit", {"amount": 0})[0] == 422
