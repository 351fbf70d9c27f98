"""Background entry points of planning. None of them calls anything outside."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.refusal import Refusal
from kefu.planning import actions

log = logging.getLogger(__name__)


@app.task(name="planning.follow_order")
def follow_order(order: str, customer: str) -> None:
    """An order of the customer changed: its share of a split, and what they spent of their budgets."""
    now = clock.now()
    actions.follow_share(order_id=UUID(order), now=now)
    actions.check_budgets(customer_id=UUID(customer), now=now)


@app.periodic(cron="* * * * * */20")  # croniter: the sixth field is the seconds
@app.task(name="planning.execute_schedules")
def execute_schedules(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Carry out what is due. One that cannot be holds no other up: it stays due, and says so in the log."""
    now = clock.now()
    for occurrence_id in actions.occurrences_due(now=now):
        try:
            actions.execute_occurrence(occurrence_id=occurrence_id, now=now)
        except Refusal as refused:
            log.error("occurrence %s stays due: %s", occurrence_id, refused.operator_text())


@app.periodic(cron="* * * * * 40")
@app.task(name="planning.remind_schedules")
def remind_schedules(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    actions.remind_due(now=clock.now())


@app.periodic(cron="5 1-13 * * *")  # UTC: hourly from five past nine in the morning in Beijing to the evening
@app.task(name="planning.remind_bills")
def remind_bills(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    actions.remind_bills(now=clock.now())
