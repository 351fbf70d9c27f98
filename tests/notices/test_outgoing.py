"""Messages that leave: sealed until sent, sent once, shredded after; codes end to end."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, transaction

from kefu.core.brand import brand
from kefu.core.events import listeners_of
from kefu.core.models import OutboxEvent
from kefu.identity import actions as identity
from kefu.notices import actions, queries
from kefu.notices.events import QUEUED
from kefu.notices.models import Outgoing
from kefu.notices.sealing import seal, unseal

pytestmark = pytest.mark.django_db
PHONE = "+8613800001001"


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings: Any) -> Path:
    settings.KEFU_DATA = tmp_path
    return tmp_path / "outbox"


def send_all(now: datetime) -> list[bool]:
    ids = list(Outgoing.objects.order_by("made_at").values_list("id", flat=True))
    return [actions.send_outgoing(outgoing_id=one, now=now) for one in ids]


@pytest.mark.row("F-14")
def test_a_code_walks_from_request_to_sign_in(now: datetime) -> None:
    identity.request_code(phone=PHONE, purpose="sign_up", now=now)
    event = OutboxEvent.objects.get(kind=QUEUED)
    [listener] = listeners_of(QUEUED)
    assert listener.task == "notices.send_outgoing"
    assert listener.arguments(event.payload) == {"outgoing": str(Outgoing.objects.get().id)}
    assert send_all(now) == [True]
    [text] = queries.demo_texts(PHONE)
    assert text.startswith(f"【{brand().sms_sender}】验证码 ")
    assert "客服也不会索要" in text
    code = re.search(r"\d{6}", text)
    assert code is not None
    assert identity.use_code(phone=PHONE, purpose="sign_up", code=code.group(), now=now) == PHONE


def test_the_text_is_sealed_and_then_gone(now: datetime) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now, purpose="sign_in")
    row = Outgoing.objects.get()
    assert b"482913" not in bytes(row.sealed)
    assert (row.to_masked, row.status) == ("138****1001", "WAITING")
    assert "482913" not in json.dumps(list(OutboxEvent.objects.values_list("payload", flat=True)))
    assert send_all(now) == [True]
    row.refresh_from_db()
    assert (row.status, bytes(row.sealed)) == ("SENT", b"")
    with pytest.raises(IntegrityError), transaction.atomic():
        Outgoing.objects.filter(pk=row.pk).update(sealed=b"x")


def test_sending_twice_sends_once(now: datetime) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now)
    assert send_all(now) + send_all(now) == [True, True]
    assert len(queries.demo_texts(PHONE)) == 1


def test_what_comes_too_late_is_shredded_unsent(now: datetime) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now)
    actions.send_code(phone=PHONE, code="482914", now=now)
    first = Outgoing.objects.order_by("id").first()
    assert first is not None
    late = now + timedelta(minutes=10)
    assert not actions.send_outgoing(outgoing_id=first.id, now=late)
    assert actions.lapse_outgoing(now=late) == 1
    assert {(row.status, bytes(row.sealed)) for row in Outgoing.objects.all()} == {("LAPSED", b"")}
    assert queries.demo_texts(PHONE) == []


class Unreachable:
    def send(self, **_message: Any) -> str:
        raise ConnectionError("the provider does not answer")


def test_a_provider_that_is_down_leaves_the_message_waiting(now: datetime, settings: Any) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now)
    settings.NOTICES_SMS = f"{__name__}.Unreachable"
    assert send_all(now) == [False]
    row = Outgoing.objects.get()
    later = now + timedelta(seconds=5)
    assert (row.status, row.fault, row.next_try_at) == ("WAITING", "ConnectionError", later)
    settings.NOTICES_SMS = "kefu.notices.backends.FileSms"
    assert send_all(now) == [False]
    assert send_all(later) == [True]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "用于登录"), ("en", "482913")])
def test_the_text_is_in_the_persons_language(language: str, words: str, now: datetime) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now, purpose="sign_in", language=language)
    send_all(now)
    assert words in queries.demo_texts(PHONE)[0]


def test_texts_hold_no_link_and_no_number_to_call(now: datetime) -> None:
    for purpose in ("sign_up", "sign_in", "reset_password", ""):
        actions.send_code(phone=PHONE, code="482913", now=now, purpose=purpose)
    send_all(now)
    for text in queries.demo_texts(PHONE):
        assert not re.search(r"http|www|\d{7,}", text)
        assert brand().hotline not in text


def test_a_sealed_text_opens_in_its_own_row_only() -> None:
    mine, other = UUID(int=1), UUID(int=2)
    sealed = seal(mine, {"to": PHONE, "text": "482913"})
    assert unseal(mine, sealed) == {"to": PHONE, "text": "482913"}
    with pytest.raises(InvalidTag):
        unseal(other, sealed)
    with pytest.raises(InvalidTag):
        unseal(mine, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_the_demos_texts_are_the_demos_only(now: datetime, settings: Any) -> None:
    actions.send_code(phone=PHONE, code="482913", now=now)
    send_all(now)
    assert queries.demo_texts("+8613800001009") == []
    settings.NOTICES_SMS = "acme.sms.Provider"
    assert queries.demo_texts(PHONE) == []
