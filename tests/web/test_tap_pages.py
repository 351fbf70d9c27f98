"""Contactless over HTTP: a phone, a terminal that hands on what it hears, and one that cheats."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.wallet.mall import Mall
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import Desk

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.identity import actions as identity
from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.models import Sale, TapToken
from kefu_sandbox.taps.phone import Phone
from kefu_sandbox.taps.terminal import Terminal

PIN = "482913"
JSON = {"accept": "application/json"}


class Window:
    """The shop's pages for a terminal, by the test client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def post(self, path: str, fields: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(path, fields, headers=JSON)
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        answer = self.client.get(path, headers=JSON)
        return answer.status_code, answer.json()


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def with_pin(town: Town, name: str = "林一", money: int = 900_00) -> Actor:
    who = town.customer(name, money=money)
    identity.set_payment_pin(actor=who, pin=PIN, now=town.now)
    return who


def add(client: Client, *, pin: str = PIN, label: str = "我的手机") -> Phone:
    made = client.post("/tap/devices", {"pin": pin, "label": label}, headers=JSON)
    assert made.status_code == 200, made.content.decode()
    assert "no-store" in made["Cache-Control"]
    return Phone(made.json()["number"], bytes.fromhex(made.json()["key"]))


@pytest.mark.row("W-13")
def test_a_phone_held_near_a_terminal_pays_once_and_a_cheating_terminal_gets_nothing(
    town: Town, mall: Mall, browser: SignedIn
) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, terminal = browser(lin), Terminal(Window(browser(shop.actor)))
    phone = add(payer)
    page = text_of(payer.get("/tap/"))
    assert f"({phone.number[-4:]})" in page
    assert phone.number not in page
    assert lin.id not in page.replace(f'data-owner="{lin.id}"', "")
    said = terminal.open("45.50")
    assert said["text"] == "¥45.50"
    tap = phone.tap(said)
    status, refused = terminal.take(tap, amount="4550000")
    assert (status, refused["refusal"]["code"]) == (422, "wallet.tap.forged")
    assert terminal.take(tap)[1]["status"] == "PAID"
    assert terminal.status()[0] == "PAID"
    status, refused = terminal.replay()
    assert (status, refused["refusal"]["code"]) == (409, "wallet.tap.replayed")
    assert "没有再次扣款" in refused["refusal"]["text"]
    assert town.money(lin) == (854_50, 0)
    order = text_of(payer.get(f"/orders/{Sale.objects.get().payments.get().pk}/"))
    assert "晨光面包店" in order
    assert "到店消费" in order
    assert "有人重复使用碰一碰" in text_of(payer.get("/me/notices/"))
    assert books.check_books() == []


