"""The gravest event there is: customers' money was not safeguarded. Told at once, ended by a person's word."""

import logging
from datetime import datetime

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.settlement import events as facts
from kefu.settlement.actions import telling
from kefu.settlement.models import SafeguardingAlarm, SafeguardingDay
from kefu.settlement.refusals import AlarmSettled, AlarmWordsMissing

log = logging.getLogger(__name__)
WORDS_LEAST, WORDS_MOST = 4, 500


def raise_alarm(test: SafeguardingDay, *, now: datetime) -> None:
    """In the transaction of the test: every open page of operators and supervisors shows it, and every later one until
    it is taken. Who watches the logs sees it at the highest level.
    """
    alarm = SafeguardingAlarm.objects.create(test=test, raised_at=now)
    day = str(test.date)
    telling.announce(facts.SHORTFALL_FOUND, day, now=now, day=day, currency=test.currency, alarm=alarm.pk)
    sums = (test.requirement, test.bank + test.receivable, test.difference)
    log.critical("safeguarding %s %s %s: owed %s, there %s, unexplained %s", day, test.currency, test.verdict, *sums)


def take_alarm(*, actor: Actor, alarm_id: int, found: str, now: datetime) -> None:
    """An operator or supervisor has seen to it: what they found and did, in words that stay.

    Refuses `identity.role.insufficient`, `core.thing.not_found`, `settlement.alarm.words_missing`, `.settled`.
    """
    people.require(actor=actor, action="settlement.take_alarm", now=now)
    if not actor.is_staff:
        raise NotFound()
    words = " ".join(found.split())[:WORDS_MOST]
    if len(words) < WORDS_LEAST:
        raise AlarmWordsMissing()
    with transaction.atomic():
        row = SafeguardingAlarm.objects.select_related("test").filter(pk=alarm_id).first()
        if row is None:
            raise NotFound()
        open_one = SafeguardingAlarm.objects.filter(pk=alarm_id, taken_at=None)
        if not open_one.update(taken_by=actor.uuid, taken_at=now, found=words):
            raise AlarmSettled()
        data = {"currency": row.test.currency, "verdict": row.test.verdict, "found": words}
        subject = f"safeguarding:{row.test.date}"
        audit.record(actor=actor, action="settlement.take_alarm", subject=subject, now=now, data=data)
        telling.announce(facts.ALARM_CHANGED, alarm_id, now=now, alarm=alarm_id)
