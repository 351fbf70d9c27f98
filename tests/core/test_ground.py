"""Ids, actors, transitions, keyed requests, audit and outbox: the ground that every action stands on."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from kefu.core import audit, events, keyed, live_token
from kefu.core.actor import SYSTEM
from kefu.core.ids import new_id, order_no
from kefu.core.models import AuditEntry, AuditPending, OutboxEvent
from kefu.core.refusal import REFUSALS, NotFound, Refusal
from kefu.core.transition import IllegalTransition, transition


def test_ids_grow_with_time_and_are_version_7() -> None:
    ids = [new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert {i.version for i in ids} == {7}
    assert ids[0].int >> 80 <= ids[-1].int >> 80


def test_order_numbers_carry_local_time(now: datetime) -> None:
    number = order_no("T", now)
    assert number.startswith("T20261120140300")
    assert len(number) == 21


def test_a_taken_refusal_code_is_noticed() -> None:
    with pytest.raises(TypeError, match="is taken by"):
        type("Twin", (Refusal,), {"code": NotFound.code})
    assert REFUSALS[NotFound.code] is NotFound


@pytest.mark.django_db
def test_transition_refuses_an_illegal_pair() -> None:
    from kefu.cases.models import Case

    with pytest.raises(IllegalTransition):
        transition(Case, uuid4(), Case.CLOSED, Case.OPEN)
    assert transition(Case, uuid4(), Case.OPEN, Case.RESOLVED) is False


@pytest.mark.django_db
def test_same_key_same_body_gets_the_first_answer() -> None:
    key = uuid4()
    assert keyed.claim(principal="customer:1", key=key, body={"amount": 5}) is None
    keyed.settle(principal="customer:1", key=key, answer={"order": "x"})
    assert keyed.claim(principal="customer:1", key=key, body={"amount": 5}) == {"order": "x"}
    with pytest.raises(keyed.KeyReused):
        keyed.claim(principal="customer:1", key=key, body={"amount": 6})
    assert keyed.claim(principal="customer:2", key=key, body={"amount": 6}) is None


@pytest.mark.django_db
def test_audit_entry_waits_for_its_seal(now: datetime) -> None:
    number = audit.record(actor=SYSTEM, action="core.try", subject="thing:1", now=now, data={"at": now})
    entry = AuditEntry.objects.get(pk=number)
    assert (entry.actor, entry.action, entry.subject) == ("system:kefu", "core.try", "thing:1")
    assert AuditPending.objects.filter(entry_id=number).exists()


@pytest.mark.django_db
def test_the_application_cannot_rewrite_the_trail(now: datetime) -> None:
    number = audit.record(actor=SYSTEM, action="core.try", subject="thing:1", now=now)
    for statement in ("UPDATE core_auditentry SET action = 'x'", "DELETE FROM core_auditentry", "TRUNCATE core_auditseal"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AuditEntry.objects.filter(pk=number, action="core.try").exists()


@pytest.mark.django_db
def test_an_event_has_no_position_before_the_relay(now: datetime) -> None:
    events.announce(kind="core.try", key="k", topics=["customer:1"], payload={"id": uuid4()}, now=now)
    event = OutboxEvent.objects.get(kind="core.try")
    assert event.position is None
    assert event.topics == ["customer:1"]
    assert set(json.loads(json.dumps(event.payload))) == {"id"}


def test_live_pass_is_signed_and_expires(now: datetime) -> None:
    token = live_token.mint(principal="customer:1", topics=["customer:1"], key=b"k", now=now)
    assert live_token.read(token, key=b"k", now=now) == live_token.Pass(
        "customer:1", ("customer:1",), int((now + timedelta(minutes=10)).timestamp())
    )
    assert live_token.read(token, key=b"other", now=now) is None
    assert live_token.read(token[:-2] + "AA", key=b"k", now=now) is None
    assert live_token.read("spoilt", key=b"k", now=now) is None
    assert live_token.read(token, key=b"k", now=now + timedelta(minutes=11)) is None
