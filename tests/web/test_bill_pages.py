"""Bills and repayments over HTTP: the account is checked first, the page warns, and a bill is paid once."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.scripted import ScriptedBiller, ScriptedLender
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_wallet_pages import QUERIES_MOST, hidden

from kefu.wallet.models import Order
from kefu.wallet.queries.bill import saved_accounts_for

POWER = {"payee": "river_power", "number": "1234567890"}
CARD = {"payee": "cmb_card", "number": "8812"}
DEBT = {"amount_due": 5_000_00, "minimum": 500_00, "partial": True, "days": 1, "cutoff": time(16, 0)}


def checked(client: Client, town: Town, given: dict[str, str], door: str = "/bills/") -> str:
    """The address of an account's bill, once the worker has asked for it."""
    where = client.post(door, given)["Location"]
    assert "正在向对方查询账单" in text_of(client.get(where))
    town.pump.run()
    return str(where)


def confirmed(page: str) -> dict[str, str]:
    return {name: hidden(page, name) for name in ("key", "quote")}


@pytest.mark.row("W-07")
def test_a_bill_is_checked_confirmed_and_paid_once(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=500_00)
    client = browser(lin)
    assert "生活缴费" in text_of(client.get("/services/"))
    where = checked(client, town, POWER)
    shown = text_of(client.get(where))
    for words in ("滨江电力", "林*", "12****7890", "¥128.50", "2100年1月28日", "22:00"):
        assert words in shown
    assert POWER["number"] not in shown
    confirm = text_of(client.post(where, {"choice": "full"}))
    for words in ("户主", "林*", "2026-11", "¥128.50", "¥0.00"):
        assert words in confirm
    assert Order.objects.filter(kind="bill").count() == 0
    given = confirmed(confirm)
    first, again = client.post("/bills/pay", given), client.post("/bills/pay", given)
    assert first["Location"] == again["Location"]
    town.pump.run()
    with CaptureQueriesContext(connection) as asked:
        order = text_of(client.get(first["Location"]))
    assert len(asked) <= QUERIES_MOST
    for words in ("缴费 · 滨江电力 (12****7890)", "对方已入账", "对方流水"):
        assert words in order
    assert "滨江电力" in text_of(client.get("/activity/?kind=bill"))
    exported = b"".join(client.get("/activity/export.csv?kind=bill")).decode("utf-8-sig")
    assert "滨江电力" in exported
    page = text_of(client.get("/bills/"))
    assert "付过的账户" in page
    assert "12****7890" in page


@pytest.mark.row("W-08")
def test_repayment_posted_late_is_told_as_what_it_is(town: Town, browser: SignedIn) -> None:
    ScriptedLender.bill, ScriptedLender.outcome, ScriptedLender.at = DEBT, "ACKNOWLEDGED", datetime.now(UTC)
    lin = town.customer("林一", money=6_000_00)
    client = browser(lin)
    where = checked(client, town, CARD, "/repay/")
    assert "最低还款额" in text_of(client.get(where))
    confirm = text_of(client.post(where, {"choice": "other", "amount": "3000"}))
    assert "¥3,001.00" in confirm
    order = client.post("/bills/pay", confirmed(confirm))["Location"]
    town.pump.run()
    page = text_of(client.get(order))
    for words in ("已扣款，等待对方入账", "对方已受理", "钱包已扣款", "请勿重复支付", "再向对方查一次"):
        assert words in page
    ScriptedLender.outcome = "SUCCEEDED"
    client.post(f"{order}ask")
    town.pump.run()
    done = text_of(client.get(order))
    assert "对方已入账" in done
    assert "对方受理时间" in done


@pytest.mark.row("W-28")
def test_late_payment_is_warned_of_and_must_be_accepted(town: Town, browser: SignedIn) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    ScriptedLender.bill = {**DEBT, "due_on": today}
    client = browser(town.customer("林一", money=6_000_00))
    where = checked(client, town, CARD, "/repay/")
    assert "未能在到期日前到账" in text_of(client.get(where))
    confirm = text_of(client.post(where, {"choice": "minimum"}))
    assert "我知道可能逾期" in confirm
    refused = client.post("/bills/pay", confirmed(confirm))
    assert refused.status_code == 409
    assert "请先勾选" in text_of(refused)
    assert Order.objects.filter(kind="repayment").count() == 0
    assert client.post("/bills/pay", {**confirmed(confirm), "late": "yes"}).status_code == 302


