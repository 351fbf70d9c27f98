"""Who may knock: signatures, the time window, nonces."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank

ORDER = {"instruction": "TU-1", "card_token": "x", "amount": 100, "currency": "CNY"}


def test_unsigned_request_is_refused(quiet_bank: Bank, quiet_card: str) -> None:
    body = json.dumps({**ORDER, "card_token": quiet_card}).encode()
    status, answer, _ = quiet_bank.raw("POST", "/v1/debits", body, {})
    assert (status, json.loads(answer)["code"]) == (401, "signature_missing")
    assert quiet_bank.status("TU-1") == "not_found"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "another-secret-another-secret-another"}, "signature_wrong"),
        ({"at": -301}, "time_outside_window"),
        ({"at": +302}, "time_outside_window"),
    ],
)
def test_forged_or_stale_request_is_refused(
    quiet_bank: Bank, quiet_card: str, change: dict, code: str
) -> None:
    body = json.dumps({**ORDER, "card_token": quiet_card}).encode()
    at = int(time.time()) + change.get("at", 0)
    before = quiet_bank.books()
    headers = quiet_bank.sign(
        "POST", "/v1/debits", body, secret=change.get("secret", quiet_bank.secret), at=at
    )
    status, answer, _ = quiet_bank.raw("POST", "/v1/debits", body, headers)
    assert (status, json.loads(answer)["code"]) == (401, code)
    assert quiet_bank.books() == before


def test_signature_covers_body_method_and_query(quiet_bank: Bank, quiet_card: str) -> None:
    body = json.dumps({**ORDER, "card_token": quiet_card}).encode()
    headers = quiet_bank.sign("POST", "/v1/debits", body)
    status, answer, _ = quiet_bank.raw("POST", "/v1/debits", body.replace(b"100", b"999"), headers)
    assert (status, json.loads(answer)["code"]) == (401, "signature_wrong")
    headers = quiet_bank.sign("GET", "/v1/statement?date=2026-01-01", b"")
    status, answer, _ = quiet_bank.raw("GET", "/v1/statement?date=2026-01-02", b"", headers)
    assert (status, json.loads(answer)["code"]) == (401, "signature_wrong")
    assert quiet_bank.raw("GET", "/v1/debits", body, quiet_bank.sign("POST", "/v1/debits", body))[0] == 401


def test_nonce_serves_once_even_over_kill_and_restart(bank: Bank, card: str) -> None:
    body = json.dumps({**ORDER, "card_token": card}).encode()
    headers = bank.sign("POST", "/v1/debits", body)
    assert bank.raw("POST", "/v1/debits", body, headers)[0] == 202
    assert json.loads(bank.raw("POST", "/v1/debits", body, headers)[1])["code"] == "nonce_replayed"
    bank.kill()
    bank.start()
    assert json.loads(bank.raw("POST", "/v1/debits", body, headers)[1])["code"] == "nonce_replayed"
    assert len(bank.books()["movements"]) == 1


def test_refused_signature_does_not_use_up_the_nonce(quiet_bank: Bank) -> None:
    headers = quiet_bank.sign("GET", "/sandbox/mood", b"")
    spoiled = {**headers, "X-Bank-Signature": "0" * 64}
    assert quiet_bank.raw("GET", "/sandbox/mood", b"", spoiled)[0] == 401
    assert quiet_bank.raw("GET", "/sandbox/mood", b"", headers)[0] == 200


def test_journal_tells_every_verdict(bank: Bank, card: str) -> None:
    bank.raw("POST", "/v1/debits", b"{}", {"X-Bank-Signature": "é"})
    bank.submit("TU-2", card)
    lines = bank.call("GET", "/sandbox/events?limit=50")[1]["events"]
    verdicts = [(line["door"], line["verdict"]) for line in lines]
    assert ("POST /v1/debits", "signature_missing") in verdicts
    assert ("POST /v1/debits", "accepted") in verdicts
    assert all(bank.secret not in json.dumps(line) for line in lines)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/debits", 405), ("POST", "/v1/statement", 405)],
)
def test_unknown_doors_say_so(quiet_bank: Bank, method: str, path: str, status: int) -> None:
    assert quiet_bank.call(method, path, b"")[0] == status
