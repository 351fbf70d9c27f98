"""The biller and the lender beside the bank: own stores and secrets, durable, and a page each to set their mood."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from tests.sandbox.conftest import SECRET, read_statement, sign

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank

HOUSES = (("biller", "river_power"), ("lender", "qinghe_loan"))


def secret_of(house: str) -> str:
    return hmac.new(SECRET.encode(), house.encode(), "sha256").hexdigest()


def call(bank: Bank, house: str, method: str, path: str, value: Any = None) -> tuple[int, Any]:
    target, body = f"/{house}{path}", b"" if value is None else json.dumps(value).encode()
    status, answer, _ = bank.raw(method, target, body, sign(method, target, body, secret=secret_of(house)))
    return status, json.loads(answer)


def statement(bank: Bank, house: str) -> dict[str, Any]:
    """The house's statement of today."""
    target = f"/{house}/v1/statement?date={bank.today()}"
    status, raw, _ = bank.raw("GET", target, b"", sign("GET", target, b"", secret=secret_of(house)))
    assert status == 200, raw
    assert f"<Id>SANDBOX-{house.upper()}-CNY</Id>".encode() in raw
    return read_statement(raw)


def channel_file(bank: Bank, house: str) -> list[str]:
    """The lines of the house's channel file of today."""
    target = f"/{house}/v1/channel-file?date={bank.today()}"
    status, raw, _ = bank.raw("GET", target, b"", sign("GET", target, b"", secret=secret_of(house)))
    assert status == 200, raw
    return list(raw.decode().splitlines())


def account(bank: Bank, house: str, payee: str, seed: int = 1) -> dict[str, Any]:
    number = call(bank, house, "GET", f"/sandbox/number?payee={payee}&seed={seed}")[1]["number"]
    status, told = call(bank, house, "POST", "/v1/accounts", {"payee": payee, "number": number})
    assert status == 200, told
    return dict(told)


def pay(bank: Bank, house: str, told: dict[str, Any], instruction: str, amount: int = 0) -> tuple[int, Any]:
    order = {"instruction": instruction, "account_token": told["account_token"], "currency": "CNY"}
    return call(bank, house, "POST", "/v1/payments", {**order, "amount": amount or told["amount_due"]})


@pytest.mark.row("W-07")
@pytest.mark.row("W-09")
@pytest.mark.parametrize(("house", "payee"), HOUSES)
def test_acknowledged_and_posted_are_two_facts(bank: Bank, house: str, payee: str) -> None:
    call(bank, house, "POST", "/sandbox/mood", {"scenario": "slow"})
    told = account(bank, house, payee)
    assert pay(bank, house, told, "B-1")[1]["status"] == "ACKNOWLEDGED"
    seen = call(bank, house, "GET", "/v1/payments/B-1")[1]
    assert (seen["status"], seen["settled_at"], seen["accepted_at"] is not None) == ("ACKNOWLEDGED", None, True)
    assert account(bank, house, payee)["amount_due"] == 0
    call(bank, house, "POST", "/sandbox/settle", {"instruction": "B-1", "status": "FAILED", "reason": "card_closed"})
    refused = call(bank, house, "GET", "/v1/payments/B-1")[1]
    assert (refused["status"], refused["reason"]) == ("REFUSED", "account_closed")
    assert account(bank, house, payee)["amount_due"] == told["amount_due"]


@pytest.mark.parametrize(("house", "payee"), HOUSES)
def test_each_house_tells_in_its_channel_file_what_it_carried_out(bank: Bank, house: str, payee: str) -> None:
    told = account(bank, house, payee)
    pay(bank, house, told, "B-1")
    call(bank, house, "POST", "/sandbox/settle", {"instruction": "B-1", "status": "SUCCEEDED"})
    _head, _columns, line, trailer = channel_file(bank, house)
    instruction, _ref, kind, amount, _fee, _at, status, last4 = line.split(",")
    due = f"{told['amount_due'] / 100:.2f}"
    assert (instruction, kind, amount, status) == ("B-1", "payout", due, "SUCCEEDED")
    assert told["number_masked"].endswith(last4)
    assert trailer == f"T,1,{due}"


