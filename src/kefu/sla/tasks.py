"""Background entry points of this room."""

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.sla.actions import sweep_clocks


@app.periodic(cron="* * * * * 15")
@app.task(name="sla.sweep_clocks", queueing_lock="sla.sweep_clocks")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Each minute: warn of what comes due, mark what is over."""
    sweep_clocks(actor=SYSTEM, now=clock.now())
