"""Codes over HTTP: shown and taken at the counter, refused with words, scanned and paid, each in their own place."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.mall import Mall
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.test_wallet_pages import QUERIES_MOST, hidden

from kefu.identity import actions as identity
from kefu.wallet import actions
from kefu.wallet.models import Order, PayCode, Sale

PIN = "482913"


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def digits(page: str) -> str:
    found = re.search(r"data-digits>([\d ]+)<", page)
    assert found
    return found[1]


def charge(seller: Client, code: str, amount: str, **more: str):
    form = text_of(seller.get("/shop/terminal/"))
    given = {"key": hidden(form, "key"), "amount": amount, "code": code, "subject": "", **more}
    return seller.post("/shop/terminal/", given)


@pytest.mark.row("W-12")
def test_a_code_is_shown_taken_once_and_refused_with_words_afterwards(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    lin, shop = town.customer("林一", money=300_00), mall.shop()
    payer, seller = browser(lin), browser(shop.actor)
    with CaptureQueriesContext(connection) as asked:
        page = text_of(payer.get("/codes/pay/"))
    assert len(asked) <= QUERIES_MOST + 6  # a code is written, too
    assert "<svg" in page
    assert "¥500.00" in page
    code = digits(page)
    paid = charge(seller, code, "45.50")
    assert paid["Location"] == f"/shop/payments/{Order.objects.get(kind='payment').id}/"
    assert town.money(lin) == (254_50, 0)
    used = PayCode.objects.get(used_at__isnull=False)
    body = text_of(payer.get(f"/codes/pay/body?shown={used.id}"))
    assert "付款码已用于这笔付款" in body
    assert "付款码已用于这笔付款" in text_of(payer.get(f"/codes/pay/{used.id}/"))
    again = charge(seller, code, "45.50")
    assert again.status_code == 422
    assert "这个付款码已经用过，没有再次扣款" in text_of(again)
    assert town.money(lin) == (254_50, 0)
    notices = text_of(payer.get("/me/notices/"))
    assert "有人重复使用付款码" in notices


@pytest.mark.row("W-12")
@pytest.mark.parametrize(
    ("code", "amount", "words"),
    [
        ("28000000000000000000", "1", "这不是有效的付款码"),
        ("hello", "1", "这不是有效的付款码"),
        ("", "1", ""),
        ("28000000000000000000", "0", "金额"),
        ("28000000000000000000", "abc", "金额"),
    ],
)
def test_bad_input_at_the_counter_is_said_at_its_field(
    town: Town, mall: Mall, browser: SignedIn, code: str, amount: str, words: str
) -> None:
    answer = charge(browser(mall.shop().actor), code, amount)
    assert (answer.status_code, Sale.objects.count()) == (422, 0)
    assert words in text_of(answer)


@pytest.mark.row("W-12")
def test_above_the_limit_the_payer_is_led_to_the_pin(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = town.customer("林一", money=900_00), mall.shop()
    identity.set_payment_pin(actor=lin, pin=PIN, now=town.now)
    payer, seller = browser(lin), browser(shop.actor)
    waiting = charge(seller, digits(text_of(payer.get("/codes/pay/"))), "600")["Location"]
    sale = Sale.objects.get()
    assert waiting == f"/shop/sales/{sale.id}/"
    assert "请顾客在手机上输入支付密码" in text_of(seller.get(waiting))
    used = PayCode.objects.get(used_at__isnull=False)
    body = text_of(payer.get(f"/codes/pay/body?shown={used.id}"))
    assert f'href="/pay/{sale.token}/"' in body
    confirm = text_of(payer.post(f"/pay/{sale.token}/"))
    given = {"key": hidden(confirm, "key"), "quote": hidden(confirm, "quote")}
    for pin in ("", "111222"):
        refused = payer.post(f"/pay/{sale.token}/confirm", {**given, "pin": pin})
        assert refused.status_code >= 400
        assert town.money(lin) == (900_00, 0)
    assert payer.post(f"/pay/{sale.token}/confirm", {**given, "pin": PIN}).status_code == 302
    assert town.money(lin) == (300_00, 0)


@pytest.mark.row("W-12")
def test_a_receive_code_is_scanned_and_paid(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一", money=300_00), town.customer("周明")
    asking, payer = browser(zhou), browser(lin)
    assert "<svg" in text_of(asking.get("/codes/receive/"))
    page = text_of(asking.get("/codes/receive/?amount=25&note=饭钱"))
    link = re.search(r'data-copy="https?://[^/"]+(/c/[^"]+)"', page)
    assert link
    stranger = Client().get(link[1])
    assert stranger["Location"].startswith("/signin/?next=%2Fc%2F")
    look = text_of(payer.get(link[1]))
    for words in ("周*", "¥25.00", "饭钱"):
        assert words in look
    assert 'name="amount"' not in look
    confirm = text_of(payer.post(link[1], {"remark": "饭钱"}))
    sent = payer.post("/transfer/send", {"key": hidden(confirm, "key"), "quote": hidden(confirm, "quote")})
    assert sent.status_code == 302
    assert (town.money(lin), town.money(zhou)) == ((275_00, 0), (25_00, 0))


@pytest.mark.row("W-12")
def test_a_receive_code_that_is_none_and_bad_amounts_are_refused_with_words(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林一", money=300_00), town.customer("周明")
    asking, payer = browser(zhou), browser(lin)
    answer = payer.get("/c/nothing/")
    assert (answer.status_code, "这个收款码无效" in text_of(answer)) == (404, True)
    token = actions.issue_receive_code(actor=zhou, amount=None, note="", now=town.now).token
    assert "不能给自己转账" in text_of(asking.get(f"/c/{token}/"))
    for amount in ("", "0", "abc", "-1", "60000"):
        answer = payer.post(f"/c/{token}/", {"amount": amount, "remark": ""})
        assert answer.status_code == 422, amount
    for query in ("amount=abc", "amount=0", "note=" + "长" * 21):
        page = asking.get(f"/codes/receive/?{query}")
        assert page.status_code == 422
        assert 'class="wrong"' in text_of(page)
        assert 'class="qr-code"' not in text_of(page)
    assert town.money(lin) == (300_00, 0)


def test_each_place_is_for_its_own_people(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, zhou, shop = town.customer("林一", money=9_00), town.customer("周明"), mall.shop()
    code = actions.issue_pay_code(actor=zhou, now=town.now)
    payer, seller = browser(lin), browser(shop.actor)
    assert payer.get("/shop/terminal/").status_code in (302, 403, 404)
    for path in ("/codes/pay/", "/codes/receive/", "/c/x/"):
        assert seller.get(path).status_code in (302, 403, 404)
        assert Client().get(path)["Location"].startswith("/signin/")
    assert payer.get(f"/codes/pay/body?shown={code.id}").status_code == 404
    assert payer.get(f"/codes/pay/{code.id}/").status_code == 404
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    stopped = text_of(payer.get("/codes/pay/"))
    assert "已停止转出" in stopped
    assert "data-digits" not in stopped


@pytest.mark.row("W-12")
def test_the_link_of_a_sale_is_a_qr_code_too(town: Town, mall: Mall, browser: SignedIn) -> None:
    shop = mall.shop()
    sale = mall.sale(shop, 20_00)
    page = text_of(browser(shop.actor).get(f"/shop/sales/{sale.id}/"))
    assert "付款链接的二维码" in page
    assert page.count('class="qr-code"') == 1
    part = browser(shop.actor).get(f"/shop/sales/{sale.id}/", headers={"hx-request": "true"})
    assert text_of(part).lstrip().startswith('<section id="sale"')  # no second page within the page
