"""Arranging a bill over HTTP: the cut-off stands on the page before anything is confirmed, a late day is refused."""

from datetime import date, timedelta

import pytest
from tests.wallet.scripted import ScriptedLender
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import queries_of
from tests.web.test_bill_pages import CARD, DEBT, checked
from tests.web.test_wallet_pages import QUERIES_MOST, hidden

from kefu.core.clock import now as this_moment
from kefu.identity import actions as identity
from kefu.planning import queries


@pytest.fixture
def due(town: Town) -> date:
    due = queries.local_day(this_moment()) + timedelta(days=10)
    ScriptedLender.bill = {**DEBT, "due_on": due}
    return due


@pytest.mark.row("W-28")
def test_the_cut_off_is_read_before_it_is_confirmed_with_the_pin(town: Town, browser: SignedIn, due: date) -> None:
    lin = town.customer("林一", money=500_00)
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    client = browser(lin)
    where = checked(client, town, CARD, "/repay/")
    assert f"{where}plan/" in text_of(client.get(where))
    last = due - timedelta(days=1)
    page = text_of(client.get(f"{where}plan/"))
    stamp = f"{last.year}年{last.month}月{last.day}日"
    for words in ("赶得上入账的最后时间", "16:00", stamp, last.isoformat(), "¥5,000.00"):
        assert words in page, words
    late = client.post(f"{where}plan/", {"choice": "full", "most": "5000", "on": due.isoformat()})
    assert late.status_code == 422
    assert "晚于到期日" in text_of(late)
    wish = {"choice": "minimum", "most": "600", "on": last.isoformat()}
    confirm = text_of(client.post(f"{where}plan/", wish))
    for words in ("¥500.00", "¥600.00", "以当天账单为准", "最低还款额"):
        assert words in confirm, words
    given = wish | {"key": hidden(confirm, "key")}
    for pin in ("", "000111"):
        again = client.post(f"{where}plan/make", given | {"pin": pin})
        assert again.status_code in (403, 422)
        assert "确认安排" in text_of(again)
    assert queries.schedules_for(lin) == []
    url = client.post(f"{where}plan/make", given | {"pin": "482913"})["Location"]
    assert client.post(f"{where}plan/make", given | {"pin": "482913"})["Location"] == url
    shown = text_of(client.get(url))
    for words in ("缴费或还款 · 招商银行信用卡", "最多", "¥600.00", "赶得上入账的最后时间"):
        assert words in shown, words
    assert "缴费或还款 · 招商银行信用卡" in text_of(client.get("/schedules/"))
    assert queries_of(client, url) <= QUERIES_MOST
    client.post(f"{url}change", {"do": "cancel"})
    assert "已取消" in text_of(client.get(url))


def test_bad_forms_say_what_is_wrong(town: Town, browser: SignedIn, due: date) -> None:
    client = browser(town.customer("林一", money=500_00))
    where = checked(client, town, CARD, "/repay/")
    good = {"choice": "full", "most": "5000", "on": (due - timedelta(days=2)).isoformat()}
    for wrong in ({"choice": "half"}, {"most": "x"}, {"most": "4999.99"}, {"on": "x"}, {"on": "2020-01-01"}, {"on": ""}):
        assert client.post(f"{where}plan/", good | wrong).status_code == 422, wrong
    assert client.post(f"{where}plan/make", good | {"key": "x"}).status_code == 422
    ScriptedLender.bill = {**DEBT, "due_on": due, "amount_due": 0, "minimum": 0}
    paid = checked(client, town, {**CARD, "number": "8813"}, "/repay/")
    assert client.get(f"{paid}plan/").status_code == 409
    assert "plan/" not in text_of(client.get(paid))
