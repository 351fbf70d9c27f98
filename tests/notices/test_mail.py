"""Mails to a real SMTP server: headers, words, faults of every kind; once, at worst twice, never lost."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.notices.smtp import CUT, Mailbox, mail_server

from kefu.core.actor import SYSTEM, Actor
from kefu.core.brand import brand
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.notices import actions, queries
from kefu.notices.actions import outgoing as outgoing_room
from kefu.notices.kinds import KINDS
from kefu.notices.models import Outgoing
from kefu.notices.wording import OURS, PERSONS, notice_mail

pytestmark = pytest.mark.django_db
LIN = "lin@example.org"
Make = Callable[..., Actor]


@pytest.fixture
def box(tmp_path: Path, settings: Any) -> Iterator[Mailbox]:
    settings.KEFU_DATA = tmp_path
    settings.NOTICES_MAIL = "kefu.notices.backends.SmtpMail"
    settings.KEFU_URL = "https://wallet.example"
    # pytest-django puts Django's own outbox in the place of a server; here a server is there.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5
    with mail_server() as mailbox:
        settings.EMAIL_PORT = mailbox.port
        yield mailbox


@pytest.fixture
def lin(now: datetime) -> Actor:
    person = identity.register_customer(
        actor=SYSTEM, phone="+8613800001001", name="林小雨", password="", now=now, language="zh-hans"
    )
    identity.confirm_email(actor=SYSTEM, user_id=person.id, email=LIN, now=now)
    return Actor(kind="customer", id=str(person.id), session="s1")


def tell(who: Actor, now: datetime, kind: str = "topup_done", ref: str = "order:0190-1", **values: str) -> Outgoing:
    values = values or {"amount": "¥200.00", "no": "CZ1"}
    actions.tell(actor=SYSTEM, customer_id=who.uuid, kind=kind, values=values, ref=ref, now=now)
    return Outgoing.objects.order_by("id").last()  # type: ignore[return-value]


def send(row: Outgoing, now: datetime) -> bool:
    sent = actions.send_outgoing(outgoing_id=row.id, now=now)
    row.refresh_from_db()
    return sent


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.row("W-27")
def test_a_mail_is_whole(box: Mailbox, lin: Actor, now: datetime) -> None:
    row = tell(lin, now)
    assert send(row, now)
    [(to, mail)] = box.taken
    domain = brand().mail.split("@")[1]
    assert (to, mail["To"]) == (LIN, LIN)
    assert mail["Subject"] == f"{brand().name} · 充值到账"
    assert mail["Message-ID"] == f"<{row.id}@{domain}>"
    assert mail["List-Id"] == f"<notices.{domain}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = parts(mail)
    for words in (plain, html):
        assert "充值 ¥200.00 已到账。订单号 CZ1。" in words
        links = re.findall(r"https?://[^\s\"<>]+", words)
        assert {urlsplit(link).netloc for link in links} == {"wallet.example"}
        assert "https://wallet.example/orders/0190-1/" in links
        assert all(not urlsplit(link).query for link in links)
    assert (row.status, bytes(row.sealed), row.outside_id) == ("SENT", b"", mail["Message-ID"])


@pytest.mark.row("W-27")
def test_the_mail_is_in_its_readers_language(box: Mailbox, lin: Actor, now: datetime) -> None:
    identity.change_language(actor=lin, language="en")
    assert send(tell(lin, now), now)
    plain, html = parts(box.taken[0][1])
    assert not re.search(r"[\u4e00-\u9fff]", plain)
    assert 'lang="en"' in html


@pytest.mark.row("W-27")
@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA", "BODY"])
def test_a_server_that_is_busy_is_asked_again(box: Mailbox, lin: Actor, now: datetime, command: str) -> None:
    box.script = [(command, "451 later")] + ([("HELO", "451 later")] if command == "EHLO" else [])
    row = tell(lin, now)
    assert not send(row, now)
    assert (row.status, row.tries, row.next_try_at) == ("WAITING", 1, now + timedelta(seconds=30))
    assert not send(row, now + timedelta(seconds=29))
    assert row.tries == 1
    assert actions.due_outgoing(now=now + timedelta(seconds=30)) == [row.id]
    assert send(row, now + timedelta(seconds=30))
    assert len(box.taken) == 1


@pytest.mark.row("W-27")
@pytest.mark.parametrize("command", ["EHLO", "RCPT", "BODY"])
def test_a_line_that_is_cut_loses_nothing(box: Mailbox, lin: Actor, now: datetime, command: str) -> None:
    box.script = [(command, CUT), (command, CUT)]
    row = tell(lin, now)
    assert not send(row, now)
    assert not send(row, row.next_try_at)
    assert row.next_try_at == now + timedelta(seconds=30 + 60)
    assert box.taken == []
    assert send(row, row.next_try_at)
    assert len(box.taken) == 1


@pytest.mark.row("W-27")
def test_taken_and_cut_gives_one_repeat_that_a_mail_program_knows(box: Mailbox, lin: Actor, now: datetime) -> None:
    box.script = [("TAKEN", CUT)]
    row = tell(lin, now)
    assert not send(row, now)
    assert send(row, row.next_try_at)
    first, second = (mail for _to, mail in box.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert send(row, now + timedelta(hours=1))
    assert len(box.taken) == 2


@pytest.mark.row("W-27")
def test_a_sender_that_dies_before_it_writes_leaves_one_repeat(
    box: Mailbox, lin: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = tell(lin, now)
    with monkeypatch.context() as patched:
        patched.setattr(outgoing_room, "transition", lambda *_a, **_k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            send(row, now)
    row.refresh_from_db()
    assert row.status == "WAITING"
    assert actions.due_outgoing(now=now + timedelta(minutes=4)) == []
    assert not send(row, now + timedelta(minutes=4))
    assert send(row, now + timedelta(minutes=5))
    assert [mail["Message-ID"] for _to, mail in box.taken] == [row.outside_id] * 2


@pytest.mark.row("W-27")
def test_an_address_that_nobody_has_is_marked_and_left_alone(box: Mailbox, lin: Actor, now: datetime) -> None:
    box.script = [("RCPT", "550 no such user")]
    row = tell(lin, now)
    assert not send(row, now)
    assert (row.status, row.fault, bytes(row.sealed)) == ("BOUNCED", "address 550", b"")
    email = people.email_of(lin.uuid)
    assert email is not None
    assert email.bounced_at == now
    assert people.contact_of(lin.uuid).email == ""
    tell(lin, now)
    assert Outgoing.objects.count() == 1
    assert queries.unread_count(lin) == 2
    identity.confirm_email(actor=lin, user_id=lin.uuid, email=LIN, now=now + timedelta(hours=1))
    assert people.contact_of(lin.uuid).email == LIN


@pytest.mark.row("W-27")
@pytest.mark.parametrize(("step", "status"), [("BODY", "BOUNCED"), ("MAIL", "WAITING")])
def test_a_refused_text_ends_that_mail_and_a_refused_sender_none(
    box: Mailbox, lin: Actor, now: datetime, step: str, status: str
) -> None:
    box.script = [(step, "554 not wanted")]
    row = tell(lin, now)
    assert not send(row, now)
    assert row.status == status
    assert people.contact_of(lin.uuid).email == LIN
    assert send(tell(lin, now), now)


@pytest.mark.row("W-27")
def test_it_is_tried_for_two_days_and_then_given_up(box: Mailbox, lin: Actor, now: datetime) -> None:
    box.script = [("RCPT", "450 later")] * 200
    row = tell(lin, now)
    at, waits = now, []
    while row.status == "WAITING":
        send(row, at)
        waits.append(row.next_try_at - at)
        at = max(row.next_try_at, at + timedelta(seconds=1))
    assert row.status == "LAPSED"
    assert max(waits) == timedelta(hours=1)
    assert 50 < row.tries < 60
    assert bytes(row.sealed) == b""


@pytest.mark.row("W-27")
def test_quiet_hours_hold_money_back_and_never_security(box: Mailbox, lin: Actor, now: datetime) -> None:
    actions.set_quiet_hours(actor=lin, begin="14:00", end="16:30", now=now)  # it is 14:03 in Shanghai
    row = tell(lin, now)
    morning = now + timedelta(hours=2, minutes=27)
    assert (row.next_try_at, row.until) == (morning, morning + timedelta(days=2))
    assert not send(row, now)
    assert not send(row, morning - timedelta(seconds=1))
    assert send(row, morning)
    assert send(tell(lin, now, "pin_changed", ref="pin:1", at=now.isoformat()), now)
    assert [mail["Subject"].split(" · ")[1] for _to, mail in box.taken] == ["充值到账", "支付密码已设置"]


@pytest.mark.row("W-27")
def test_the_old_address_hears_of_the_new_one(box: Mailbox, lin: Actor, now: datetime) -> None:
    from kefu.core.models import OutboxEvent
    from kefu.notices import tasks

    identity.confirm_email(actor=lin, user_id=lin.uuid, email="new@example.org", now=now + timedelta(days=1))
    payload = OutboxEvent.objects.filter(kind="identity.email_changed").latest("id").payload
    for _ in range(2):
        tasks.tell_of_email(payload["user"], payload["contact"], payload["before"])
    for row in Outgoing.objects.filter(purpose="email_changed"):
        assert send(row, now + timedelta(days=1))
    assert sorted(to for to, _mail in box.taken) == [LIN, "new@example.org"]
    assert "n***@example.org" in parts(box.taken[0][1])[0]


PLANTED = "官方客服请拨400-666-8888或 http://evil.example/pay"


@pytest.mark.row("W-27")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_word_of_a_stranger_leaves(kind: str, lin: Actor, now: datetime, settings: Any, tmp_path: Path) -> None:
    settings.KEFU_DATA = tmp_path
    names = set(re.findall(r"%\((\w+)\)s", str(KINDS[kind].text)))
    ours = {"at": now.isoformat(), "amount": "¥1.00"}
    foreign = {name for name in names if name not in OURS and not name.endswith("at")}
    values = {name: PLANTED if name in foreign else ours.get(name, now.isoformat() if name.endswith("_at") else "好") for name in names}
    identity.note_bounce(actor=SYSTEM, user_id=lin.uuid, email="x@example.org", now=now)
    tell(lin, now, kind, **(values or {"none": PLANTED}))
    for row in Outgoing.objects.all():
        assert send(row, now)
    path = tmp_path / "outbox" / "mail.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        for word in ("666-8888", "evil.example", "请拨"):
            assert word not in json.dumps(json.loads(line), ensure_ascii=False)
    assert path.exists() == KINDS[kind].mail
    assert PERSONS.isdisjoint(OURS)


def test_markup_in_a_value_stays_text(lin: Actor, now: datetime) -> None:
    values = {"amount": "¥1.00", "no": "<b>1</b>"}
    html = notice_mail(KINDS["topup_done"], values, "order:../../evil")["html"]
    assert "<b>1</b>" not in html
    assert "&lt;b&gt;1&lt;/b&gt;" in html
    assert "evil" not in html
