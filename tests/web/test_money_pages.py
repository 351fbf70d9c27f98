"""Merchants' pay-outs over HTTP: the account from the bank's code to the approval, the pay-out, the statement."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.mall import Mall
from tests.wallet.scripted import CODE
from tests.wallet.test_disbursement import propose, sold
from tests.wallet.town import PAN, Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import Desk
from tests.web.test_wallet_pages import hidden

from kefu.core import clock
from kefu.core.brand import brand
from kefu.ledger import queries as books
from kefu.wallet.models import Disbursement, MerchantAccount


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


@pytest.fixture
def own_clock(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages live in the town's time; sessions have no end in it."""
    monkeypatch.setattr(clock, "now", lambda: town.now)


def test_an_account_is_linked_approved_and_paused(town: Town, mall: Mall, desk: Desk, browser: SignedIn) -> None:
    shop = mall.shop()
    seller, office = browser(shop.actor), browser(desk.qian)
    assert "还没有结算账户" in text_of(seller.get("/shop/money/"))
    given = {"holder": "白露", "pan": PAN, "phone": "13900000000"}
    place = seller.post("/shop/money/account/", given)["Location"]
    assert "正在请银行发验证码" in text_of(seller.get(place))
    town.pump.run()
    assert "尾号 0012" in text_of(seller.get(place))
    assert seller.post(place, {"code": "abc"}).status_code == 422
    assert seller.post(place, {"code": CODE}).status_code == 302
    town.pump.run()
    assert "银行核对过了" in text_of(seller.get(place))
    assert "等我们核实" in text_of(seller.get("/shop/money/"))
    row = MerchantAccount.objects.get()
    asked = text_of(office.get("/office/merchants/"))
    assert "待核实的结算账户" in asked
    assert '<p class="big">户名 白露 不是 晨光面包店</p>' in asked
    refused = office.post(f"/office/merchants/accounts/{row.id}/approve")
    assert (refused.status_code, "户名和商户名称不一样" in text_of(refused)) == (422, True)
    reason = {"reason": "执照上的经营者本人"}
    assert office.post(f"/office/merchants/accounts/{row.id}/approve", reason).status_code == 302
    paused = text_of(seller.get("/shop/money/"))
    assert "满 24 小时后才会付款" in paused
    assert "结算账户已更换" in paused
    refused = seller.post("/shop/money/pay", {"key": "01890000-0000-7000-8000-000000000001"})
    assert (refused.status_code, "暂停结算" in text_of(refused)) == (409, True)
    assert seller.post(f"/shop/money/account/{row.id}/reject").status_code == 302
    assert "还没有结算账户" in text_of(seller.get("/shop/money/"))


@pytest.mark.usefixtures("own_clock")
def test_what_is_due_is_paid_out_by_the_button_once_and_stands_on_the_statement(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    _lin, shop = sold(town, mall)
    seller = browser(shop.actor)
    page = text_of(seller.get("/shop/money/"))
    assert "¥944.30" in page
    key = hidden(page, "key")
    for _ in range(2):
        assert seller.post("/shop/money/pay", {"key": key})["Location"] == "/shop/money/"
    assert Disbursement.objects.count() == 1
    town.pump.run()
    with CaptureQueriesContext(connection) as asked:
        page = text_of(seller.get("/shop/money/"))
    assert len(asked) <= 12, [one["sql"][:120] for one in asked]
    assert "招商银行 (0012)" in page
    assert re.search(r"结算记录.*¥944.30", page, re.S)
    day = town.now.astimezone(brand().zone).date()
    file = seller.get(f"/shop/money/statement.csv?first={day.replace(day=1)}&last={day}").content.decode("utf-8-sig")
    lines = [line.split(",") for line in file.strip().splitlines()]
    assert [line[1] for line in lines[-2:]] == ["结算付出", "期末余额"]
    assert lines[-2][3:] == ["-944.30", "49.70"]
    assert lines[-1][4] == "49.70"
    for query in ("", "?first=x&last=y", "?first=2026-02-01&last=2026-01-01", "?first=2020-01-01&last=2026-01-01"):
        assert seller.get(f"/shop/money/statement.csv{query}").status_code == 422
    assert books.check_books() == []


def test_each_place_is_for_its_own_people(town: Town, mall: Mall, desk: Desk, browser: SignedIn) -> None:
    lin, shop = town.customer("林一", money=9_00), mall.shop()
    row = propose(town, shop)
    other, payer, agent = browser(mall.shop("别家书店").actor), browser(lin), browser(desk.chen)
    assert other.post(f"/shop/money/account/{row.id}/reject").status_code == 404
    for path in ("/shop/money/", "/shop/money/account/", "/shop/money/statement.csv"):
        assert payer.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/shop/signin/")
    for deed in ("approve", "reject"):
        assert agent.post(f"/office/merchants/accounts/{row.id}/{deed}").status_code == 403
    assert browser(desk.zhao).post(f"/office/merchants/accounts/{row.id}/nonsense").status_code == 422
    row.refresh_from_db()
    assert row.status == "PROPOSED"
