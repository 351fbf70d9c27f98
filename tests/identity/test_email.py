"""A mail address is used only once its owner has proved it; another in its place takes the payment PIN."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.core.refusal import Refusal
from kefu.identity import actions, queries
from kefu.identity.models import ContactPoint, OneTimeCode

pytestmark = pytest.mark.django_db
CHANGE = "identity.change_email"
Sent = list[dict[str, Any]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    left: Sent = []
    monkeypatch.setattr("kefu.notices.actions.send_mail_code", lambda **message: left.append(message))
    return left


@pytest.fixture
def lin(now: datetime, settings: Any) -> Actor:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    person = actions.register_customer(actor=SYSTEM, phone="+8613800001001", name="林小雨", password="", now=now)
    return Actor(kind="customer", id=str(person.id), session="s1")


def code_of(refused: Any) -> str:
    return str(refused.value.code)


@pytest.mark.row("W-27")
def test_an_address_is_bound_by_its_code(lin: Actor, sent: Sent, now: datetime) -> None:
    assert actions.request_email_code(actor=lin, email=" lin@example.org ", now=now) == 600
    [message] = sent
    assert (message["email"], message["user_id"], len(message["code"])) == ("lin@example.org", lin.uuid, 6)
    assert queries.contact_of(lin.uuid).email == ""
    assert actions.confirm_email_code(actor=lin, code=message["code"], now=now) == "lin@example.org"
    assert queries.contact_of(lin.uuid).email == "lin@example.org"
    email = queries.email_of(lin.uuid)
    assert email is not None
    assert (email.masked, email.confirmed_at, email.bounced_at) == ("l***@example.org", now, None)
    event = OutboxEvent.objects.get(kind="identity.email_changed")
    assert event.payload == {"user": str(lin.uuid), "contact": str(email.id), "before": ""}
    assert "example.org" not in str(event.payload)
    assert AuditEntry.objects.filter(action="identity.confirm_email").count() == 1


def test_a_code_is_good_once_and_for_its_owner_only(lin: Actor, sent: Sent, now: datetime) -> None:
    other = actions.register_customer(actor=SYSTEM, phone="+8613800001002", name="周明", password="", now=now)
    zhou = Actor(kind="customer", id=str(other.id), session="s2")
    actions.request_email_code(actor=lin, email="lin@example.org", now=now)
    with pytest.raises(Refusal) as refused:
        actions.confirm_email_code(actor=zhou, code=sent[0]["code"], now=now)
    assert code_of(refused) == "identity.code.wrong"
    for wrong in ("000000", "", "abc", sent[0]["code"] + "0"):
        if wrong != sent[0]["code"]:
            with pytest.raises(Refusal) as refused:
                actions.confirm_email_code(actor=lin, code=wrong, now=now)
            assert code_of(refused) == "identity.code.wrong"
    actions.confirm_email_code(actor=lin, code=sent[0]["code"], now=now)
    assert ContactPoint.objects.filter(kind="email").count() == 1


def test_a_late_code_binds_nothing(lin: Actor, sent: Sent, now: datetime) -> None:
    actions.request_email_code(actor=lin, email="lin@example.org", now=now)
    with pytest.raises(Refusal) as refused:
        actions.confirm_email_code(actor=lin, code=sent[0]["code"], now=now + timedelta(minutes=10))
    assert code_of(refused) == "identity.code.wrong"
    assert queries.email_of(lin.uuid) is None


@pytest.mark.parametrize("bad", ["", "lin", "lin@", "a b@example.org", "lin@example.org\nBcc: x@y.zz", "x" * 250 + "@e.org"])
def test_what_is_no_address_is_refused(lin: Actor, sent: Sent, now: datetime, bad: str) -> None:
    with pytest.raises(Refusal) as refused:
        actions.request_email_code(actor=lin, email=bad, now=now)
    assert code_of(refused) == "identity.email.unreadable"
    assert not sent
    assert not OneTimeCode.objects.exists()


def test_codes_are_paced_by_address_and_by_person(lin: Actor, sent: Sent, now: datetime) -> None:
    actions.request_email_code(actor=lin, email="a@example.org", now=now)
    with pytest.raises(Refusal) as refused:
        actions.request_email_code(actor=lin, email="a@example.org", now=now)
    assert code_of(refused) == "identity.code.too_soon"
    for place in range(4):
        actions.request_email_code(actor=lin, email=f"b{place}@example.org", now=now)
    with pytest.raises(Refusal) as refused:
        actions.request_email_code(actor=lin, email="c@example.org", now=now)
    assert code_of(refused) == "identity.code.too_many"
    assert len(sent) == 5


@pytest.mark.row("W-27")
def test_another_address_takes_the_pin_and_ends_the_one_before(lin: Actor, sent: Sent, now: datetime) -> None:
    actions.confirm_email(actor=lin, user_id=lin.uuid, email="old@example.org", now=now)
    later = now + timedelta(minutes=2)
    with pytest.raises(Refusal) as refused:
        actions.request_email_code(actor=lin, email="new@example.org", now=later)
    assert code_of(refused) == "identity.level.insufficient"
    actions.set_payment_pin(actor=lin, pin="482913", now=later)
    actions.prove_step_up(actor=lin, pin="482913", ref=CHANGE, now=later)
    actions.request_email_code(actor=lin, email="new@example.org", now=later)
    actions.confirm_email_code(actor=lin, code=sent[0]["code"], now=later)
    assert queries.contact_of(lin.uuid).email == "new@example.org"
    old = ContactPoint.objects.get(value="old@example.org")
    assert old.ended_at == later
    assert OutboxEvent.objects.filter(kind="identity.email_changed").latest("id").payload["before"] == str(old.id)


def test_staff_have_no_such_door(now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        actions.request_email_code(actor=Actor(kind="staff", id="0"), email="a@example.org", now=now)
    assert code_of(refused) == "core.thing.not_found"


def test_a_bounce_is_marked_once(lin: Actor, now: datetime) -> None:
    actions.confirm_email(actor=lin, user_id=lin.uuid, email="old@example.org", now=now)
    assert not actions.note_bounce(actor=SYSTEM, user_id=lin.uuid, email="other@example.org", now=now)
    assert actions.note_bounce(actor=SYSTEM, user_id=lin.uuid, email="old@example.org", now=now)
    assert not actions.note_bounce(actor=SYSTEM, user_id=lin.uuid, email="old@example.org", now=now)
    assert queries.contact_of(lin.uuid).email == ""
