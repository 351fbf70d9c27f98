"""Notices: in the reader's words, to the right person only, and security kinds for certain."""

import json
import string
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import override

from kefu.core.actor import SYSTEM, Actor
from kefu.core.brand import brand
from kefu.core.events import listeners_of
from kefu.core.models import OutboxEvent
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import events as people
from kefu.notices import actions, listeners, queries
from kefu.notices.kinds import KINDS
from kefu.notices.models import Notice, Outgoing
from kefu.notices.rules import place_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]


PLACES = {
    "order:01a2": "/orders/01a2/",
    "split:01a2": "/splits/01a2/",
    "schedule:01a2": "/schedules/01a2/",
    "budget:all:2026-11": "/budgets/",
    "paper:01a2": "/receipts/01a2/",
    "limits:transfer": "/me/limits/",
    "standing:2": "/me/limits/",
    "order:../../evil": "/me/notices/",
    "unheard:01a2": "/me/notices/",
}


@pytest.mark.parametrize("ref", PLACES)
def test_a_notice_leads_to_what_it_is_about(ref: str) -> None:
    assert place_of(ref) == PLACES[ref]


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings: Any) -> Path:
    settings.KEFU_DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path / "outbox"


@pytest.fixture
def customer(now: datetime) -> Make:
    def make(phone: str = "+8613800001001", language: str = "zh-hans", mail: str = "") -> Actor:
        person = identity.register_customer(
            actor=SYSTEM, phone=phone, name="林小雨", password="", now=now, language=language
        )
        if mail:
            identity.confirm_email(actor=SYSTEM, user_id=person.id, email=mail, now=now)
        return Actor(kind="customer", id=str(person.id), session="s1")

    return make


def tell(who: Actor, now: datetime, kind: str = "topup_done", ref: str = "order:1", **values: str) -> None:
    values = values or {"amount": "¥200.00", "no": "CZ1"}
    actions.tell(actor=SYSTEM, customer_id=who.uuid, kind=kind, values=values, ref=ref, now=now)


@pytest.mark.row("W-27")
def test_a_notice_is_told_read_and_counted(customer: Make, now: datetime) -> None:
    lin, zhou = customer(), customer("+8613800001002")
    tell(lin, now)
    tell(lin, now + timedelta(minutes=1), "transfer_received", payer="周*", amount="¥88.00")
    tell(zhou, now)
    first, second = queries.notices_for(lin)
    assert (first.kind, first.text) == ("transfer_received", "收到周*转来的 ¥88.00。")
    assert (second.title, second.ref) == ("充值到账", "order:1")
    assert queries.unread_count(lin) == 2
    assert actions.mark_read(actor=zhou, notice_id=first.id, now=now) == 0
    assert actions.mark_read(actor=lin, notice_id=first.id, now=now) == 1
    assert actions.mark_read(actor=lin, now=now) == 1
    assert queries.unread_count(lin) == 0
    topics = OutboxEvent.objects.filter(kind="notices.told").values_list("topics", flat=True)
    assert next(iter(topics)) == [f"customer:{lin.id}"]


def test_words_are_made_when_read(customer: Make, now: datetime) -> None:
    lin = customer()
    tell(lin, now, "new_device", at=now.isoformat(), device="Firefox")
    with override("zh-hans"):
        [zh] = queries.notices_for(lin)
    with override("en"):
        [en] = queries.notices_for(lin)
    assert zh.id == en.id
    assert "2026-11-20 14:03" in zh.text
    assert zh.security


@pytest.mark.row("W-27")
def test_mail_goes_to_a_confirmed_address_in_its_readers_language(
    customer: Make, now: datetime, outbox: Path
) -> None:
    plain, mailed = customer(), customer("+8613800001002", mail="zhou@example.org")
    tell(plain, now)
    tell(mailed, now)
    [row] = Outgoing.objects.filter(line="mail")
    assert row.to_masked == "z***@example.org"
    assert actions.send_outgoing(outgoing_id=row.id, now=now)
    mail = json.loads((outbox / "mail.jsonl").read_text("utf-8"))
    assert (mail["to"], mail["subject"]) == ("zhou@example.org", f"{brand().name} · 充值到账")
    assert "¥200.00" in mail["text"]


@pytest.mark.row("W-27")
def test_mails_can_be_muted_but_not_of_security(customer: Make, now: datetime) -> None:
    lin = customer(mail="lin@example.org")
    actions.set_mail(actor=lin, group="money", on=False, now=now)
    actions.set_mail(actor=lin, group="money", on=False, now=now)
    tell(lin, now)
    assert not Outgoing.objects.exists()
    assert queries.unread_count(lin) == 1
    with pytest.raises(Refusal) as refused:
        actions.set_mail(actor=lin, group="security", on=False, now=now)
    assert refused.value.code == "notices.group.never_muted"
    tell(lin, now, "password_changed", at=now.isoformat())
    assert Outgoing.objects.count() == 1
    assert [(g.group, g.mail, g.fixed) for g in queries.groups_for(lin)] == [
        ("money", False, False), ("security", True, True), ("other", True, False),
    ]  # fmt: skip
    actions.set_mail(actor=lin, group="money", on=True, now=now)
    tell(lin, now)
    assert Outgoing.objects.count() == 2
    with pytest.raises(Refusal):
        actions.set_mail(actor=lin, group="no_such_group", on=False, now=now)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_words(kind: str) -> None:
    class Filled(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return "2026-11-20T06:03:00+00:00" if name == "at" or name.endswith("_at") else f"‹{name}›"

    text = str(KINDS[kind].text) % Filled()
    assert str(KINDS[kind].title)
    assert not set("{}") & set(text)
    assert text[0] not in string.whitespace


def test_a_caller_who_forgets_a_value_hears_of_it(customer: Make, now: datetime) -> None:
    lin = customer()
    with pytest.raises(KeyError):
        tell(lin, now, "topup_done", amount="¥1.00")
    with pytest.raises(KeyError):
        tell(lin, now, "no_such_kind")
    assert not Notice.objects.exists()


@pytest.mark.row("W-02")
def test_a_new_device_is_told_once(customer: Make, now: datetime) -> None:
    lin = customer()
    good = "湖面上有七条小船 on a lake"
    for task in ("notices.tell_of_sign_in", "notices.tell_of_secret"):
        kinds = (people.SIGNED_IN, people.SECRET_CHANGED)
        assert task in {listener.task for kind in kinds for listener in listeners_of(kind)}
    other = customer("+8613800001003")
    person = identity.register_customer(
        actor=SYSTEM, phone="+8613800001004", name="王芳", password=good, now=now
    )
    wang = Actor(kind="customer", id=str(person.id))
    for label in ("Firefox", "Chrome"):
        browser = identity.Browser(label=label)
        identity.sign_in_with_password(
            login="13800001004", password=good, kind="customer", browser=browser, now=now
        )
    events = list(
        OutboxEvent.objects.filter(kind=people.SIGNED_IN).order_by("id").values_list("payload", flat=True)
    )
    assert [event["new_device"] for event in events] == [False, True]
    for _ in range(2):
        listeners.tell_of_new_device(actor=SYSTEM, user_id=wang.uuid, session_id=UUID(events[1]["session"]))
        listeners.tell_of_secret(actor=SYSTEM, user_id=wang.uuid, what="pin", at=now)
    assert {notice.kind for notice in queries.notices_for(wang)} == {"new_device", "pin_changed"}
    assert len(queries.notices_for(wang)) == 2
    assert queries.notices_for(lin) == queries.notices_for(other) == []
