"""The far side of a recall: camt.056 checked strictly, camt.029 later as the mood says, and money back only then."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from tests.sandbox.conftest import sign

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank

pytestmark = pytest.mark.row("W-04")
PARTY = "<Agt><FinInstnId><Othr><Id>KEFU</Id></Othr></FinInstnId></Agt>"


def request(instruction: str, *, id: str = "RC1", amount: str = "120.00", reason: str = "CUST", **more: str) -> bytes:
    at = more.get("at", dt.datetime.now(dt.UTC).isoformat())
    ref = f"<OrgnlTxId>{more['ref']}</OrgnlTxId>" if "ref" in more else ""
    return (
        f'{more.get("head", "")}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.{more.get("version", "08")}">'
        f"<FIToFIPmtCxlReq><Assgnmt><Id>{id}</Id><Assgnr>{PARTY}</Assgnr><Assgne>{PARTY}</Assgne><CreDtTm>{at}</CreDtTm>"
        f"</Assgnmt><Case><Id>{more.get('case', id)}</Id><Cretr>{PARTY}</Cretr></Case><CtrlData><NbOfTxs>"
        f"{more.get('count', '1')}</NbOfTxs></CtrlData><Undrlyg><TxInf><OrgnlEndToEndId>{instruction}</OrgnlEndToEndId>"
        f'{ref}<OrgnlIntrBkSttlmAmt Ccy="{more.get("currency", "CNY")}">{amount}</OrgnlIntrBkSttlmAmt>'
        f"<CxlRsnInf><Rsn><Cd>{reason}</Cd></Rsn></CxlRsnInf>{more.get('extra', '')}</TxInf></Undrlyg>"
        "</FIToFIPmtCxlReq></Document>"
    ).encode()


def ask(bank: Bank, body: bytes) -> tuple[int, Any]:
    return bank.call("POST", "/v1/recalls", body)


def answer(bank: Bank, id: str = "RC1") -> dict[str, str]:
    root = ElementTree.fromstring(bank.get(f"/v1/recalls/{id}"))
    names = {"TxCxlSts": "word", "Conf": "whole", "Cd": "code", "IntrBkSttlmAmt": "amount", "OrgnlEndToEndId": "of"}
    return {names[leaf.tag.split("}")[1]]: str(leaf.text) for leaf in root.iter() if leaf.tag.split("}")[1] in names}


@pytest.fixture
def paid(bank: Bank, card: str) -> str:
    bank.pay_out("WD1", card, 12_000)
    bank.wait_for(lambda: bank.payout("WD1")["status"] == "SUCCEEDED")
    return "WD1"


def test_accepted_it_is_answered_and_the_money_comes_back_as_a_return(bank: Bank, paid: str) -> None:
    bank.mood("sunny", params={"recall_s": 0.2, "recall_return_s": 0.2})
    assert ask(bank, request(paid)) == (202, {"recall": "RC1", "instruction": paid, "status": "RECEIVED"})
    assert ask(bank, request(paid, at="2026-01-01T00:00:00+00:00"))[0] == 202  # sent again, long after it was made
    assert ask(bank, request(paid, at="2990-01-01T00:00:00+00:00"))[1]["code"] == "happened_at_future"
    assert answer(bank) == {"word": "PDCR", "whole": "PDCR", "amount": "120.00", "of": paid}
    bank.wait_for(lambda: answer(bank)["word"] == "ACCR")
    assert bank.payout(paid)["status"] == "SUCCEEDED"
    told = bank.wait_for(lambda: (found := bank.payout(paid))["status"] == "RETURNED" and found)
    assert told["reason"] == "recalled"
    assert [(e["kind"], e["amount"]) for e in bank.statement(bank.today())["entries"]] == [
        ("payout", -12_000),
        ("return", 12_000),
    ]
    [heard] = bank.wait_for(lambda: bank.listener.messages(paid))
    assert heard.good
    assert heard.headers["Content-Type"] == "application/xml"
    assert heard.raw == bank.get("/v1/recalls/RC1")


def test_the_same_again_is_acknowledged_alike_and_a_second_recall_is_refused(bank: Bank, paid: str) -> None:
    bank.mood("recall_silent")
    body = request(paid)
    assert ask(bank, body) == ask(bank, body)
    for other, code in (
        (request(paid, reason="FRAD"), "message_conflict"),
        (request(paid, id="RC2"), "recall_exists"),
    ):
        status, told = ask(bank, other)
        assert (status, told["code"]) == (409, code)


@pytest.mark.parametrize(
    ("scenario", "params", "word", "code"),
    [
        ("recall_refused", {"recall_code": "LEGL"}, "RJCR", "LEGL"),
        ("recall_refused", {}, "RJCR", "CUST"),
        ("recall_unpaid", {}, "ACCR", None),
        ("recall_silent", {"recall_s": None}, "PDCR", None),
    ],
)
def test_moods_refuse_accept_without_paying_or_keep_silent(bank: Bank, paid: str, scenario, params, word, code) -> None:
    bank.mood(scenario, params={"recall_s": 0, **params})
    assert ask(bank, request(paid))[0] == 202
    told = answer(bank)
    assert (told["word"], told.get("code")) == (word, code)
    assert bank.payout(paid)["status"] == "SUCCEEDED"


def test_answers_are_lost_or_sent_thrice_as_the_plan_says(bank: Bank, card: str) -> None:
    for name, params in (("A", {"callback": "lose"}), ("B", {"copies": 3})):
        bank.mood("sunny")
        bank.pay_out(name, card, 12_000)
        bank.wait_for(lambda name=name: bank.payout(name)["status"] == "SUCCEEDED")
        bank.mood("recall_refused", params={"recall_s": 0, **params})
        ask(bank, request(name, id=f"RC{name}"))
    bank.wait_for(lambda: len(bank.listener.messages("B")) == 3)
    assert len({heard.raw for heard in bank.listener.messages("B")}) == 1
    assert bank.listener.messages("A") == []


def test_one_still_under_way_is_never_paid_and_one_back_already_says_so(bank: Bank, card: str) -> None:
    bank.mood("slow", params={"recall_s": 0})
    bank.pay_out("WD1", card, 12_000)
    ask(bank, request("WD1"))
    told = bank.payout("WD1")
    assert (told["status"], told["reason"], answer(bank)["word"]) == ("FAILED", "recalled", "ACCR")
    bank.mood("recall_silent")
    bank.pay_out("WD2", card, 12_000)
    bank.wait_for(lambda: bank.payout("WD2")["status"] == "SUCCEEDED")
    bank.call("POST", "/sandbox/settle", {"instruction": "WD2", "status": "RETURNED"})
    for name, code in (("WD1", "recall_exists"), ("WD2", "payment_returned")):
        status, refused = ask(bank, request(name, id="RC9"))
        assert (status, refused["code"]) == (409, code)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "12.00"}, 422, "amount_mismatch"),
        ({"amount": "120.0"}, 422, "amount_invalid"),
        ({"currency": "USD"}, 422, "currency_invalid"),
        ({"ref": "SB1"}, 422, "reference_mismatch"),
        ({"reason": "NOPE"}, 422, "reason_invalid"),
        ({"count": "2"}, 422, "payments_invalid"),
        ({"case": "OTHER"}, 422, "payments_invalid"),
        ({"id": "x" * 36}, 422, "message_id_invalid"),
        ({"id": ""}, 422, "element_missing"),
        ({"version": "01"}, 422, "element_unknown"),
        ({"extra": "<Odd>1</Odd>"}, 422, "element_unknown"),
        ({"extra": "<OrgnlEndToEndId>WD1</OrgnlEndToEndId>"}, 422, "element_twice"),
        ({"at": "yesterday"}, 422, "created_invalid"),
        ({"head": "<!DOCTYPE a>"}, 400, "body_not_xml"),
        ({"extra": "<TxInf>"}, 400, "body_not_xml"),
    ],
)
def test_a_request_that_does_not_hold_is_refused_and_changes_nothing(bank: Bank, paid: str, change, status, code) -> None:
    assert (given := ask(bank, request(paid, **change)))[0] == status, given
    assert given[1]["code"] == code
    assert bank.call("GET", "/v1/recalls/RC1")[1]["code"] == "not_found"


def test_an_unknown_payment_and_a_debit_are_not_recalled(bank: Bank, card: str) -> None:
    bank.submit("TU1", card, 12_000)
    for name in ("TU1", "NOBODY"):
        assert ask(bank, request(name))[1]["code"] == "payment_unknown"
    path = "/v1/recalls"
    body = request("NOBODY")
    assert bank.raw("POST", path, body, sign("POST", path, body, secret="x" * 40))[0] == 401


def test_the_status_report_names_what_was_paid_and_what_was_not(bank: Bank, paid: str, card: str) -> None:
    bank.mood("bank_denies", params={"reason": "card_closed"})
    bank.pay_out("WD2", card, 500)
    root = ElementTree.fromstring(bank.get(f"/v1/status-report?date={bank.today()}"))
    rows = [
        (tx.findtext("{*}OrgnlEndToEndId"), tx.findtext("{*}TxSts"), tx.findtext(".//{*}Cd"), tx.findtext(".//{*}IntrBkSttlmAmt"))
        for tx in root.iter() if tx.tag.endswith("}TxInfAndSts")
    ]  # fmt: skip
    assert rows == [(paid, "ACSC", None, "120.00"), ("WD2", "RJCT", "AC04", "5.00")]
    assert bank.call("GET", "/v1/status-report?date=2999-01-01")[1]["code"] == "date_future"
