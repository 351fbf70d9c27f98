"""What a newcomer finds in the demo town: a month of rates, and people who hold dollars and yen."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank

from kefu.cli.demo import stories
from kefu.cli.demo.cast import CUSTOMERS, STAFF
from kefu.cli.demo.town import Town
from kefu.ledger import queries as books
from kefu.rails.queries import rates
from kefu.wallet import queries
from kefu.wallet.queries.exchange import foreign_balances_for

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-18")]


def test_a_month_of_rates_and_who_exchanged_what(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    town = Town(datetime.now(UTC))
    for staff in STAFF:
        town.hire(staff)
    for one in CUSTOMERS:
        if one.key in ("sarah", "liu"):
            town.welcome(one, at=town.ago(days=40))
    stories.currencies(town)
    assert len(rates.history("USD", since=town.ago(days=40))) == 31
    assert rates.rate_now("JPY", now=town.now) is not None
    sarah, liu = town.people["sarah"], town.people["liu"]
    made = [order for order in queries.orders_for(sarah) if order.kind == "exchange"]
    assert [(order.amount.text(), order.status) for order in made] == [("$15.00", "SUCCEEDED"), ("¥300.00", "SUCCEEDED")]
    assert town.ago(days=13) < made[1].created_at < town.ago(days=11)
    [dollars], [yen] = foreign_balances_for(sarah), foreign_balances_for(liu)
    assert made[1].exchange is not None
    assert dollars.available.minor == made[1].exchange.bought.minor - 15_00 - 2
    assert 4_000 < yen.available.minor < 4_700
    assert books.check_books() == []