@pytest.mark.row("W-13")
def test_the_phones_own_page_reads_the_terminal_and_pays(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, seller = browser(lin), browser(shop.actor)
    phone = add(payer)
    made = seller.post("/shop/tap/", {"amount": "20", "subject": "咖啡"})
    waiting = text_of(seller.get(made["Location"]))
    number = re.search(r"data-terminal>(\d{8})<", waiting)
    assert number
    said = payer.get("/tap/terminal", {"number": number[1]}, headers=JSON).json()
    assert [said[name] for name in ("merchant", "text", "subject", "amount")] == ["晨光面包店", "¥20.00", "咖啡", "2000"]
    assert town.money(lin) == (900_00, 0)  # shown, not paid
    page = text_of(payer.get("/tap/"))
    for place in ("data-merchant", "data-text", "还没有付款"):
        assert place in page
    tap = phone.tap(said)
    key = "01890000-0000-7000-8000-000000000001"
    done = payer.post("/tap/hold", {**tap, "key": key}, headers=JSON).json()
    assert payer.post("/tap/hold", {**tap, "key": key}, headers=JSON).json() == done
    assert "咖啡" in text_of(payer.get(done["url"]))
    assert "收到了" in text_of(seller.get(made["Location"]))
    assert payer.get("/tap/terminal", {"number": number[1]}, headers=JSON).status_code == 404
    assert payer.get(f"/tap/{Sale.objects.get().id}/")["Location"] == done["url"]
    assert town.money(lin) == (880_00, 0)


@pytest.mark.row("W-13")
def test_above_the_limit_the_payer_is_led_to_the_pin(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, terminal = browser(lin), Terminal(Window(browser(shop.actor)))
    phone = add(payer)
    assert terminal.take(phone.tap(terminal.open("600")))[1]["status"] == "ASKED"
    sale = Sale.objects.get()
    assert payer.get(f"/tap/{sale.id}/")["Location"] == f"/pay/{sale.token}/"
    confirm = text_of(payer.post(f"/pay/{sale.token}/"))
    given = {name: re.search(rf'name="{name}" value="([^"]+)"', confirm)[1] for name in ("key", "quote")}  # type: ignore[index]
    for pin in ("", "111222"):
        assert payer.post(f"/pay/{sale.token}/confirm", {**given, "pin": pin}).status_code >= 400
    assert town.money(lin) == (900_00, 0)
    assert payer.post(f"/pay/{sale.token}/confirm", {**given, "pin": PIN}).status_code == 302
    assert (town.money(lin), terminal.status()[0]) == ((300_00, 0), "PAID")


@pytest.mark.row("W-13")
def test_a_lost_device_is_stopped_resumed_with_the_pin_and_removed(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, terminal = browser(lin), Terminal(Window(browser(shop.actor)))
    phone = add(payer)
    place = f"/tap/devices/{TapToken.objects.get().id}"
    assert payer.post(f"{place}/suspend")["Location"] == "/tap/"
    assert "已停用" in text_of(payer.get("/tap/"))
    status, refused = terminal.take(phone.tap(terminal.open("1")))
    assert (status, refused["refusal"]["code"]) == (409, "wallet.tap.suspended")
    assert "设备“我的手机”" in text_of(payer.get(f"{place}/resume"))
    assert payer.post(f"{place}/resume", {"pin": "111222"}).status_code >= 400
    assert payer.post(f"{place}/resume", {"pin": PIN}).status_code == 302
    assert terminal.take(phone.tap(terminal.open("1")))[1]["status"] == "PAID"
    assert payer.post(f"{place}/remove").status_code == 302
    assert "还没有设备开通碰一碰" in text_of(payer.get("/tap/"))
    assert payer.get(f"{place}/resume").status_code == 404
    assert town.money(lin) == (899_00, 0)


@pytest.mark.row("W-13")
def test_bad_input_is_refused_with_words(town: Town, mall: Mall, browser: SignedIn) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, seller = browser(lin), browser(shop.actor)
    for given, status in (({"label": "x"}, 403), ({"label": "x", "pin": "111222"}, 422), ({"pin": PIN}, 422)):
        answer = payer.post("/tap/devices", given, headers=JSON)
        assert answer.status_code == status, answer.content.decode()
        assert answer.json()["refusal"]["text"]
    add(payer)
    for fields in ({}, {"number": "x", "counter": "-1", "amount": "１"}, {"counter": "9" * 30, "amount": "\0"}):
        answer = payer.post("/tap/hold", {**fields, "key": "01890000-0000-7000-8000-000000000001"}, headers=JSON)
        assert (answer.status_code, answer.json()["refusal"]["code"]) == (422, "wallet.tap.unreadable")
    for number in ("", "x", "00000000", "\0"):
        assert payer.get("/tap/terminal", {"number": number}, headers=JSON).status_code == 404
    for amount in ("", "0", "abc", "60000"):
        answer = seller.post("/shop/tap/", {"amount": amount})
        assert (answer.status_code, "金额" in text_of(answer)) == (422, True)
    assert town.money(lin) == (900_00, 0)


@pytest.mark.row("W-13")
def test_each_place_is_for_its_own_people(town: Town, mall: Mall, desk: Desk, browser: SignedIn) -> None:
    lin, shop = with_pin(town), mall.shop()
    payer, seller, staff = browser(lin), browser(shop.actor), browser(desk.chen)
    for path in ("/tap/", "/tap/terminal"):
        assert seller.get(path).status_code == 403
        assert staff.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/signin/")
    wait = actions.open_tap_wait(actor=shop.actor, amount=Money(1), subject="x", now=town.now)
    for path in ("/shop/tap/", f"/shop/tap/{wait.sale.id}/", f"/shop/tap/{wait.sale.id}/state"):
        assert payer.get(path).status_code == 403
    other = browser(mall.shop("别家书店").actor)
    assert other.get(f"/shop/tap/{wait.sale.id}/").status_code == 404
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    assert "转出已停止，碰一碰不会付款" in text_of(payer.get("/tap/"))
