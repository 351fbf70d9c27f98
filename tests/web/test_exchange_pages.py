"""Exchanging over HTTP: the live price, the page before, the PIN, what is shown afterwards, and the operator's place."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.wallet.market import tell_rates
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import Desk

from kefu.core.brand import brand
from kefu.identity import actions as identity
from kefu.rails.queries import rates
from kefu.wallet.models import Order, Quote, Spread
from kefu.wallet.queries.exchange import foreign_balances_for

pytestmark = [pytest.mark.row("W-18")]
PIN = "482913"
FORM = {"side": "buy", "currency": "USD", "amount": "714", "purpose": "travel"}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return found[1]


def plain(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(answer)))


@pytest.fixture
def lin(town: Town):
    tell_rates(town.now)
    who = town.customer("林一", money=3_000_00)
    identity.set_payment_pin(actor=who, pin=PIN, now=town.now)
    return who


def exchange(client, **form: str):
    page = text_of(client.post("/exchange/", FORM | form))
    given = {name: hidden(page, name) for name in ("key", "quote")}
    return client.post("/exchange/confirm", given | {"pin": PIN})


def test_price_page_pin_and_both_balances(town: Town, browser: SignedIn, lin) -> None:
    client = browser(lin)
    assert "data-others" not in text_of(client.get("/"))
    form = plain(client.get("/exchange/"))
    for words in ("换汇", "1 USD = 7.1213 CNY", "test-market", "个人年度购汇额度", "$50,000.00", "¥3,000.00"):
        assert words in form, words
    live = plain(client.get("/exchange/preview", {"side": "buy", "currency": "USD", "amount": "714"}))
    for words in ("$100.26", "1 USD = 7.1000 CNY", "0.3%", "¥2.16", "¥0.71", "¥714.71"):
        assert words in live, words
    assert Quote.objects.filter(kind="exchange").count() == 0
    page = text_of(client.post("/exchange/", FORM))
    for words in ("确认换汇", "CNY → USD", "$100.26", "¥714.71", "旅游", 'role="timer"'):
        assert words in page, words
    given = {name: hidden(page, name) for name in ("key", "quote")}
    for pin in ("", "000111"):
        again = client.post("/exchange/confirm", given | {"pin": pin})
        assert again.status_code in (403, 422)
        assert "确认换汇" in text_of(again)
    assert Order.objects.filter(kind="exchange").count() == 0
    done, twice = (client.post("/exchange/confirm", given | {"pin": PIN}) for _ in range(2))
    assert done["Location"] == twice["Location"]
    order = plain(client.get(done["Location"]))
    for words in ("换汇 CNY → USD", "−¥714.00", "+$100.26", "1 USD = 7.1213 CNY", "1 USD = 7.1000 CNY", "已按报价兑换", "¥0.71"):
        assert words in order, words
    assert "AA 分摊" not in order
    home = text_of(client.get("/"))
    assert "¥2,285.29" in home
    assert "$100.26" in home.split("data-others")[1][:300]
    activity = plain(client.get("/activity/?kind=exchange"))
    assert "−¥714.00" in activity
    assert "+$100.26" in activity
    assert "换汇 CNY → USD" in plain(client.get("/activity/?q=USD"))


def test_bad_input_says_what_to_do(town: Town, browser: SignedIn, lin) -> None:
    client = browser(lin)
    for change, words in (
        ({"amount": "x"}, "看不懂"), ({"amount": ""}, "填"), ({"amount": "90000"}, "金额太大"),
        ({"amount": "5000"}, "可用余额 ¥3,000.00"), ({"amount": "0.04"}, "金额太小"), ({"purpose": ""}, "请选择用途"),
        ({"purpose": "pay"}, "pay"), ({"side": "sell", "amount": "5", "purpose": "pay"}, "可用余额 $0.00"),
        ({"side": "sell", "currency": "JPY", "amount": "5.5", "purpose": "pay"}, "看不懂"),
    ):  # fmt: skip
        answer = client.post("/exchange/", FORM | change)
        assert answer.status_code == 422, change
        assert words in text_of(answer), change
    odd = client.get("/exchange/", {"side": "x", "currency": "GBP", "amount": "1e9"})
    assert odd.status_code == 200
    assert Quote.objects.filter(kind="exchange").count() == 0


def test_the_swap_turns_the_pair_round(town: Town, browser: SignedIn, lin) -> None:
    client = browser(lin)
    page = text_of(client.get("/exchange/?swap=1&side=buy&currency=JPY&amount=1000"))
    assert 'value="sell" checked' in page
    assert "JP¥" in page
    # 4.55 less 50 basis points, down: 4.5272; 1,000 yen are 45.27.
    for words in ("100 JPY = 4.5272 CNY", "¥45.27", "来源"):
        assert words in page, words
    part = text_of(client.get("/exchange/?swap=1&side=sell&currency=JPY", headers={"hx-request": "true"}))
    assert part.lstrip().startswith("<section")
    assert 'value="buy" checked' in part


def test_an_expired_or_moved_price_leads_to_a_new_one(town: Town, browser: SignedIn, lin) -> None:
    client = browser(lin)
    page = text_of(client.post("/exchange/", FORM))
    given = {name: hidden(page, name) for name in ("key", "quote")}
    tell_rates(town.now + timedelta(seconds=30), USD="7.1500")
    moved = client.post("/exchange/confirm", given | {"pin": PIN})
    assert moved.status_code == 409
    for words in ("汇率刚刚变了", "没有任何款项变动", "1 USD = 7.1715 CNY", 'value="714.00"'):
        assert words in text_of(moved), words
    page = text_of(client.post("/exchange/", FORM))
    given = {name: hidden(page, name) for name in ("key", "quote")}
    Quote.objects.update(expires_at=town.now - timedelta(seconds=1))
    over = client.post("/exchange/confirm", given | {"pin": PIN})
    assert over.status_code == 409
    assert "已过有效时间" in text_of(over)
    assert town.money(lin) == (3_000_00, 0)


def test_without_a_rate_the_page_says_so(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一", money=100_00))
    assert "正在核实" in text_of(client.get("/exchange/"))
    answer = client.post("/exchange/", FORM | {"amount": "10"})
    assert answer.status_code == 503
    assert "没有任何款项变动" in text_of(answer)


def test_papers_and_files_show_both_currencies(town: Town, browser: SignedIn, lin) -> None:
    client = browser(lin)
    exchange(client)
    order = Order.objects.get(kind="exchange")
    receipt = plain(client.get(f"/receipts/order/{order.id}/"))
    for words in ("¥714.00", "$100.26", "1 USD = 7.1213 CNY", "1 USD = 7.1000 CNY"):
        assert words in receipt, words
    file = b"".join(client.get("/activity/export.csv?kind=exchange").streaming_content).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [(row["金额"], row["币种"], row["换得"], row["换得币种"]) for row in rows] == [("-714.00", "CNY", "100.26", "USD")]
    exchange(client, currency="JPY", amount="100")
    day = town.now.astimezone(brand().zone).date().isoformat()
    asked = {"first": day, "last": day, "as": "csv"}
    assert "<option value=\"JPY\">" in text_of(client.get("/receipts/"))
    for currency, closing in (("USD", "100.26"), ("JPY", "2186"), ("CNY", "2185.19")):
        answer = client.get("/receipts/statement", asked | {"currency": currency})
        lines = b"".join(answer.streaming_content).decode().strip().splitlines()
        assert lines[-1].endswith(f"{closing},{currency}"), currency
    pdf = client.get("/receipts/statement", {"first": day, "last": day, "as": "pdf", "currency": "USD"})
    assert "$100.26" in plain(client.get(pdf["Location"]))
    assert client.get("/receipts/statement", asked | {"currency": "GBP"}).status_code == 422


def test_the_operator_sees_rates_and_two_people_change_a_spread(town: Town, browser: SignedIn, desk: Desk, lin) -> None:
    tell_rates(town.now - timedelta(days=2))
    operator, boss = browser(desk.qian), browser(desk.zhao)
    page = plain(operator.get("/office/rates/"))
    for words in ("1 USD = 7.1000 CNY", "100 JPY = 4.5500 CNY", "test-market", "报价中", "30 bp"):
        assert words in page, words
    begin = (town.now + timedelta(hours=1)).astimezone(brand().zone).strftime("%Y-%m-%dT%H:%M")
    asked = {"currency": "USD", "percent": "0.25", "effective_from": begin, "reason": "让利"}
    assert operator.post("/office/rates/", asked).status_code == 302
    assert Spread.objects.filter(currency="USD").count() == 1
    waiting = text_of(boss.get("/office/rates/"))
    found = re.search(r"/office/terms/[0-9a-f-]+/decide", waiting)
    assert found
    assert operator.post(found[0], {"decision": "approve"}).status_code == 403
    assert boss.post(found[0], {"decision": "approve"})["Location"] == "/office/rates/"
    newest = Spread.objects.filter(currency="USD").latest("version")
    assert (newest.version, newest.bps) == (2, 25)
    # Wider is to the customers' disadvantage: it is announced first.
    for change, words in (({"percent": "0.5"}, "提前 30 天"), ({"percent": "7"}, "5%"), ({"percent": "0.123"}, "两位小数")):
        later = (town.now + timedelta(hours=2)).astimezone(brand().zone).strftime("%Y-%m-%dT%H:%M")
        answer = operator.post("/office/rates/", asked | {"effective_from": later} | change)
        assert answer.status_code == 422, change
        assert words in text_of(answer), change
    assert browser(lin).get("/office/rates/").status_code in (302, 403)


def test_the_operator_decides_on_a_jump(town: Town, browser: SignedIn, lin) -> None:
    operator = browser(town.staff("甲", "operator"))
    tell_rates(town.now + timedelta(seconds=20), HKD="0.9500")
    page = plain(operator.get("/office/rates/?currency=HKD"))
    assert "波动过大，待核实" in page
    assert "0.9100 → 1 HKD = 0.9500 CNY" in page
    doubted = rates.newest("HKD")
    assert doubted is not None
    assert operator.post(f"/office/rates/{doubted.id}/decide", {"decision": "maybe"}).status_code == 422
    door = f"/office/rates/{doubted.id}/decide"
    assert operator.post(door, {"decision": "accept", "words": "核对过"}).status_code == 302
    assert operator.post(door, {"decision": "accept"}).status_code == 409
    page = plain(operator.get("/office/rates/"))
    assert "要由另一位同事同意" in page
    assert rates.rate_now("HKD", now=town.now) is None
    boss = browser(town.staff("赵", "supervisor"))
    page = plain(boss.get("/office/rates/"))
    assert "认为属实，可以采用" in page
    assert "核对过" in page
    assert boss.post(door, {"decision": "accept"}).status_code == 302
    assert boss.post(door, {"decision": "decline"}).status_code == 409
    found = rates.rate_now("HKD", now=town.now)
    assert found is not None
    assert str(found.mid) == "0.950000"
    assert foreign_balances_for(lin) == []


@pytest.mark.parametrize("path", ["/", "/exchange/", "/exchange/?amount=100", "/exchange/preview?amount=100", "/activity/"])
def test_pages_of_who_holds_currencies_ask_little(town: Town, browser: SignedIn, lin, path: str) -> None:
    client = browser(lin)
    for currency in ("USD", "JPY"):
        exchange(client, currency=currency, amount="100")
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    assert len(asked) <= 12, [one["sql"][:90] for one in asked]


def test_the_operators_page_asks_little(town: Town, browser: SignedIn, lin) -> None:
    operator = browser(town.staff("甲", "operator"))
    operator.get("/office/rates/")
    with CaptureQueriesContext(connection) as asked:
        assert operator.get("/office/rates/").status_code == 200
    assert len(asked) <= 12, [one["sql"][:90] for one in asked]
