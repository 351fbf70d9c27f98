"""Payouts: out of the safeguarded account onto a card, once; and back again, when the card cannot take them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from kefu_sandbox.store import Store

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank


def test_payout_succeeds_once_and_stands_on_the_statement(bank: Bank, card: str) -> None:
    bank.submit("TU-1", card, 50_000)
    status, first = bank.pay_out("WD-1", card, 12_000)
    assert (status, first["status"]) == (202, "PROCESSING")
    assert bank.pay_out("WD-1", card, 12_000)[1] == first
    told = bank.wait_for(lambda: (found := bank.payout("WD-1"))["status"] == "SUCCEEDED" and found)
    assert (told["amount"], told["returned_at"]) == (12_000, None)
    bank.wait_for(lambda: bank.status("TU-1") == "SUCCEEDED")
    day = bank.statement(bank.today())
    assert sorted((e["instruction"], e["kind"], e["amount"]) for e in day["entries"]) == [
        ("TU-1", "debit", 50_000),
        ("WD-1", "payout", -12_000),
    ]
    assert day["closing"] == 38_000
    bank.wait_for(lambda: [heard.body["status"] for heard in bank.listener.of("WD-1")] == ["SUCCEEDED"])


def test_payout_that_the_card_cannot_take_comes_back_with_an_event_of_its_own(bank: Bank, card: str) -> None:
    bank.mood("returns", params={"return_s": 0.3, "return_reason": "card_closed"})
    bank.pay_out("WD-1", card, 700)
    told = bank.wait_for(lambda: (found := bank.payout("WD-1"))["status"] == "RETURNED" and found)
    assert told["reason"] == "card_closed"
    assert told["settled_at"] < told["returned_at"]
    heard = bank.wait_for(lambda: len(found := bank.listener.of("WD-1")) == 2 and found)
    assert [(one.body["status"], one.body["reason"]) for one in heard] == [
        ("SUCCEEDED", None),
        ("RETURNED", "card_closed"),
    ]
    assert len({one.body["event"] for one in heard}) == 2
    day = bank.statement(bank.today())
    assert [(e["kind"], e["amount"]) for e in day["entries"]] == [("payout", -700), ("return", 700)]
    assert day["entries"][1]["bank_ref"] == day["entries"][0]["bank_ref"] + "R"
    assert day["closing"] == 0


def test_debits_never_come_back(bank: Bank, card: str) -> None:
    bank.mood("returns", params={"return_s": 0})
    bank.submit("TU-1", card, 700)
    bank.wait_for(lambda: bank.status("TU-1") == "SUCCEEDED")
    status, told = bank.call("POST", "/sandbox/settle", {"instruction": "TU-1", "status": "RETURNED"})
    assert (status, told["code"]) == (409, "already_final")
    assert bank.status("TU-1") == "SUCCEEDED"


def test_doors_know_their_own_direction_only(bank: Bank, card: str) -> None:
    bank.pay_out("WD-1", card, 700)
    assert bank.status("WD-1") == "not_found"
    status, told = bank.submit("WD-1", card, 700)
    assert (status, told["code"]) == (409, "instruction_conflict")


def test_operator_has_a_payout_come_back_once(bank: Bank, card: str) -> None:
    bank.mood("slow")
    bank.pay_out("WD-1", card, 700)
    wanted = {"instruction": "WD-1", "status": "RETURNED", "reason": "risk"}
    assert bank.call("POST", "/sandbox/settle", wanted)[0] == 409  # it has not arrived yet
    bank.call("POST", "/sandbox/settle", {"instruction": "WD-1", "status": "SUCCEEDED"})
    first = bank.call("POST", "/sandbox/settle", wanted)[1]
    assert (first["status"], first["reason"]) == ("RETURNED", "risk")
    assert bank.call("POST", "/sandbox/settle", {**wanted, "reason": "card_closed"})[1] == first
    bank.wait_for(lambda: len(bank.listener.of("WD-1")) == 2)


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1", 20_000_001, None])
def test_amounts_are_whole_and_bounded(quiet_bank: Bank, quiet_card: str, amount: object) -> None:
    status, told = quiet_bank.pay_out("WD-9", quiet_card, amount)
    assert (status, told["code"]) == (422, "amount_invalid")
    assert quiet_bank.payout("WD-9")["code"] == "not_found"


def test_store_from_before_payouts_is_taken_over(bank: Bank, card: str) -> None:
    """The same books under the older name and without the newer columns: nothing of them is lost."""
    bank.submit("TU-1", card, 500)
    bank.wait_for(lambda: bank.status("TU-1") == "SUCCEEDED" and bank.waiting() == 0)
    bank.kill()
    before = bank.books()["movements"]
    db = sqlite3.connect(bank.store)
    db.executescript(
        "DROP INDEX movements_due; DROP INDEX movements_settled; DROP INDEX movements_to_return;"
        "DROP INDEX movements_returned; ALTER TABLE movements RENAME TO debits;"
        + "".join(
            f"ALTER TABLE debits DROP COLUMN {name};"
            for name in ("direction", "return_due", "returned_at", "return_reason")
        )
        + "CREATE INDEX debits_due ON debits (settle_due); CREATE INDEX debits_settled ON debits (settled_at);"
    )
    db.close()
    bank.start()
    assert bank.books()["movements"] == before
    bank.pay_out("WD-1", card, 100)
    bank.wait_for(lambda: bank.payout("WD-1")["status"] == "SUCCEEDED")
    bank.stop()
    with Store(bank.store).read() as again:  # and opening it once more changes nothing
        assert again.execute("SELECT count(*) FROM movements").fetchone()[0] == 2
