"""Background entry points of the books."""

from datetime import timedelta

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.ledger import actions
from kefu.ledger.days import local_day


@app.periodic(cron="* * * * * */20")  # croniter: the sixth field is the seconds
@app.task(name="ledger.expire_due", queueing_lock="ledger.expire_due")
def expire_due(timestamp: int) -> None:
    """Release the holds whose time has come."""
    del timestamp
    actions.expire_due(now=clock.now())


@app.periodic(cron="10 * * * *")
@app.task(name="ledger.close_yesterday", queueing_lock="ledger.close_yesterday")
def close_yesterday(timestamp: int) -> None:
    """Write yesterday's balances and move earned money out of the safeguarded bank; done once a day."""
    del timestamp
    now = clock.now()
    yesterday = local_day(now) - timedelta(days=1)
    actions.close_day(day=yesterday, now=now)
    actions.sweep_excess(day=yesterday, now=now)