@pytest.mark.row("F-31")
def test_second_tab_is_told_of_the_first_and_nothing_is_paid_twice(town: Town, browser: SignedIn) -> None:
    ScriptedBiller.outcome = "PROCESSING"
    client = browser(town.customer("林一", money=500_00))
    where = checked(client, town, POWER)
    first = text_of(client.post(where, {"choice": "full"}))
    second = text_of(client.post(where, {"choice": "full"}))
    assert client.post("/bills/pay", confirmed(first)).status_code == 302
    refused = client.post("/bills/pay", confirmed(second))
    assert refused.status_code == 409
    order = Order.objects.get(kind="bill")
    assert "请勿重复支付" in text_of(refused)
    assert order.no in text_of(refused)
    again = client.post(where, {"choice": "full"})
    assert again.status_code == 409
    assert order.no in text_of(again)


@pytest.mark.row("F-31")
def test_after_three_failures_the_page_offers_an_agent(town: Town, browser: SignedIn) -> None:
    ScriptedBiller.outcome, ScriptedBiller.reason = "FAILED", "account_closed"
    lin = town.customer("林一", money=500_00)
    client = browser(lin)
    for n in (1, 2, 3):
        order = town.pay_bill(lin)
        page = text_of(client.get(f"/orders/{order.id}/"))
        assert "对方账户已销户。对方没有入账，款项已回到余额。" in page
        assert ("联系客服" in page.split("<main")[1]) is (n == 3)
    account = saved_accounts_for(lin)[0].id
    again = client.post("/bills/again", {"account": str(account)})
    town.pump.run()
    assert "¥128.50" in text_of(client.get(again["Location"]))


def test_phone_is_topped_up_by_the_amounts_offered(town: Town, browser: SignedIn) -> None:
    ScriptedBiller.bill = {"amounts": (30_00, 50_00), "amount_due": 0, "minimum": 0}
    client = browser(town.customer("林一", money=500_00))
    where = checked(client, town, {"payee": "river_mobile", "number": "13800001111"})
    page = text_of(client.get(where))
    assert "¥30.00" in page
    assert client.post(where, {"choice": "3100"}).status_code == 422
    confirm = text_of(client.post(where, {"choice": "5000"}))
    assert client.post("/bills/pay", confirmed(confirm)).status_code == 302
    assert Order.objects.get(kind="bill").amount == 50_00


def test_wrong_account_and_maintenance_are_said_and_cost_nothing(town: Town, browser: SignedIn) -> None:
    ScriptedBiller.unknown.add("9999999999")
    client = browser(town.customer("林一", money=500_00))
    where = client.post("/bills/", {"payee": "river_power", "number": "9999999999"})["Location"]
    town.pump.run()
    page = text_of(client.get(where))
    assert "没有查到账单" in page
    assert "没有这个号码的账户" in page
    assert client.post("/bills/", {"payee": "nobody", "number": "123456"}).status_code == 422
    assert client.post("/bills/", {"payee": "river_power", "number": "12ab"}).status_code == 422
    assert client.post(where, {"choice": "full"}).status_code == 422
    assert Order.objects.filter(kind="bill").count() == 0


@pytest.mark.parametrize("given", [{"choice": "other"}, {"choice": "other", "amount": "-1"}, {"choice": "x"}])
def test_spoilt_amounts_are_refused_at_the_door(town: Town, browser: SignedIn, given: dict[str, str]) -> None:
    ScriptedLender.bill = DEBT
    client = browser(town.customer("林一", money=500_00))
    where = checked(client, town, CARD, "/repay/")
    assert client.post(where, given).status_code == 422
    assert Order.objects.filter(kind="repayment").count() == 0


def test_bill_of_somebody_else_looks_like_none(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=500_00), town.customer("王二", money=500_00)
    where = checked(browser(lin), town, POWER)
    stranger = browser(wang)
    assert stranger.get(where).status_code == 404
    assert stranger.post(where, {"choice": "full"}).status_code == 404
    town.pay_bill(lin)
    account = saved_accounts_for(lin)[0].id
    assert stranger.post("/bills/again", {"account": str(account)}).status_code == 404
    assert stranger.post(f"/bills/accounts/{account}/forget").status_code == 404
    assert browser(lin).post(f"/bills/accounts/{account}/forget")["Location"] == "/bills/"
    assert saved_accounts_for(lin) == []
