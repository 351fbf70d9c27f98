"""The market desk: rates that follow from their minute, jump or stand still when told to."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kefu_sandbox.market import BASES, Market, rates

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bank

pytestmark = [pytest.mark.row("W-18")]
NOON = 1_795_320_000_000


def mids(told: dict) -> dict[str, Decimal]:
    return {one["currency"]: Decimal(one["mid"]) for one in told["rates"]}


def test_rates_of_a_minute_are_always_the_same_and_wander_little() -> None:
    first = rates(Market(), at=NOON, now=NOON)
    assert first == rates(Market(), at=NOON + 59_000, now=NOON + 59_000)
    assert set(mids(first)) == set(BASES)
    for step in range(0, 60 * 24 * 10, 7):
        told = mids(rates(Market(), at=NOON + step * 60_000, now=NOON + step * 60_000))
        for code, mid in told.items():
            assert abs(mid - Decimal(BASES[code][1]) / 10_000) <= Decimal(BASES[code][1]) / 10_000 / 240, (code, step)


def test_told_over_the_wire_signed_and_as_of_a_minute(bank: Bank) -> None:
    status, told = bank.call("GET", "/v1/rates")
    assert status == 200
    assert told["source"] == "sandbox-market"
    assert datetime.fromisoformat(told["as_of"]).second == 0
    assert {one["currency"]: one["units"] for one in told["rates"]} == {"USD": 1, "EUR": 1, "HKD": 1, "JPY": 100}
    assert all(re.fullmatch(r"[0-9]+\.[0-9]{4}", one["mid"]) for one in told["rates"])
    then = (datetime.fromisoformat(told["as_of"]) - timedelta(days=3)).isoformat()
    assert bank.call("GET", f"/v1/rates?at={then.replace('+', '%2B')}")[0] == 422
    assert bank.raw("GET", "/v1/rates", b"", {})[0] == 401


def test_a_demo_bank_tells_of_the_past(demo_bank: Bank) -> None:
    _, told = demo_bank.call("GET", "/v1/rates")
    then = (datetime.fromisoformat(told["as_of"]) - timedelta(days=3)).isoformat()
    status, past = demo_bank.call("GET", f"/v1/rates?at={then.replace('+', '%2B')}")
    assert (status, past["as_of"][:16]) == (200, then[:16])
    assert demo_bank.call("GET", "/v1/rates?at=never")[0] == 422


def test_an_operator_makes_it_jump_and_stand_still(bank: Bank) -> None:
    before = mids(bank.call("GET", "/v1/rates")[1])
    status, told = bank.call("POST", "/sandbox/market", {"currency": "USD", "shift_ppm": 50_000, "frozen": True})
    assert (status, told) == (200, {"shifts": {"USD": 50_000}, "frozen": True})
    after = bank.call("GET", "/v1/rates")[1]
    assert mids(after)["USD"] > before["USD"] * Decimal("1.04")
    assert bank.call("GET", "/v1/rates")[1]["as_of"] == after["as_of"]
    for wrong in ({"currency": "GBP"}, {"currency": "USD", "shift_ppm": 1.5}, {"frozen": 1}, {"odd": 1}):
        assert bank.call("POST", "/sandbox/market", wrong)[0] in (400, 422), wrong
