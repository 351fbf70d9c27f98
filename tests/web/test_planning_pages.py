"""Planning over HTTP: splits, spending, budgets, pots and schedules, and what is not one's own."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.rails.pump import Pump
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_wallet_pages import QUERIES_MOST, hidden

from kefu.core.clock import now as this_moment
from kefu.core.money import Money
from kefu.identity import actions as identity
from kefu.planning import actions, queries
from kefu.wallet.models import Order

PAGES = ("/splits/", "/splits/new/", "/spending/", "/budgets/", "/pots/", "/pots/new/", "/schedules/", "/schedules/new/")


def make_split(town: Town, client: Client, *others: object, **given: str) -> str:
    """Through both pages; the address of the split."""
    people = "\n".join(town.phone(who) for who in others)
    form = {"title": "聚餐", "amount": "100", "people": people, "own": "1"} | given
    confirm = text_of(client.post("/splits/new/", form))
    made = client.post("/splits/new/", form | {"key": hidden(confirm, "key")})
    assert made.status_code == 302, text_of(made)
    return str(made["Location"])


@pytest.mark.row("W-19")
def test_split_is_shown_before_it_is_made_and_paid_from_the_payers_page(town: Town, browser: SignedIn) -> None:
    town.pump = Pump("rails", "wallet", "planning")
    lin, zhou, wang = town.customer("林晓"), town.customer("周明", 50_00), town.customer("王芳")
    client = browser(lin)
    form = {"title": "聚餐", "amount": "100", "people": f"{town.phone(zhou)}\n{town.phone(wang)} 2", "own": "1"}
    confirm = text_of(client.post("/splits/new/", form))
    for words in ("周*", "王*", "¥25.00", "¥50.00", "¥100.00"):
        assert words in confirm
    assert queries.splits_for(lin) == []
    url = make_split(town, client, zhou, wang)
    payer = browser(zhou)
    assert "聚餐" in text_of(payer.get("/splits/"))
    page = text_of(payer.get(url))
    assert "付我的一份" in page
    assert "王*" not in page
    quote = text_of(payer.post(f"{url}quote", {"mode": "now"}))
    assert "AA·聚餐" in quote
    given = {name: hidden(quote, name) for name in ("key", "quote")}
    first, again = payer.post("/splits/pay", given), payer.post("/splits/pay", given | {"key": str(uuid4())})
    assert first["Location"] == again["Location"]
    assert Order.objects.filter(kind="transfer").count() == 1
    seen = text_of(browser(lin).get(url))
    assert "1/2 人已付，收到 ¥33.33，还差 ¥33.33" in seen


def test_split_takes_phones_as_telephones_show_them(town: Town, browser: SignedIn) -> None:
    lin, zhou, wang = town.customer("林晓"), town.customer("周明"), town.customer("王芳")
    first, second = town.phone(zhou).removeprefix("+86"), town.phone(wang).removeprefix("+86")
    people = f"{first[:3]} {first[3:7]} {first[7:]}\n+86 {second[:3]}-{second[3:7]}-{second[7:]} 2"
    form = {"title": "聚餐", "amount": "100", "people": people, "own": "1"}
    confirm = text_of(browser(lin).post("/splits/new/", form))
    for words in ("周*", "王*", "¥25.00", "¥50.00"):
        assert words in confirm


def test_split_is_nobody_elses_and_its_buttons_answer(town: Town, browser: SignedIn) -> None:
    lin, zhou, sun = town.customer("林晓"), town.customer("周明", 50_00), town.customer("孙丽")
    url = make_split(town, browser(lin), zhou)
    stranger = browser(sun)
    assert stranger.get(url).status_code == 404
    for action in ("quote", "remind", "cancel"):
        assert stranger.post(url + action).status_code == 404
    client = browser(lin)
    assert "已提醒 1 人" in text_of(client.post(f"{url}remind"))
    assert client.post(f"{url}remind").status_code == 409
    assert client.post(f"{url}cancel")["Location"] == url
    assert "已取消" in text_of(client.get(url))
    assert browser(zhou).post(f"{url}quote").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": "abc"}, "看不懂"),
        ({"amount": "0"}, "金额要大于 0"),
        ({"people": "13999999999"}, "不是能参加分摊的手机号"),
        ({"people": "13800000002 0"}, "份数要是"),
        ({"people": "13800000002 x"}, "份数要是"),
        ({"people": "13800000002\n13800000002"}, "每人只写一次"),
        ({"title": "x" * 31}, ""),
        ({"own": "-1"}, ""),
    ],
)
def test_split_form_says_what_is_wrong(town: Town, browser: SignedIn, wrong: dict[str, str], words: str) -> None:
    client, _zhou = browser(town.customer("林晓")), town.customer("周明")
    form = {"title": "聚餐", "amount": "100", "people": "13800000002", "own": "1"} | wrong
    answer = client.post("/splits/new/", form)
    assert answer.status_code == 422
    assert words in text_of(answer)


@pytest.mark.row("W-19")
def test_order_page_leads_to_its_split(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林晓", 100_00), town.customer("周明")
    order = town.send(lin, zhou, 60_00)
    client = browser(lin)
    assert f"/splits/new/?order={order.id}" in text_of(client.get(f"/orders/{order.id}/"))
    assert "¥60.00" in text_of(client.get(f"/splits/new/?order={order.id}"))
    url = make_split(town, client, zhou, order=str(order.id), amount="")
    assert "¥30.00" in text_of(client.get(url))
    assert browser(zhou).get(f"/splits/new/?order={order.id}").status_code in (200, 404)


@pytest.mark.row("W-21")
def test_spending_has_a_chart_a_table_and_lines_that_can_be_moved(town: Town, browser: SignedIn) -> None:
    lin, wang, zhou = town.customer("林晓", 500_00), town.customer("王芳"), town.customer("周明")
    order = town.send(lin, wang, 35_00)
    town.send(lin, zhou, 65_00)
    client = browser(lin)
    page = text_of(client.get("/spending/"))
    assert page.count("<rect") == 12
    assert "¥100.00" in page
    assert "转账给人" in page
    moved = client.post(f"/spending/{order.id}/category", {"category": "food", "always": "1", "back": "/spending/?q=x"})
    assert moved["Location"] == "/spending/?q=x"
    away = client.post(f"/spending/{order.id}/category", {"category": "food", "back": "https://evil.example/"})
    assert away["Location"] == "/spending/"
    food = text_of(client.get("/spending/?category=food"))
    assert f"/orders/{order.id}/" in food
    assert "¥65.00" not in food.split('id="lines"')[1]
    assert "没有符合的消费" in text_of(client.get("/spending/?q=nothing-like-it"))
    for odd in ("?month=2026-13", "?month=x", "?month=1999-01", "?month=2999-01", "?category=yacht"):
        assert client.get(f"/spending/{odd}").status_code == 200
    assert client.post(f"/spending/{order.id}/category", {"category": "yacht"}).status_code == 422
    assert browser(wang).post(f"/spending/{order.id}/category", {"category": "food"}).status_code == 404


@pytest.mark.row("W-20")
def test_budget_is_set_shown_and_removed(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    town.send(lin, wang, 85_00)
    client = browser(lin)
    assert "还没有预算" in text_of(client.get("/budgets/"))
    for category, amount in (("", "100"), ("people", "50"), ("food", "30")):
        assert client.post("/budgets/", {"category": category, "amount": amount}).status_code == 302
    page = text_of(client.get("/budgets/"))
    for words in ("85%", "170%", "超出 ¥35.00", "还剩 ¥15.00", "已花 ¥0.00 / ¥30.00"):
        assert words in page
    for given in ({"amount": "x"}, {"amount": "0"}, {"amount": "5", "category": "yacht"}):
        assert client.post("/budgets/", given).status_code == 422
    client.post("/budgets/remove", {"category": "people"})
    assert "170%" not in text_of(client.get("/budgets/"))


@pytest.mark.row("W-10")
def test_pot_is_opened_filled_and_emptied_apart_from_the_balance(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林晓", 500_00)
    client = browser(lin)
    assert "没有利息" in text_of(client.get("/pots/"))
    later = queries.local_day(town.now) + timedelta(days=90)
    url = client.post("/pots/new/", {"name": "旅行", "target": "1000", "day": later.isoformat()})["Location"]
    page = text_of(client.get(url))
    given = {"key": hidden(page, "key"), "amount": "200", "back": "0"}
    for _twice in range(2):
        assert client.post(url, given)["Location"] == url
    page = text_of(client.get(url))
    for words in ("¥200.00", "已有 20%", "还差 ¥800.00", "¥300.00"):
        assert words in page
    assert "¥300.00" in text_of(client.get("/parts/purse"))
    assert "存入存钱罐“旅行”" in text_of(client.get("/activity/?kind=pot"))
    short = client.post(url, {"key": str(uuid4()), "amount": "200.01", "back": "1"})
    assert short.status_code == 422
    assert "不够转回" in text_of(short)
    assert client.post(f"{url}close").status_code == 409
    client.post(url, {"key": str(uuid4()), "amount": "200", "back": "1"})
    assert client.post(f"{url}aim", {"name": "路费"})["Location"] == url
    assert client.post(f"{url}close")["Location"] == "/pots/"
    assert client.get(url).status_code == 404
    assert town.money(lin) == (500_00, 0)


def test_pot_forms_say_what_is_wrong_and_others_pots_are_not_there(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    pot = actions.open_pot(actor=lin, name="旅行", now=town.now)
    client = browser(lin)
    for given in ({"name": ""}, {"name": "旅行"}, {"name": "a", "target": "x"}, {"name": "a", "day": "2000-01-01"}):
        assert client.post("/pots/new/", given).status_code == 422
    for given in ({"amount": "x"}, {"amount": "-1"}, {"amount": "600"}):
        assert client.post(f"/pots/{pot.id}/", given | {"key": str(uuid4()), "back": "0"}).status_code == 422
    assert client.post(f"/pots/{pot.id}/", {"amount": "1", "back": "0"}).status_code == 422
    assert client.post(f"/pots/{pot.id}/aim", {"name": "x" * 31}).status_code == 422
    other = browser(wang)
    assert other.get(f"/pots/{pot.id}/").status_code == 404
    assert other.post(f"/pots/{pot.id}/", {"key": str(uuid4()), "amount": "1", "back": "1"}).status_code == 404
    assert other.post(f"/pots/{pot.id}/aim", {"name": "x"}).status_code == 404


@pytest.mark.row("W-28")
def test_schedule_is_made_with_the_pin_then_paused_skipped_and_cancelled(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    client = browser(lin)
    first = queries.local_day(this_moment()) + timedelta(days=10)
    wish = {"phone": town.phone(wang), "amount": "120", "rhythm": "monthly", "first_on": first.isoformat(), "remark": "房租"}
    confirm = text_of(client.post("/schedules/new/", wish))
    for words in ("王*", "¥120.00", "当天中午和傍晚各再试一次"):
        assert words in confirm
    given = wish | {"key": hidden(confirm, "key"), "first_on": hidden(confirm, "first_on")}
    for pin in ("", "000111"):
        again = client.post("/schedules/make", given | {"pin": pin})
        assert again.status_code in (403, 422)
        assert "确认定时付款" in text_of(again)
    assert queries.schedules_for(lin) == []
    url = client.post("/schedules/make", given | {"pin": "482913"})["Location"]
    assert "转给王*" in text_of(client.get("/schedules/"))
    for what, words in (("pause", "已暂停"), ("resume", "进行中")):
        assert client.post(f"{url}change", {"do": what})["Location"] == url
        assert words in text_of(client.get(url))
    client.post(f"{url}change", {"do": "skip", "due_on": first.isoformat()})
    assert "按您的要求跳过" in text_of(client.get(url))
    for odd in ({"do": "x"}, {"do": "skip"}, {"do": "skip", "due_on": "2026-13-40"}):
        assert client.post(f"{url}change", odd).status_code == 404
    assert browser(wang).post(f"{url}change", {"do": "cancel"}).status_code == 404
    client = browser(lin)
    client.post(f"{url}change", {"do": "cancel"})
    assert "已取消" in text_of(client.get(url))


def test_schedule_form_says_what_is_wrong(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    client = browser(lin)
    later = (queries.local_day(this_moment()) + timedelta(days=10)).isoformat()
    good = {"phone": town.phone(wang), "amount": "120", "rhythm": "monthly", "first_on": later}
    for wrong in (
        {"phone": "13999999999"},
        {"phone": town.phone(lin)},
        {"amount": "0"},
        {"rhythm": "hourly"},
        {"first_on": "2020-01-01"},
        {"first_on": "x"},
        {"remark": "x" * 51},
    ):
        assert client.post("/schedules/new/", good | wrong).status_code == 422, wrong
    assert client.post("/schedules/make", {"key": "x"}).status_code == 422
    assert queries.schedules_for(lin) == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_customers_and_speak_english(town: Town, browser: SignedIn, page: str) -> None:
    assert Client().get(page)["Location"].startswith("/signin/")
    client = browser(town.customer("林晓"))
    answer = client.get(page, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert client.get(f"{page}?lang=en").status_code in (200, 302)


def test_services_lead_to_planning(town: Town, browser: SignedIn) -> None:
    page = text_of(browser(town.customer("林晓")).get("/services/"))
    for address in ("/splits/", "/spending/", "/budgets/", "/pots/", "/schedules/"):
        assert f'href="{address}"' in page


def test_full_pages_take_few_queries(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓", 5_000_00), town.customer("王芳")
    for place in range(5):
        town.send(lin, wang, 10_00 + place)
        pot = actions.open_pot(actor=lin, name=f"罐{place}", now=town.now)
        actions.move_pot(
            actor=lin, key=uuid4(), pot_id=pot.id, amount=Money(100), from_pot=False, now=town.now
        )
        actions.set_budget(actor=lin, category=("", "food", "people", "fun", "bills")[place], most=Money(9_00), now=town.now)
        asked = actions.Asked(title=f"饭{place}", others=[(town.phone(wang), 1)], own_weight=1, total=Money(500))
        split = actions.create_split(actor=lin, key=uuid4(), asked=asked, now=town.now)
    client = browser(lin)
    for page in (*PAGES, f"/splits/{split.id}/", f"/pots/{pot.id}/"):
        client.get(page)
        with CaptureQueriesContext(connection, ) as seen:
            assert client.get(page).status_code == 200
        assert len(seen) <= QUERIES_MOST, (page, len(seen))
