"""Background entry points of settlement. None of them calls anything outside."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.core.refusal import Refusal
from kefu.rails.queries import files
from kefu.settlement import actions

log = logging.getLogger(__name__)


@app.task(name="settlement.compare")
def compare(file: str) -> None:
    """A bank's file came: compare its day, and the day before, for which it may be the last that was missing."""
    connector, day = files.of_file(UUID(file))
    for one in (day - timedelta(days=1), day):
        if files.bank_day(connector, one).final:
            actions.reconcile_day(actor=SYSTEM, connector=connector, day=one, now=clock.now())


@app.task(name="settlement.lapse_clearance")
def lapse_clearance(approval: str, status: str) -> None:
    """An approval changed; when nobody decided it in time, its clearance ends. Safe to repeat."""
    if status == "EXPIRED":
        actions.lapse_clearance(actor=SYSTEM, approval_id=UUID(approval), now=clock.now())


@app.periodic(cron="30 2 * * *")  # UTC: half past ten in Beijing, when the files of yesterday are in
@app.task(name="settlement.daily")
def daily(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Every morning: the last three bank days once more (orders may have moved since), then the safeguarding test."""
    now = clock.now()
    last = actions.yesterday(now)
    for connector in settings.RAILS_CONNECTORS:
        for back in (2, 1, 0):
            try:
                actions.reconcile_day(actor=SYSTEM, connector=connector, day=last - timedelta(days=back), now=now)
            except Refusal as refused:
                log.error("%s: %s", connector, refused.operator_text())
    actions.test_currencies(actor=SYSTEM, day=last, now=now)
