"""The wallet over HTTP: balance, orders, top-up, transfer, and what is not one's own."""

import csv
import io
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.scripted import CODE, ScriptedBank
from tests.wallet.town import PAN, Town
from tests.web.conftest import SignedIn, text_of

from kefu.identity import actions as identity
from kefu.wallet import actions
from kefu.wallet import queries as wallet
from kefu.wallet.models import Order
from kefu.web.customer import export

QUERIES_MOST = 12


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


@pytest.mark.row("W-11")
def test_a_card_is_linked_by_the_banks_code(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一"))
    assert client.get("/topup/")["Location"] == "/cards/new/?next=/topup/"
    given = {"holder": "林一", "pan": PAN, "phone": "13900000000"}
    check = client.post("/cards/new/", given)["Location"]
    assert "正在请银行发验证码" in text_of(client.get(check))
    town.pump.run()
    assert "银行已把验证码发到" in text_of(client.get(check))
    client.post(check, {"code": CODE})
    town.pump.run()
    page = text_of(client.get(check))
    assert "绑好了" in page
    assert PAN not in page
    assert PAN[-4:] in text_of(client.get("/me/"))


@pytest.mark.row("W-03")
@pytest.mark.row("W-16")
def test_a_top_up_is_confirmed_before_the_bank_is_asked_and_happens_once(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一")
    client, card = browser(lin), town.card(lin)
    confirm = text_of(client.post("/topup/", {"card": str(card), "amount": "200"}))
    assert "充值 ¥200.00" in confirm
    assert Order.objects.count() == 0
    given = {name: hidden(confirm, name) for name in ("key", "card", "amount")}
    first, again = client.post("/topup/pay", given), client.post("/topup/pay", given)
    assert first["Location"] == again["Location"]
    assert Order.objects.count() == 1
    town.pump.run()
    page = text_of(client.get(first["Location"]))
    assert "已到账" in page
    assert "¥200.00" in text_of(client.get("/parts/purse"))


@pytest.mark.row("W-04")
@pytest.mark.row("W-16")
@pytest.mark.row("W-17")
def test_a_withdrawal_shows_fee_and_quota_then_happens_once(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=3_000_00)
    client, card = browser(lin), town.card(lin)
    form = text_of(client.get("/withdraw/"))
    assert "每人一共 ¥1,000.00 免费额度" in form
    confirm = text_of(client.post("/withdraw/", {"card": str(card), "amount": "1500"}))
    for words in ("¥0.50", "¥1,000.00", "¥1,500.50"):
        assert words in confirm
    assert Order.objects.filter(kind="withdrawal").count() == 0
    given = {name: hidden(confirm, name) for name in ("key", "quote")}
    first, again = client.post("/withdraw/pay", given), client.post("/withdraw/pay", given)
    assert first["Location"] == again["Location"]
    assert Order.objects.filter(kind="withdrawal").count() == 1
    assert "款项已预留" in text_of(client.get(first["Location"]))
    town.pump.run()
    done = text_of(client.get(first["Location"]))
    for words in ("银行付出款项", "收款银行卡", "¥0.50"):
        assert words in done
    assert "提现到" in text_of(client.get("/activity/?kind=withdrawal"))
    assert "提现" in text_of(client.get("/help/fees/"))


def test_large_withdrawal_asks_for_the_pin_on_its_own_page(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=9_000_00)
    client, card = browser(lin), town.card(lin)
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    confirm = text_of(client.post("/withdraw/", {"card": str(card), "amount": "5000"}))
    given = {name: hidden(confirm, name) for name in ("key", "quote")}
    for pin in ("", "000111"):
        again = client.post("/withdraw/pay", given | {"pin": pin})
        assert again.status_code in (403, 422)
        assert "确认提现" in text_of(again)
        assert Order.objects.filter(kind="withdrawal").count() == 0
    assert "/orders/" in client.post("/withdraw/pay", given | {"pin": "482913"})["Location"]


def test_withdrawal_without_card_or_money_or_of_somebody_else_is_refused(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=100_00), town.customer("王芳")
    client, card = browser(lin), town.card(lin)
    assert browser(wang).get("/withdraw/")["Location"] == "/cards/new/?next=/withdraw/"
    client = browser(lin)
    for amount in ("abc", "0", "-5", "1.234", "100.01", "99999999999"):
        answer = client.post("/withdraw/", {"card": str(card), "amount": amount})
        assert answer.status_code == 422, amount
        assert 'id="id_amount_error"' in text_of(answer)
    for wrong in (str(uuid4()), "x", ""):
        assert client.post("/withdraw/", {"card": wrong, "amount": "5"}).status_code in (404, 422)
    assert client.post("/withdraw/pay", {"key": str(uuid4()), "quote": str(uuid4())}).status_code == 404
    assert Order.objects.filter(kind="withdrawal").count() == 0


def test_a_top_up_amount_that_is_none_is_refused_at_its_field(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一")
    client, card = browser(lin), town.card(lin)
    for amount in ("abc", "0", "-5", "1.234", "99999999999"):
        answer = client.post("/topup/", {"card": str(card), "amount": amount})
        assert answer.status_code == 422, amount
        assert 'id="id_amount_error"' in text_of(answer)
    assert client.post("/topup/pay", {"key": "x", "card": str(card), "amount": "100"}).status_code == 422
    given = {"key": str(uuid4()), "card": str(card), "amount": "-100"}
    assert client.post("/topup/pay", given).status_code == 422
    assert Order.objects.count() == 0


@pytest.mark.row("W-15")
def test_activity_is_exported_as_it_is_filtered_and_harmless(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=500_00), town.customer("王芳", money=10_00)
    quote = town.quote(wang, lin, 5_00, remark="=HYPERLINK(1)")
    actions.create_transfer(actor=wang, key=uuid4(), quote_id=quote.id, now=town.now)
    for amount in (35_00, 66_60):
        town.wait(seconds=1)
        town.send(lin, wang, amount)
    town.withdraw(lin, 100_00)
    client = browser(lin)
    answer = client.get("/activity/export.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    raw = b"".join(answer.streaming_content).decode()
    assert raw.startswith("\ufeff时间,订单号,类型")
    lines = list(csv.DictReader(io.StringIO(raw.removeprefix("\ufeff"))))
    assert sorted((line["类型"], line["对方"], line["金额"], line["附言"]) for line in lines) == sorted([
        ("充值", "招商银行 (0012)", "500.00", ""),
        ("转账", "王*", "5.00", "对方留言：=HYPERLINK(1)"),
        ("转账", "王*", "-35.00", ""),
        ("转账", "王*", "-66.60", ""),
        ("提现", "招商银行 (0012)", "-100.00", ""),
    ])  # fmt: skip
    part = b"".join(client.get("/activity/export.csv?kind=transfer&least=60").streaming_content).decode()
    assert len(part.splitlines()) == 2
    assert "66.60" in part
    page = text_of(client.get("/activity/?kind=transfer&least=60"))
    assert "/activity/export.csv?kind=transfer&amp;least=60" in page


def test_long_history_is_exported_whole_in_few_queries(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=500_00), town.customer("王芳")
    for _ in range(7):
        town.wait(seconds=1)
        town.send(lin, wang, 1_00)
    client = browser(lin)
    with mock.patch.object(export, "PAGE", 3), CaptureQueriesContext(connection) as captured:
        raw = b"".join(client.get("/activity/export.csv").streaming_content).decode()
    assert len(raw.splitlines()) == 1 + 8
    assert len(captured) <= 4 + 2 * 4  # session and audit; a page is its rows and the place where the last one ended
    assert Client().get("/activity/export.csv").status_code == 302


@pytest.mark.row("W-05")
@pytest.mark.row("W-16")
def test_a_transfer_shows_payee_fee_and_arrival_then_moves_once(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=100_00), town.customer("王芳")
    client = browser(lin)
    given = {"phone": town.phone(wang), "amount": "35", "mode": "now", "remark": "午饭"}
    confirm = text_of(client.post("/transfer/confirm/", given))
    assert "王*" in confirm
    assert "马上到账" in confirm
    assert "王芳" not in confirm
    assert wallet.balance_for(lin).available.minor == 100_00
    send = {"key": hidden(confirm, "key"), "quote": hidden(confirm, "quote")}
    places = {client.post("/transfer/send", send)["Location"] for _ in range(3)}
    assert len(places) == 1
    assert wallet.balance_for(wang).available.minor == 35_00
    theirs = browser(wang)
    assert "午饭" not in text_of(theirs.get("/activity/"))  # the other side's words stand on the order's page alone
    assert "午饭" in text_of(theirs.get(places.pop()))


def test_a_delayed_transfer_can_be_taken_back(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=100_00), town.customer("王芳")
    client, order = browser(lin), town.send(lin, wang, 35_00, mode="next_day")
    home = text_of(client.get("/"))
    assert "¥65.00" in home
    assert "之前可以取消" in home
    client.post(f"/orders/{order.id}/cancel")
    assert wallet.balance_for(lin).available.minor == 100_00
    assert "已取消" in text_of(client.get(f"/orders/{order.id}/"))


def test_a_large_transfer_asks_for_the_pin_and_keeps_the_page(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=9_000_00), town.customer("王芳")
    town.prove(lin, "anything")
    client = browser(lin)
    given = {"phone": town.phone(wang), "amount": "6000", "mode": "now", "remark": ""}
    confirm = text_of(client.post("/transfer/confirm/", given))
    send = {"key": hidden(confirm, "key"), "quote": hidden(confirm, "quote")}
    wrong = client.post("/transfer/send", {**send, "pin": "111222"})
    assert wrong.status_code == 422
    assert "支付密码不对" in text_of(wrong)
    assert client.post("/transfer/send", {**send, "pin": "482913"}).status_code == 302
    assert wallet.balance_for(wang).available.minor == 6_000_00


def test_only_who_has_no_pin_is_asked_to_set_one(town: Town, browser: SignedIn) -> None:
    """In the wallet's own pages and where an action wants the PIN first; also when a wrong PIN brought the page back."""
    lin = town.customer("林一", money=9_000_00)
    client, card, hint = browser(lin), town.card(lin), "还没有支付密码？"
    given = {"card": str(card), "amount": "5000"}
    assert hint in text_of(client.post("/withdraw/", given))
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    confirm = text_of(client.post("/withdraw/", given))
    assert 'name="pin"' in confirm
    assert hint not in confirm
    send = {name: hidden(confirm, name) for name in ("key", "quote")}
    assert hint not in text_of(client.post("/withdraw/pay", send | {"pin": "000111"}))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("phone", {"phone": "13899990000"}),
        ("amount", {"amount": "100000"}),
        ("amount", {"amount": "１２块"}),
    ],
)
def test_what_stands_against_a_transfer_is_said_at_its_field(
    town: Town, browser: SignedIn, field: str, given: dict[str, str]
) -> None:
    lin, wang = town.customer("林一", money=100_00), town.customer("王芳")
    form = {"phone": town.phone(wang), "amount": "35", "mode": "now", "remark": "", **given}
    answer = browser(lin).post("/transfer/confirm/", form)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text_of(answer)


@pytest.mark.row("W-15")
def test_the_list_is_filtered_searched_and_paged(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林一", money=500_00), town.customer("王芳")
    orders = [town.send(lin, wang, 100 + n) for n in range(22)]
    client = browser(lin)
    first = text_of(client.get("/activity/"))
    assert "更早的账单" in first
    more = first.split('hx-get="/activity/?')[1].split('"')[0].replace("&amp;", "&")
    assert "充值" in text_of(client.get(f"/activity/?{more}", headers={"hx-request": "true"}))
    only = text_of(client.get("/activity/?kind=topup"))
    assert "转给" not in only
    assert orders[3].no in text_of(client.get(f"/orders/{orders[3].id}/"))
    found = text_of(client.get(f"/activity/?q={orders[3].no}"))
    assert "¥1.03" in found
    assert "¥1.04" not in found
    assert "没有符合条件的账单" in text_of(client.get("/activity/?q=zzzz&least=3&since=bad"))


def test_anothers_order_looks_like_none(town: Town, browser: SignedIn) -> None:
    lin, wang, zhou = (town.customer(name, money=50_00) for name in ("林一", "王芳", "周正"))
    order = town.send(lin, wang, 35_00, mode="next_day")
    stranger = browser(zhou)
    for path in (f"/orders/{order.id}/", f"/orders/{order.id}/body", f"/orders/{uuid4()}/"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert "没有找到" in text_of(answer)
    for deed in ("cancel", "ask"):
        assert stranger.post(f"/orders/{order.id}/{deed}").status_code == 404
    assert wallet.order_for(lin, order.id).status == "HELD"


def test_anothers_card_and_check_look_like_none(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一"), town.customer("周正")
    card, stranger = town.card(lin), browser(zhou)
    town.card(zhou)
    assert stranger.post(f"/cards/{card}/unlink").status_code == 404
    assert stranger.post("/topup/", {"card": str(card), "amount": "5"}).status_code == 404
    given = {"key": str(uuid4()), "card": str(card), "amount": "500"}
    assert stranger.post("/topup/pay", given).status_code == 404


def test_private_pages_are_kept_by_no_cache(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一"))
    for path in ("/", "/activity/", "/me/", "/chat/", "/topup/", "/parts/purse", "/sos/"):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_pages_ask_few_questions(town: Town, browser: SignedIn, django_assert_max_num_queries: object) -> None:
    lin, wang = town.customer("林一", money=500_00), town.customer("王芳")
    orders = [town.send(lin, wang, 100 + n) for n in range(8)]
    client = browser(lin)
    paths = [
        "/",
        "/activity/",
        f"/orders/{orders[0].id}/",
        "/topup/",
        "/transfer/",
        "/withdraw/",
        "/me/",
        "/chat/",
        "/sos/",
    ]
    paths += ["/parts/purse", "/parts/pending", "/parts/orders", "/me/notices/", "/help/", "/help/fees/"]
    asked = {path: count_queries(client, path) for path in paths}
    client.post("/sos/stop", {"reason": "stolen"})
    client.post("/chat/human")
    asked |= {f"{path} in trouble": count_queries(client, path) for path in ("/", "/me/", "/chat/")}
    assert {path: n for path, n in asked.items() if n > QUERIES_MOST} == {}


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_a_silent_bank_is_told_as_such_and_asked_again(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一")
    card = town.card(lin)
    ScriptedBank.down = True
    client = browser(lin)
    confirm = text_of(client.post("/topup/", {"card": str(card), "amount": "200"}))
    given = {name: hidden(confirm, name) for name in ("key", "card", "amount")}
    place = client.post("/topup/pay", given)["Location"]
    page = text_of(client.get(place))
    assert "再向银行查一次" in page
    asked = client.post(f"{place}ask", headers={"hx-request": "true"})
    assert "正在问银行" in text_of(asked)
