"""Rates come from a running market, are written down once, and grow stale when it is silent."""

import json
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank
from tests.wallet.market import believe_first

from kefu.rails import actions
from kefu.rails.connectors import TemporaryError
from kefu.rails.connectors.market import SandboxMarket, rate_source
from kefu.rails.models import MarketRate
from kefu.rails.queries import rates
from kefu.rails.rates import jumped
from kefu.rails.tasks import fetch_rates

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-18")]


@pytest.fixture
def market(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(settings, "SANDBOX_BANK_URL", bank.url)
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    return bank


def test_rates_are_fetched_and_written_down_once(market: Bank) -> None:
    now = datetime.now(UTC)
    assert actions.fetch_rates(now=now, at=now - timedelta(days=2)) == 4
    believe_first("JPY", now - timedelta(days=2))
    assert actions.fetch_rates(now=now) == 4
    assert actions.fetch_rates(now=now) == 0
    found = rates.rate_now("JPY", now=now)
    assert found is not None
    assert (found.units, found.source, found.verdict) == (100, "sandbox-market", "taken")
    assert rates.rate_now("JPY", now=now + timedelta(minutes=12)) is None
    assert len(rates.history("JPY", since=now - timedelta(days=5))) == 2
    assert MarketRate.objects.count() == 8


def test_a_silent_market_is_logged_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    monkeypatch.setattr(settings, "SANDBOX_BANK_URL", "http://127.0.0.1:1")
    with caplog.at_level(logging.WARNING):
        fetch_rates.func(0)
    assert "no rates" in caplog.text
    monkeypatch.setattr(settings, "RATE_SOURCE", "")
    fetch_rates.func(0)
    assert MarketRate.objects.count() == 0


@pytest.mark.parametrize(
    "told",
    [
        {}, {"source": "x", "as_of": "2026-11-22T10:00:00", "rates": []}, {"source": "x", "as_of": "no", "rates": []},
        *(
            {"source": "x", "as_of": "2026-11-22T10:00:00Z", "rates": [{"currency": "USD", "units": units, "mid": mid}]}
            for units, mid in ((1, "0"), (1, "-1"), (1, "NaN"), (1, "7.1234567"), (0, "7"), (True, "7"), (1, "1e3"))
        ),
    ],
)  # fmt: skip
def test_what_is_no_rate_is_no_answer(told: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    source = rate_source()
    monkeypatch.setattr(SandboxMarket, "_call", lambda *_: (told, json.dumps(told).encode()))
    with pytest.raises(TemporaryError):
        source.fetch_rates()


def test_two_percent_is_no_jump_and_more_is() -> None:
    before = Decimal("7.1000")
    assert not jumped(Decimal("7.2420"), 1, before=before, units_before=1)
    assert jumped(Decimal("7.2421"), 1, before=before, units_before=1)
    assert jumped(Decimal("6.9579"), 1, before=before, units_before=1)
    assert not jumped(Decimal("455.00"), 100, before=Decimal("4.5500"), units_before=1)
