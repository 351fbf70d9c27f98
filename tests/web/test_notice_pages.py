"""Notices over HTTP: the list, the settings, the address; reports in the office; the demo's mailbox."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of

from kefu.core.actor import SYSTEM, Actor
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.notices import actions as notices
from kefu.notices import queries as told
from kefu.notices.models import Outgoing
from kefu.wallet import actions as wallet

pytestmark = pytest.mark.django_db


def tell(town: Town, who: Actor, kind: str = "topup_done", ref: str = "order:1", **values: str) -> None:
    values = values or {"amount": "¥200.00", "no": "CZ1"}
    notices.tell(actor=SYSTEM, customer_id=who.uuid, kind=kind, values=values, ref=ref, now=town.now)


@pytest.mark.row("W-27")
def test_the_list_filters_marks_and_leads_on(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    client = browser(lin)
    assert "还没有通知" in text_of(client.get("/me/notices/"))
    tell(town, lin)
    tell(town, lin, "pin_changed", "pin:1", at=town.now.isoformat())
    page = text_of(client.get("/me/notices/"))
    assert "充值到账" in page
    assert "支付密码已设置" in page
    only = text_of(client.get("/me/notices/?group=security"))
    assert "支付密码已设置" in only
    assert "CZ1" not in only
    assert "这里没有通知" in text_of(client.get("/me/notices/?group=other"))
    [pin, topup] = told.notices_for(lin)
    answer = client.get(f"/me/notices/{pin.id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/pin/")
    assert "支付密码已设置" not in text_of(client.get("/me/notices/?unread=1"))
    assert browser(zhou).get(f"/me/notices/{topup.id}/").status_code == 404
    assert told.unread_count(lin) == 1
    assert client.post("/me/notices/?group=security").status_code == 302
    assert told.unread_count(lin) == 1
    assert client.post("/me/notices/").status_code == 302
    assert told.unread_count(lin) == 0
    for strange in ("?group=nonsense", "?before=nonsense", "?before=00000000-0000-0000-0000-000000000000", "?unread=x"):
        assert client.get(f"/me/notices/{strange}").status_code in (200, 404, 422)


def test_a_long_list_goes_on_without_gap_or_double(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林晓")
    client = browser(lin)
    for place in range(45):
        tell(town, lin, amount=f"¥{place}.00", no=f"CZ{place}")
    seen: list[str] = []
    url = "/me/notices/"
    while True:
        page = text_of(client.get(url))
        seen += re.findall(r"订单号 (CZ\d+)。", page)
        more = re.search(r'href="(\?before=[^"]+)"', page)
        if more is None:
            break
        url = "/me/notices/" + more.group(1)
    assert len(seen) == len(set(seen)) == 45


@pytest.mark.row("W-27")
def test_mail_is_switched_by_group_and_security_is_not(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林晓")
    client = browser(lin)
    page = text_of(client.get("/me/notices/settings/"))
    assert "不能关闭" in page
    assert client.post("/me/notices/settings/mail", {"group": "money", "on": "0"}).status_code == 302
    assert [group.mail for group in told.groups_for(lin)] == [False, True, True]
    refused = client.post("/me/notices/settings/mail", {"group": "security", "on": "0"})
    assert refused.status_code == 422
    assert "不能关闭" in text_of(refused)
    assert client.post("/me/notices/settings/mail", {"group": "nonsense"}).status_code == 404
    assert [group.mail for group in told.groups_for(lin)] == [False, True, True]
    assert client.post("/me/notices/settings/mail", {"group": "money", "on": "1"}).status_code == 302
    assert all(group.mail for group in told.groups_for(lin))


@pytest.mark.row("W-27")
def test_quiet_hours_are_kept_and_bad_ones_refused(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林晓")
    client = browser(lin)
    place = "/me/notices/settings/quiet"
    assert client.post(place, {"begin": "22:00", "end": "08:00"}).status_code == 302
    assert told.quiet_hours_for(lin) == ("22:00", "08:00")
    for begin, end in (("22:00", "22:00"), ("25:00", "08:00"), ("abc", "08:00"), ("22:00", "")):
        answer = client.post(place, {"begin": begin, "end": end})
        assert answer.status_code == 422
        assert told.quiet_hours_for(lin) == ("22:00", "08:00")
    assert client.post(place, {"off": "1"}).status_code == 302
    assert told.quiet_hours_for(lin) == ("", "")


@pytest.mark.row("W-27")
def test_an_address_is_added_read_in_the_demos_mailbox_and_changed_with_the_pin(
    town: Town, browser: SignedIn, settings: Any, tmp_path: Path
) -> None:
    settings.KEFU_DATA, settings.KEFU_MODE = tmp_path, "demo"
    lin = town.customer("林晓")
    client = browser(lin)
    assert "还没有验证过的邮箱" in text_of(client.get("/me/"))
    assert client.post("/me/email/", {"email": "not an address"}).status_code == 422
    assert client.post("/me/email/", {"email": "lin@example.org"}).status_code == 302
    assert "l***@example.org" in text_of(client.get("/me/email/code/"))
    notices.send_outgoing(outgoing_id=Outgoing.objects.get(line="mail").id, now=datetime.now(UTC))
    mail = text_of(client.get("/demo/mails?to=lin@example.org"))
    code = re.search(r"验证码 (\d{6})", mail)
    assert code is not None
    wrong = client.post("/me/email/code/", {"code": "000000" if code.group(1) != "000000" else "000001"})
    assert wrong.status_code == 422
    assert people.contact_of(lin.uuid).email == ""
    assert client.post("/me/email/code/", {"code": code.group(1)}).status_code == 302
    assert people.contact_of(lin.uuid).email == "lin@example.org"
    assert "l***@example.org" in text_of(client.get("/me/"))
    assert "邮箱验证码" in text_of(client.get("/demo/mailbox/"))
    without = client.post("/me/email/", {"email": "new@example.org", "pin": "482913"})
    assert without.status_code in (409, 422)
    identity.set_payment_pin(actor=lin, pin="482913", now=town.now)
    assert client.post("/me/email/", {"email": "new@example.org", "pin": "111111"}).status_code == 422
    assert client.post("/me/email/", {"email": "new@example.org", "pin": "482913"}).status_code == 302
    assert people.contact_of(lin.uuid).email == "lin@example.org"


def test_there_is_no_mailbox_outside_the_demo(town: Town, browser: SignedIn, settings: Any) -> None:
    settings.KEFU_MODE = "production"
    client = browser(town.customer("林晓"))
    assert client.get("/demo/mails?to=a@example.org").status_code == 404
    assert client.get("/demo/mailbox/").status_code == 404


@pytest.mark.row("W-27")
def test_a_bounce_is_shown_to_its_customer(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林晓")
    identity.confirm_email(actor=lin, user_id=lin.uuid, email="lin@example.org", now=town.now)
    identity.note_bounce(actor=SYSTEM, user_id=lin.uuid, email="lin@example.org", now=town.now)
    client = browser(lin)
    assert "邮件被退回" in text_of(client.get("/me/"))
    assert "邮件被退回" in text_of(client.get("/me/notices/settings/"))


WORDS = "客服热线 400-666-8888"


def send(town: Town, payer: Actor, payee: Actor, mode: str = "now", words: str = WORDS) -> str:
    quote = town.quote(payer, payee, 10_00, mode=mode, remark=words)
    return str(wallet.create_transfer(actor=payer, key=uuid4(), quote_id=quote.id, now=town.now).id)


@pytest.mark.row("W-27")
def test_the_other_sides_words_stand_apart(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林晓", 100_00), town.customer("周明")
    order = send(town, lin, zhou, words=f"{WORDS}<b>饭</b>")
    theirs, mine = browser(zhou), browser(lin)
    page = text_of(theirs.get(f"/orders/{order}/"))
    assert "对方留言" in page
    assert "已隐去" in page
    assert "&lt;b&gt;饭&lt;/b&gt;" in page
    assert "对方留言" not in text_of(mine.get(f"/orders/{order}/"))
    assert WORDS in text_of(mine.get(f"/orders/{order}/"))
    export = b"".join(theirs.get("/activity/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "对方留言：" in export
    for text in (page, export, text_of(theirs.get("/activity/")), text_of(theirs.get("/")), text_of(theirs.get("/me/notices/"))):
        assert "666-8888" not in text


@pytest.mark.row("W-23")
def test_a_held_transfer_stands_on_both_first_pages(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林晓", 100_00), town.customer("周明")
    order = send(town, lin, zhou, "two_hours", "饭钱")
    for who, words in ((lin, "对方尚未收到"), (zhou, "您尚未收到")):
        client = browser(who)
        for place in ("/", f"/orders/{order}/"):
            page = text_of(client.get(place))
            assert words in page
            assert "前撤回" in page
    assert browser(zhou).post(f"/orders/{order}/cancel").status_code == 404


@pytest.mark.row("W-27")
def test_reports_are_read_and_decided_in_the_office(town: Town, browser: SignedIn) -> None:
    lin, zhou = town.customer("林晓", 100_00), town.customer("周明")
    boss, agent = town.staff("王主管", "supervisor"), town.staff("陈工")
    client = browser(boss)
    assert "这里没有举报" in text_of(client.get("/office/reports/"))
    send(town, lin, zhou)
    page = text_of(client.get("/office/reports/"))
    assert WORDS in page
    assert "林晓" not in page
    found = re.search(r"/office/reports/([0-9a-f-]{36})/decide", page)
    assert found is not None
    assert browser(agent).get("/office/reports/").status_code in (302, 403, 404)
    assert client.post(found.group(0), {"decision": "confirm", "note": ""}).status_code == 422
    assert client.post(found.group(0), {"decision": "confirm", "note": "冒充热线"}).status_code == 302
    assert "这里没有举报" in text_of(client.get("/office/reports/"))
    assert "冒充热线" in text_of(client.get("/office/reports/?status=CONFIRMED"))
    assert client.post(found.group(0), {"decision": "dismiss", "note": "不是"}).status_code == 409
