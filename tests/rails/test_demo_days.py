"""What an operator finds in the demo town: two months of compared days, and customers' money safeguarded."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank

from kefu.cli import demo
from kefu.cli.demo.days import BANK_DAYS
from kefu.core.models import Installation
from kefu.ledger import queries as books
from kefu.settlement.models import Break, ReconciledDay, SafeguardingAlarm, SafeguardingDay

pytestmark = [pytest.mark.django_db]


def test_every_day_of_the_town_is_compared_and_agrees_with_its_banks(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    Installation.objects.create(mode="demo", created_at=datetime.now(UTC))
    said: list[str] = []
    demo.build(said.append)
    assert any("the banks' files, day by day" in line for line in said)
    assert not Break.objects.exists()
    days = ReconciledDay.objects.filter(connector="sandbox").order_by("date")
    assert len(days) == BANK_DAYS
    assert days[BANK_DAYS - 1].date - days[0].date == timedelta(days=BANK_DAYS - 1)
    assert sum(day.matched for day in days) >= 15
    tests = {row.currency: row for row in SafeguardingDay.objects.all()}
    assert {code: row.verdict for code, row in tests.items()} == {"CNY": "ok", "JPY": "ok", "USD": "ok"}
    last = ReconciledDay.objects.filter(date=days[BANK_DAYS - 1].date)
    assert (tests["CNY"].difference, tests["CNY"].closing) == (0, sum(day.closing for day in last))
    assert tests["CNY"].closing > 10_000_00
    assert not SafeguardingAlarm.objects.exists()
    assert books.check_books() == []
