"""Linking a card: only test numbers, a code, a token; the number is stored nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank


def start(bank: Bank, **change: Any) -> tuple[int, Any]:
    return bank.call(
        "POST", "/v1/cards", {"pan": "6200000100000004", "holder": "林晓", "phone": "13800005678", **change}
    )


def code_of(bank: Bank, check: str) -> str:
    return str(bank.call("GET", f"/sandbox/codes?check={check}")[1]["codes"][0]["code"])


def fresh(at: Bank, **wish: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    return str(at.call("GET", f"/sandbox/pan?{query}")[1]["pan"])


@pytest.mark.row("W-11")
def test_card_is_linked_by_its_code(bank: Bank) -> None:
    pan = fresh(bank, bank="cmb", last4="8812")
    status, opened = start(bank, pan=" ".join(pan[at : at + 4] for at in range(0, 16, 4)))
    assert (status, opened["phone"]) == (202, "138****5678")
    code = code_of(bank, opened["check"])
    status, card = bank.call("POST", f"/v1/cards/{opened['check']}/confirm", {"code": code})
    assert status == 200
    assert {**card, "token": ""} == {"token": "", "last4": "8812", "bank": "招商银行", "kind": "debit"}
    again = bank.call("POST", f"/v1/cards/{opened['check']}/confirm", {"code": code})
    assert again == (200, card)
    files = b"".join(path.read_bytes() for path in bank.store.parent.glob("bank*"))
    assert pan.encode() not in files
    assert "林晓".encode() not in files
    assert b"13800005678" not in files


def test_same_number_is_the_same_token_and_belongs_to_one_person(bank: Bank) -> None:
    pan = fresh(bank, bank="icbc")
    tokens = set()
    for _ in range(2):
        check = start(bank, pan=pan)[1]["check"]
        answer = bank.call("POST", f"/v1/cards/{check}/confirm", {"code": code_of(bank, check)})
        tokens.add(answer[1]["token"])
    assert len(tokens) == 1
    status, refusal = start(bank, pan=pan, holder="王五")
    assert (status, refusal["code"]) == (422, "holder_mismatch")


def test_wrong_code_has_five_tries(bank: Bank) -> None:
    check = start(bank, pan=fresh(bank))[1]["check"]
    right = code_of(bank, check)
    wrong = "000000" if right != "000000" else "111111"
    door = f"/v1/cards/{check}/confirm"
    answers = [bank.call("POST", door, {"code": wrong}) for _ in range(5)]
    assert [(status, answer["code"], answer["tries_left"]) for status, answer in answers] == [
        (422, "code_wrong", left) for left in (4, 3, 2, 1, 0)
    ]
    status, refusal = bank.call("POST", door, {"code": right})
    assert (status, refusal["code"]) == (422, "check_closed")
    assert bank.books()["cards"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"pan": "6200000100000008"}, "pan_invalid"),
        ({"pan": "62000001"}, "pan_invalid"),
        ({"pan": "abcd"}, "pan_invalid"),
        ({"pan": 6200000100000004}, "pan_invalid"),
        ({"pan": "4111111111111111"}, "pan_not_test"),
        ({"pan": "6200009900000007"}, "bank_unknown"),
        ({"holder": ""}, "holder_invalid"),
        ({"holder": "x" * 65}, "holder_invalid"),
        ({"holder": "\u0000"}, "holder_invalid"),
        ({"holder": "\ud800"}, "holder_invalid"),
        ({"phone": "12345"}, "phone_invalid"),
        ({"phone": None}, "phone_invalid"),
    ],
)
def test_bad_cards_change_nothing(quiet_bank: Bank, change: dict[str, Any], code: str) -> None:
    before = quiet_bank.books()
    status, answer = start(quiet_bank, **change)
    assert (status, answer["code"]) == (422, code)
    assert quiet_bank.books() == before


@pytest.mark.parametrize(
    ("check", "body", "status", "code"),
    [
        ("chk_" + "0" * 24, {"code": "123456"}, 404, "not_found"),
        ("nonsense", {"code": "123456"}, 404, "not_found"),
        ("chk_" + "0" * 24, {"code": 123456}, 422, "code_invalid"),
        ("chk_" + "0" * 24, {"code": "1234567"}, 422, "code_invalid"),
        ("chk_" + "0" * 24, {}, 422, "code_invalid"),
    ],
)
def test_bad_confirmations_change_nothing(
    quiet_bank: Bank, check: str, body: dict[str, Any], status: int, code: str
) -> None:
    before = quiet_bank.books()
    found = quiet_bank.call("POST", f"/v1/cards/{check}/confirm", body)
    assert (found[0], found[1]["code"]) == (status, code)
    assert quiet_bank.books() == before


def test_test_numbers_can_be_wished_for(quiet_bank: Bank) -> None:
    one = quiet_bank.call("GET", "/sandbox/pan?bank=cmb_credit&last4=0001&seed=5")[1]
    assert one == quiet_bank.call("GET", "/sandbox/pan?bank=cmb_credit&last4=0001&seed=5")[1]
    assert (one["kind"], one["last4"], one["pan"][-4:]) == ("credit", "0001", "0001")
    assert quiet_bank.call("GET", "/sandbox/pan?bank=none")[0] == 422
    assert quiet_bank.call("GET", "/sandbox/pan?last4=x")[0] == 422
