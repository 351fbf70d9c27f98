"""Reports: opened once an order, decided once, by those who may."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from kefu.core.actor import Actor
from kefu.core.models import AuditEntry
from kefu.core.refusal import Refusal
from kefu.trust import actions, queries
from kefu.trust.models import Report

pytestmark = pytest.mark.django_db
OPERATOR = Actor(kind="staff", id=str(uuid4()), role="operator")
AGENT = Actor(kind="staff", id=str(uuid4()), role="agent")


def report(now: datetime, words: str = "打 400-666-8888", ref: str = "order:1") -> object:
    return actions.report_words(ref=ref, writer_id=uuid4(), reader_id=uuid4(), words=words, now=now)


def test_words_open_one_report_an_order(now: datetime) -> None:
    first = report(now)
    assert first is not None
    assert report(now) == first
    assert report(now, "饭钱", "order:2") is None
    assert report(now, "我是客服", "order:3") is None
    [row] = queries.reports_for(OPERATOR)
    assert (row.found, row.status, row.words) == (("number",), "OPEN", "打 400-666-8888")
    assert AuditEntry.objects.filter(action="trust.report_words").count() == 1


def test_a_report_is_decided_once_with_a_reason(now: datetime) -> None:
    found = report(now)
    assert queries.reports_for(AGENT) == []
    for actor, note, code in (
        (AGENT, "是", "core.thing.not_found"),
        (OPERATOR, "  ", "trust.report.note_missing"),
        (OPERATOR, "长" * 501, "trust.report.note_missing"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.decide_report(actor=actor, report_id=found, confirmed=True, note=note, now=now)
        assert refused.value.code == code
    assert Report.objects.get().status == "OPEN"
    done = actions.decide_report(actor=OPERATOR, report_id=found, confirmed=True, note="假客服热线", now=now)
    assert (done.status, done.note, done.decided_by) == ("CONFIRMED", "假客服热线", OPERATOR.ref)
    with pytest.raises(Refusal) as refused:
        actions.decide_report(actor=OPERATOR, report_id=found, confirmed=False, note="不是", now=now)
    assert refused.value.code == "trust.report.decided"
    assert queries.open_reports() == 0
    assert [one.id for one in queries.reports_for(OPERATOR, status="CONFIRMED")] == [found]
    with pytest.raises(Refusal) as refused:
        actions.decide_report(actor=OPERATOR, report_id=uuid4(), confirmed=True, note="无", now=now)
    assert refused.value.code == "core.thing.not_found"


def test_a_report_stays(now: datetime) -> None:
    report(now)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.all().delete()
    assert Report.objects.count() == 1
