"""Background entry points of the lines."""

from procrastinate.contrib.django import app

from kefu.channels.actions import remind_waiting
from kefu.core import clock


@app.periodic(cron="*/30 * * * * *")
@app.task(name="channels.remind_waiting", lock="channels.remind_waiting")
def remind_waiting_task(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when it was due
    """Nothing that was said waits for ever because one job failed."""
    remind_waiting(now=clock.now())
