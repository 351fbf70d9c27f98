"""Background entry points of this room."""

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.identity.actions import expire_approvals


@app.periodic(cron="* * * * * 0")
@app.task(name="identity.expire_approvals", queueing_lock="identity.expire_approvals")
def expire(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Each minute: end approvals that nobody decided or used in time."""
    expire_approvals(actor=SYSTEM, now=clock.now())