@pytest.mark.parametrize(("house", "payee"), HOUSES)
def test_kill_loses_and_doubles_no_payment(bank: Bank, house: str, payee: str) -> None:
    call(bank, house, "POST", "/sandbox/mood", {"scenario": "sunny", "params": {"settle_s": 1}})
    owed = [account(bank, house, payee, seed) for seed in (1, 2, 3)]
    first = [pay(bank, house, told, f"B-{n}")[1] for n, told in enumerate(owed)]
    bank.kill()
    bank.start()
    again = [pay(bank, house, told, f"B-{n}", told["amount_due"])[1] for n, told in enumerate(owed)]
    assert first == again
    for n in range(3):
        bank.wait_for(lambda n=n: call(bank, house, "GET", f"/v1/payments/B-{n}")[1]["status"] == "POSTED")
    day = statement(bank, house)
    assert day["closing"] == -sum(told["amount_due"] for told in owed)
    assert sorted(entry["instruction"] for entry in day["entries"]) == ["B-0", "B-1", "B-2"]
    # The bank's own books know nothing of it: each house has its store.
    assert bank.statement(bank.today())["entries"] == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"payee": "nobody", "number": "1234"}, "payee_unknown"),
        ({"payee": "river_power", "number": "1234567891"}, "account_unknown"),
        ({"payee": "river_power", "number": "12"}, "account_unknown"),
        ({"payee": "river_power"}, "number_invalid"),
        ({"account_token": "acc_none"}, "account_unknown"),
        ({"payee": "river_power", "number": "1", "x": 1}, "field_unknown"),
    ],
)
def test_questions_that_are_none_are_refused(bank: Bank, value: dict[str, Any], code: str) -> None:
    assert call(bank, "biller", "POST", "/v1/accounts", value)[1]["code"] == code


def test_amounts_that_are_not_due_are_refused_and_take_nothing(bank: Bank) -> None:
    power, phone = account(bank, "biller", "river_power"), account(bank, "biller", "river_mobile")
    due = power["amount_due"]
    for told, amount in ((power, due + 1), (power, due - 1), (phone, 31_00)):
        status, answer = pay(bank, "biller", told, f"B-{secrets.token_hex(4)}", amount)
        assert (status, answer["code"]) == (422, "amount_refused")
    assert pay(bank, "biller", phone, "B-P", 50_00)[0] == 202
    assert pay(bank, "biller", power, "B-1")[0] == 202
    assert pay(bank, "biller", power, "B-2", due)[1]["code"] == "nothing_due"
    loan = account(bank, "lender", "yunzhou_loan")
    assert pay(bank, "lender", loan, "R-1", loan["minimum"])[0] == 202


def test_one_houses_secret_opens_no_other_door(bank: Bank) -> None:
    for house, other in (("biller", "lender"), ("lender", "biller")):
        target = f"/{house}/sandbox/mood"
        for secret in (SECRET, secret_of(other)):
            status, answer, _ = bank.raw("GET", target, b"", sign("GET", target, b"", secret=secret))
            assert (status, json.loads(answer)["code"]) == (401, "signature_wrong")


def test_maintenance_of_one_house_is_its_own(bank: Bank) -> None:
    call(bank, "biller", "POST", "/sandbox/mood", {"scenario": "down"})
    assert call(bank, "biller", "GET", "/v1/payments/B-1")[0] == 503
    assert call(bank, "lender", "GET", "/v1/payments/B-1")[0] == 404
    assert bank.call("GET", "/v1/debits/B-1")[0] == 404


@pytest.mark.parametrize("house", ["biller", "lender"])
def test_page_of_each_house_sets_its_mood_and_posts_by_a_button(bank: Bank, house: str) -> None:
    payee = dict(HOUSES)[house]
    headers = {"Origin": f"http://127.0.0.1:{bank.port}", "Content-Type": "application/x-www-form-urlencoded"}

    def press(path: str, **values: str) -> str:
        status, _, answered = bank.raw("POST", f"/{house}/operator/{path}", urlencode(values).encode(), headers)
        assert status == 303
        return answered["location"]

    assert press("mood", scenario="slow", lang="zh") == f"/{house}/?lang=zh&done=mood"
    pay(bank, house, account(bank, house, payee), "B-1")
    page = bank.raw("GET", f"/{house}/", b"", {})[1].decode()
    for words in ("演示 · 非真实资金", "迟迟不入账", "已受理，待入账", 'value="B-1"', "可用的测试号码"):
        assert words in page
    assert press("settle", instruction="B-1", status="SUCCEEDED", lang="en") == f"/{house}/?lang=en&done=settled"
    assert call(bank, house, "GET", "/v1/payments/B-1")[1]["status"] == "POSTED"
    english = bank.raw("GET", f"/{house}/?lang=en", b"", {})[1].decode()
    assert "posted" in english
    assert "Demo · not real money" in english
    bank.wait_for(lambda: bank.listener.of("B-1"))
    heard = bank.listener.of("B-1")[-1]
    assert heard.body["status"] == "POSTED"
    assert time.time() - heard.at < 30
