"""The operator's page: what it shows, what its forms do, and whose forms it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank


def page(bank: Bank, query: str = "") -> str:
    status, body, headers = bank.raw("GET", f"/{query}", b"", {})
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    return body.decode()


def post(bank: Bank, path: str, **values: str) -> tuple[int, str]:
    """A form sent from the page itself."""
    headers = {"Origin": f"http://127.0.0.1:{bank.port}", "Content-Type": "application/x-www-form-urlencoded"}
    status, _, answered = bank.raw("POST", path, urlencode(values).encode(), headers)
    return status, answered.get("location", "")


def test_page_bears_the_demo_mark_in_both_languages(quiet_bank: Bank) -> None:
    assert "演示 · 非真实资金" in page(quiet_bank)
    english = page(quiet_bank, "?lang=en")
    assert "Demo · not real money" in english
    assert not re.findall(r"[\u4e00-\u9fff]+", english.replace("中文", ""))
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', english)


SCENARIOS = (
    "sunny lost_callback late_callback bank_denies accept_then_fail timeout_accepts timeout_drops repeats"
    " reorders forges slow query_down down storm"
)


@pytest.mark.parametrize("scenario", SCENARIOS.split())
def test_every_scenario_has_a_button_that_works(quiet_bank: Bank, scenario: str) -> None:
    assert f'name="scenario" value="{scenario}"' in page(quiet_bank)
    status, where = post(quiet_bank, "/operator/mood", scenario=scenario, seed="4", lang="en")
    assert (status, where) == (303, "/?lang=en&done=mood")
    told = quiet_bank.call("GET", "/sandbox/mood")[1]
    assert (told["scenario"], told["seed"]) == (scenario, 4)


def test_buttons_decide_an_open_debit(bank: Bank, card: str) -> None:
    bank.mood("slow")
    bank.submit("TU-1", card, 123_456)
    shown = page(bank)
    assert "¥1,234.56" in shown
    assert 'value="TU-1"' in shown
    settled = post(bank, "/operator/settle", instruction="TU-1", status="SUCCEEDED", lang="zh")
    assert settled == (303, "/?lang=zh&done=settled")
    assert bank.status("TU-1") == "SUCCEEDED"
    again = post(bank, "/operator/settle", instruction="TU-1", status="FAILED", lang="zh")
    assert again == (303, "/?lang=zh&done=already_final")
    assert "already_final" in page(bank, "?done=already_final")


def test_sent_codes_and_hostile_names_are_shown_safely(bank: Bank) -> None:
    pan = bank.call("GET", "/sandbox/pan")[1]["pan"]
    asked = {"pan": pan, "holder": "<b>x", "phone": "13800005678"}
    check = bank.call("POST", "/v1/cards", asked)[1]["check"]
    code = bank.call("GET", f"/sandbox/codes?check={check}")[1]["codes"][0]["code"]
    shown = page(bank)
    assert code in shown
    assert "&lt;***" in shown
    assert "<script>alert" not in page(bank, "?done=%3Cscript%3Ealert(1)%3C/script%3E")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_forms_of_other_pages_are_refused(quiet_bank: Bank, headers: dict[str, str]) -> None:
    own = f"http://127.0.0.1:{quiet_bank.port}"
    headers = {name: own if value == "OWN" else value for name, value in headers.items()}
    before = quiet_bank.books()
    assert quiet_bank.raw("POST", "/operator/mood", b"scenario=down", headers)[0] == 403
    assert quiet_bank.books() == before


def test_names_of_other_machines_are_refused(quiet_bank: Bank) -> None:
    for host, status in (("evil.example", 403), ("localhost:9", 200), ("", 403)):
        assert quiet_bank.raw("GET", "/", b"", {"Host": host})[0] == status


def test_bad_forms_change_nothing(quiet_bank: Bank) -> None:
    before = quiet_bank.books()
    for values in (
        {"scenario": "rainy"},
        {"scenario": "sunny", "seed": "x"},
        {"scenario": "sunny", "next": "-1"},
    ):
        status, where = post(quiet_bank, "/operator/mood", **values)
        assert status == 303
        assert "done=mood" not in where
    assert quiet_bank.books() == before


def test_health_is_the_process_even_when_the_bank_plays_dead(bank: Bank) -> None:
    bank.mood("down")
    status, body, _ = bank.raw("GET", "/healthz", b"", {})
    assert (status, b'"mood": "down"' in body) == (200, True)
