"""What a newcomer finds in the demo town: a repayment booked a day late, a bill that was refused, a shop paid out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank

from kefu.cli.demo import stories
from kefu.cli.demo.cast import CUSTOMERS, MERCHANTS, STAFF
from kefu.cli.demo.town import Town
from kefu.ledger import queries as books
from kefu.wallet import queries
from kefu.wallet.queries.shop.disbursement import disbursements_for

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-07"), pytest.mark.row("W-08")]


@pytest.fixture
def town(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    built = Town(datetime.now(UTC))
    for one in CUSTOMERS:
        if one.key in ("wang", "liu", "huang"):
            built.welcome(one, at=built.ago(days=40))
    return built


def test_repayment_was_taken_on_at_once_and_booked_the_day_after(town: Town) -> None:
    stories.late_repayment(town)
    wang = town.people["wang"]
    [order] = [one for one in queries.orders_for(wang) if one.kind == "repayment"]
    done = queries.order_for(wang, order.id)
    at = {step.code: step.at for step in done.steps if step.state == "done"}
    assert (done.status, done.amount.minor, done.fee.minor) == ("SUCCEEDED", 300_00, 0)
    assert at["acknowledged"] < town.ago(days=2) < at["posted"]
    assert at["posted"] - at["acknowledged"] > timedelta(hours=20)
    assert at["debited"] - at["acknowledged"] < timedelta(minutes=1)
    assert done.settled_at is not None
    assert done.settled_at < town.ago(days=1)
    assert queries.balance_for(wang).available.minor == 260_00
    assert books.check_books() == []


def test_refused_bill_is_back_whole_and_says_why(town: Town) -> None:
    stories.refused_bill(town)
    liu = town.people["liu"]
    [order] = [one for one in queries.orders_for(liu) if one.kind == "bill"]
    assert (order.status, order.reason_text) == ("FAILED", "对方账户已销户")
    assert order.created_at < town.ago(hours=8)
    balance = queries.balance_for(liu)
    assert (balance.available.minor, balance.held.minor) == (1200_00, 0)
    assert books.check_books() == []


@pytest.mark.row("W-06")
def test_a_shop_was_paid_out_what_was_settled_then(town: Town) -> None:
    for staff in STAFF:
        town.hire(staff)
    for shop in MERCHANTS:
        town.open_shop(shop)
    stories.shopping(town)
    [paid] = disbursements_for(town.people["books"], now=town.now)
    assert (paid.status, paid.amount.minor, paid.account[-6:]) == ("SUCCEEDED", 63_94, "(4001)")
    assert paid.settled_at is not None
    assert town.ago(days=6) < paid.settled_at < town.ago(days=5)
    assert books.check_books() == []
