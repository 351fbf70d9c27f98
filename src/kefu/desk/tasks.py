"""Background entry points of the desk."""

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.desk.actions import sweep_presence


@app.periodic(cron="* * * * * */20")
@app.task(name="desk.sweep_presence", lock="desk.sweep_presence")
def sweep_presence_task(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when it was due
    """Notice agents whose page fell silent."""
    sweep_presence(now=clock.now())
