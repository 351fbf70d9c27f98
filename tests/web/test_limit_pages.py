"""Limits, switches and fees over HTTP: the customer's page, the public page, and the operator's, in both languages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of
from tests.web.test_wallet_pages import hidden

from kefu.core.brand import brand
from kefu.identity import actions as identity
from kefu.wallet import actions
from kefu.wallet.models import FeeSchedule, Limit, Order, OwnLimit, TermsChange, Wallet

TRANSFER = "/me/limits/transfer/"
ON = {"allowed": "on", "order_cap": "", "day_cap": "", "month_cap": "", "pin": ""}


def chinese_in(page: str, *names: str) -> list[str]:
    for name in names:
        page = page.replace(name, "")
    return [letter for letter in page if "一" <= letter <= "鿿"]


@pytest.mark.row("W-26")
def test_a_customer_sees_what_is_used_and_sets_a_cap_that_counts_at_once(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一", money=900_00, tier=2, proof=2), town.customer("周明")
    town.send(lin, zhou, 250_00)
    client = browser(lin)
    page = text_of(client.get("/me/limits/"))
    for words in ("Ⅱ类", "Ⅱ类账户每年付款限额", "¥100,000.00", "¥250.00", "¥99,750.00", "¥4,750.00", "明天"):
        assert words in page, words
    assert '<progress value="5" max="100"' in page
    assert client.post(TRANSFER, {**ON, "day_cap": "300"})["Location"] == "/me/limits/"
    assert "您自己设的转账每日限额" in text_of(client.get("/me/limits/"))
    given = {"phone": town.phone(zhou), "amount": "50.01", "mode": "now", "remark": ""}
    refused = client.post("/transfer/confirm/", given)
    assert refused.status_code == 422
    for words in ("超过您自己设的转账每日限额 ¥300.00", "还可以付 ¥50.00", 'href="/me/limits/"', "没有任何款项变动"):
        assert words in text_of(refused), words
    assert Order.objects.filter(kind="transfer").count() == 1


@pytest.mark.row("W-26")
def test_switching_off_is_one_press_and_on_takes_the_payment_pin(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一", money=900_00), town.customer("周明")
    client = browser(lin)
    given = {"phone": town.phone(zhou), "amount": "20", "mode": "now", "remark": ""}
    confirm = text_of(client.post("/transfer/confirm/", given))
    quoted = {name: hidden(confirm, name) for name in ("key", "quote")}
    assert client.post(f"{TRANSFER}off")["Location"] == "/me/limits/"
    assert "已关闭" in text_of(client.get("/me/limits/"))
    late = client.post("/transfer/send", quoted)
    assert late.status_code == 403
    for words in ("您关闭了“转账”的付款开关", "看限额和开关", "wallet.permission.off"):
        assert words in text_of(late), words
    assert "还没有设置" in text_of(client.get(TRANSFER))
    assert client.post(TRANSFER, ON).status_code == 403
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    for pin in ("", "000111"):
        again = client.post(TRANSFER, {**ON, "pin": pin})
        assert again.status_code in (403, 422)
        assert 'id="id_pin_error"' in text_of(again) or "支付密码" in text_of(again)
    assert not OwnLimit.objects.get(outlet="transfer").allowed
    assert client.post(TRANSFER, {**ON, "pin": "482913"})["Location"] == "/me/limits/"
    assert OwnLimit.objects.get(outlet="transfer").allowed
    assert "/orders/" in client.post("/transfer/send", {**quoted, "key": str(uuid4())})["Location"]


def test_caps_that_are_none_and_outlets_that_are_not_there(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一"))
    for cap in ("abc", "0", "-5", "1.234", "9" * 20):
        assert client.post(TRANSFER, {**ON, "day_cap": cap}).status_code == 422, cap
    assert client.get("/me/limits/no-such/").status_code == 404
    assert client.post("/me/limits/no-such/off").status_code == 404
    assert client.get(f"{TRANSFER}off").status_code == 405
    opened = client.get(f"{TRANSFER}off", headers={"Accept": "text/html"})  # as going back or reloading does
    assert opened["Location"] == TRANSFER
    assert not OwnLimit.objects.exists()
    assert Client().get("/me/limits/")["Location"].startswith("/signin/")


def test_the_pages_speak_english_and_ask_little(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("Lin", money=900_00, tier=1, proof=1)
    for outlet in ("transfer", "withdrawal"):
        caps = actions.Caps(order_cap=5_00, day_cap=50_00, month_cap=90_00)
        actions.change_limits(actor=lin, outlet=outlet, allowed=True, caps=caps, now=town.now)
    client, office = browser(lin), browser(desk.qian)
    pages = [(client, "/me/limits/"), (client, TRANSFER), (client, "/help/fees/")]
    for reader, path in [*pages, (office, "/office/fees/"), (office, "/office/limits/")]:
        page = text_of(reader.get(f"{path}?lang=en"))
        own = page.split("<main")[1].split("</main>")[0]
        assert chinese_in(own, "陈", "李", "钱", brand().name) == [], path
        assert queries_of(reader, path) <= QUERIES_MOST, path


@pytest.mark.row("W-17")
def test_an_order_says_why_it_cost_what_it_cost(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一", money=9_000_00), town.customer("周明")
    sent = town.send(lin, zhou, 4_000_00)
    page = text_of(browser(lin).get(f"/orders/{sent.id}/"))
    for words in ("这笔手续费怎么算的", "(¥4,000.00 - ¥1,000.00) × 0.1% = ¥3.00", "第 1 版", "付款方付"):
        assert words in page, words
    assert "办理前的免费额度" not in page
    taken = town.withdraw(lin, 1_500_00)
    page = text_of(browser(lin).get(f"/orders/{taken.id}/"))
    for words in ("(¥1,500.00 - ¥1,000.00) × 0.1% = ¥0.50", "办理前的免费额度", "办理后的免费额度"):
        assert words in page, words
    assert "怎么算的" not in text_of(browser(zhou).get(f"/orders/{sent.id}/"))
    english = text_of(browser(lin).get(f"/orders/{taken.id}/?lang=en"))
    assert "= ¥0.50" in english
    assert "Version 1" in english


@pytest.mark.row("W-17")
@pytest.mark.row("W-26")
def test_the_public_page_shows_tiers_who_pays_what_is_coming_and_the_limits(town: Town) -> None:
    values = {"kind": "transfer", "mode": "now", "effective_from": town.now + timedelta(days=40)}
    FeeSchedule.objects.create(
        **values, version=2, rate_ppm=2000, tiers=[[10_000_00, 500]], most=50_00, charged_to="payee"
    )
    Limit.objects.create(series="proof_2_day", version=2, scope="day", proof=2, cap=4_000_00,
                         effective_from=values["effective_from"])  # fmt: skip
    page = text_of(Client(headers={"accept-language": "zh-CN"}).get("/help/fees/"))
    for words in ("0.2%，收费部分超过 ¥10,000.00 的按 0.05%，最高 ¥50.00", "付款方付", "起</span>", "第 1 版"):
        assert words in page, words
    for words in ("Ⅰ类账户累计付款限额", "¥1,000.00", "Ⅲ类账户每年付款限额", "¥200,000.00", "两种验证要素", "¥4,000.00"):
        assert words in page, words
    assert page.index("每笔 ¥1,000.00 以内免费") < page.index("收费部分超过")


def soon(town: Town, **by: float) -> str:
    return (town.now + timedelta(**by)).astimezone(brand().zone).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.row("W-17")
def test_an_operator_proposes_a_fee_and_a_supervisor_publishes_it(town: Town, browser: SignedIn, desk: Desk) -> None:
    operator, supervisor = browser(desk.qian), browser(desk.zhao)
    given = {
        "fee": "transfer/now", "free_up_to": "1000", "free_quota": "", "window": "", "rate_ppm": "0.2",
        "tiers": "10000 0.05", "least": "0.10", "most": "25", "charged_to": "payer", "reason": "成本上涨",
        "effective_from": soon(town, days=20),
    }  # fmt: skip
    early = operator.post("/office/fees/", given)
    assert early.status_code == 422
    assert "提前 30 天公布" in text_of(early)
    for field, value in (("rate_ppm", "abc"), ("tiers", "1 2 3"), ("least", "-1"), ("fee", "x"), ("effective_from", "x")):
        assert operator.post("/office/fees/", given | {field: value}).status_code == 422, field
    assert not TermsChange.objects.exists()
    given["effective_from"] = soon(town, days=31)
    assert operator.post("/office/fees/", given)["Location"] == "/office/fees/"
    change = TermsChange.objects.get()
    page = text_of(operator.get("/office/fees/"))
    assert "待复核" in page
    assert "同意，发布" not in page
    assert operator.post(f"/office/terms/{change.id}/decide", {"decision": "approve"}).status_code == 403
    assert supervisor.post("/office/fees/", given).status_code == 403
    assert "同意，发布" in text_of(supervisor.get("/office/fees/"))
    assert supervisor.post(f"/office/terms/{change.id}/decide", {"decision": "maybe"}).status_code == 422
    done = supervisor.post(f"/office/terms/{change.id}/decide", {"decision": "approve", "words": "同意"})
    assert done["Location"] == "/office/fees/"
    row = FeeSchedule.objects.get(kind="transfer", mode="now", version=2)
    assert (row.rate_ppm, row.tiers, row.least, row.most) == (2000, [[10_000_00, 500]], 10, 25_00)
    assert "将生效" in text_of(supervisor.get("/office/fees/"))
    assert "0.2%" in text_of(Client().get("/help/fees/"))


@pytest.mark.row("W-26")
def test_an_operator_lowers_a_limit_and_puts_a_customer_into_a_class(
    town: Town, browser: SignedIn, desk: Desk
) -> None:
    operator, supervisor, lin = browser(desk.qian), browser(desk.zhao), town.customer("林一")
    given = {"series": "class_3_year", "amount": "300000", "effective_from": soon(town, days=31), "reason": "试"}
    above = operator.post("/office/limits/", given)
    assert above.status_code == 422
    assert "依法最高 ¥200,000.00" in text_of(above)
    assert operator.post("/office/limits/", given | {"amount": "150000"}).status_code == 302
    change = TermsChange.objects.get()
    assert supervisor.post(f"/office/terms/{change.id}/decide", {"decision": "approve"}).status_code == 302
    assert Limit.objects.get(series="class_3_year", version=2).cap == 150_000_00
    who = {"phone": town.phone(lin), "tier": "2", "proof": "1", "named": "公安\n银联"}
    assert operator.post("/office/limits/standing", who).status_code == 422
    assert operator.post("/office/limits/standing", who | {"named": "公安\n银联\n运营商"}).status_code == 302
    assert Wallet.objects.values_list("tier", "proof").get(pk=lin.uuid) == (2, 1)
    assert supervisor.post("/office/limits/standing", who | {"in_person": "on"}).status_code == 403
    assert operator.post("/office/limits/standing", who | {"phone": "13999999999"}).status_code == 302
    assert operator.post("/office/limits/standing", {}).status_code == 422


def test_the_operator_s_pages_are_for_operators_and_supervisors(town: Town, browser: SignedIn, desk: Desk) -> None:
    for path in ("/office/fees/", "/office/limits/"):
        for who in (town.customer("林一"), desk.chen):
            assert browser(who).get(path).status_code == 403
            assert browser(who).post(path, {}).status_code == 403
        assert Client().get(path)["Location"].startswith("/staff/signin/")
        assert "提交复核" not in text_of(browser(desk.zhao).get(path))
