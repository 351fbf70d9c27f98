"""The operator's board over HTTP: whose it is, what it says, and how much it asks."""

from typing import Any

import pytest
from django.test import Client
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.core.models import AuditEntry
from kefu.desk import actions as talk
from kefu.web import health

PAGES = ("/office/", "/office/board")


@pytest.fixture(autouse=True)
def live_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts that are asked over the database stay; the event stream is not asked over the network."""
    monkeypatch.setitem(health.PARTS, "live", lambda: False)


def test_the_board_is_for_operators_and_supervisors(town: Town, browser: SignedIn, desk: Desk) -> None:
    stranger = Client(headers={"accept-language": "zh-CN"})
    for path in PAGES:
        assert stranger.get(path)["Location"].startswith("/staff/signin/?next=%2Foffice%2F")
        for who in (town.customer("林一"), desk.chen):
            refused = browser(who).get(path)
            assert refused.status_code == 403
            assert "web.session.wrong_place" in text_of(refused)
        for who in (desk.qian, desk.zhao):
            answer = browser(who).get(path)
            assert answer.status_code == 200
            assert "no-store" in answer["Cache-Control"]
        assert browser(desk.qian).post(path).status_code == 405
    fragment = stranger.get(
        "/office/board", headers={"hx-request": "true", "hx-current-url": "http://testserver/office/"}
    )
    assert fragment["HX-Redirect"] == "/staff/signin/?next=%2Foffice%2F"


def test_the_board_counts_what_is_there(town: Town, browser: SignedIn, desk: Desk) -> None:
    client = browser(desk.qian)
    before = text_of(client.get("/office/board"))
    assert "2 位客服在线" in before
    assert "0 笔申请待复核" in before
    assert "还没有封存" in before
    desk.crowd(0, 3)
    page = text_of(client.get("/office/board"))
    figures = [part.split("<")[0] for part in page.split('<p class="big figure">')[1:]]
    assert figures == ["3", "3", str(AuditEntry.objects.latest("id").id)]
    assert "3 笔申请待复核" in page
    assert "3/100" in page
    assert page.count("没有响应") == 3
    assert all(name in page for name in ("数据库", "事件中继", "后台任务", "实时推送"))
    for agent in (desk.chen, desk.li):
        talk.set_presence(actor=agent, status="offline", now=town.now)
    assert text_of(client.get("/office/board")).count("没有客服在线") == 2


def test_the_board_speaks_english(browser: SignedIn, desk: Desk) -> None:
    page = text_of(browser(desk.qian).get("/office/board?lang=en"))
    own = page.replace("陈", "").replace("李", "")
    assert [letter for letter in own if "一" <= letter <= "鿿"] == []
    assert "Event relay" in own


def test_the_bank_of_the_sandbox_is_linked_in_the_demo_alone(browser: SignedIn, desk: Desk, settings: Any) -> None:
    client, words = browser(desk.qian), "沙箱银行"
    settings.SANDBOX_BANK_URL = "http://bank.example"
    settings.KEFU_MODE = "demo"
    assert words in text_of(client.get("/office/"))
    settings.KEFU_MODE = "production"
    assert words not in text_of(client.get("/office/"))


def test_the_board_asks_as_much_for_thirty_as_for_three(town: Town, browser: SignedIn, desk: Desk) -> None:
    client = browser(desk.qian)
    desk.crowd(0, 3)
    few = {path: queries_of(client, path) for path in PAGES}
    for number in range(20):
        busy = town.staff(f"小{number}")
        talk.set_presence(actor=busy, status="online", now=town.now)
        desk.taken(town.customer(f"客户{number}"), busy)
    desk.crowd(3, 12)
    assert {path: queries_of(client, path) for path in PAGES} == few
    assert {path: n for path, n in few.items() if n > QUERIES_MOST} == {}
