"""What a newcomer finds in the demo town: a book paid by card, and its refund that the closed card could not take; a
withdrawal that was asked back in vain.
"""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank

from kefu.cli.demo import stories
from kefu.cli.demo.cast import CUSTOMERS, MERCHANTS, STAFF
from kefu.cli.demo.town import Town
from kefu.ledger import queries as books
from kefu.wallet import queries
from kefu.wallet.queries.shop.voucher import vouchers_for

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-25")]


@pytest.fixture
def town(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    built = Town(datetime.now(UTC))
    for staff in STAFF:
        built.hire(staff)
    for one in CUSTOMERS:
        if one.key in ("huang", "wang", "xu"):
            built.welcome(one, at=built.ago(days=40))
    built.open_shop(next(shop for shop in MERCHANTS if shop.key == "books"))
    return built


def test_refund_to_a_closed_card_waits_for_its_owner(town: Town) -> None:
    stories.closed_card(town)
    huang = town.people["huang"]
    [back] = queries.orders_for(huang, kind="refund")
    [paid] = queries.orders_for(huang, kind="payment")
    assert (back.shown_status, back.amount.minor, back.reason_text) == ("KEPT", 59_00, "银行卡已注销")
    assert (paid.shown_status, paid.created_at < town.ago(days=5)) == ("REFUNDED", True)
    assert queries.balance_for(huang).available.minor == 2050_00
    assert books.check_books() == []


def test_a_neighbour_has_a_voucher_that_is_not_used_yet(town: Town) -> None:
    stories.vouchers(town)
    [voucher] = vouchers_for(town.people["wang"], now=town.now)
    assert (voucher.shown, voucher.left.minor, voucher.min_spend.minor) == ("ISSUED", 5_00, 30_00)
    assert books.check_books() == []


@pytest.mark.row("W-04")
def test_a_neighbours_withdrawal_was_asked_back_and_refused(town: Town) -> None:
    stories.refused_recall(town)
    xu = town.people["xu"]
    [listed] = queries.orders_for(xu, kind="withdrawal")
    order = queries.order_for(xu, listed.id)
    assert order.recall is not None
    assert (order.status, order.recall.status, order.recall.refusal_text) == ("SUCCEEDED", "REFUSED", "收款人不同意退回")
    assert [step.code for step in order.steps][-2:] == ["recall_requested", "recall_refused"]
    assert order.steps[-2].heard_at == town.ago(days=2, hours=4)
    assert order.steps[-1].heard_at == order.recall.answered_at < town.ago(days=2, hours=2)
    assert books.check_books() == []
