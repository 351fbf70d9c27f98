"""Background entry points of the books."""

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.ledger import actions
from kefu.ledger.currencies import currencies
from kefu.ledger.days import local_day


@app.periodic(cron="* * * * * */20")  # croniter: the sixth field is the seconds
@app.task(name="ledger.expire_due", queueing_lock="ledger.expire_due")
def expire_due(timestamp: int) -> None:
    """Release the holds whose time has come."""
    del timestamp
    actions.expire_due(now=clock.now())


@app.periodic(cron="10 * * * *")
@app.task(name="ledger.close_days", queueing_lock="ledger.close_days")
def close_days(timestamp: int) -> None:
    """Write the balances of days that are over; move earned money out of the safeguarded bank once a day."""
    del timestamp
    now = clock.now()
    actions.close_days(now=now)
    for currency in currencies():
        actions.sweep_excess(day=local_day(now), now=now, currency=currency)
