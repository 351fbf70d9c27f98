"""Background entry points of this room."""

from datetime import datetime
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.notices import actions, listeners


@app.task(name="notices.send_outgoing", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def send_outgoing(outgoing: str) -> None:
    """Hand one message over; tried again at growing distances, until it lapses."""
    actions.send_outgoing(outgoing_id=UUID(outgoing), now=clock.now())


@app.periodic(cron="* * * * * 30")
@app.task(name="notices.lapse_outgoing", queueing_lock="notices.lapse_outgoing")
def lapse_outgoing(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Each minute: shred the text of what is past its end."""
    actions.lapse_outgoing(now=clock.now())


@app.task(name="notices.tell_of_sign_in")
def tell_of_sign_in(user: str, session: str, new_device: bool) -> None:
    """A customer signed in on a device that we had not seen."""
    if new_device:
        listeners.tell_of_new_device(actor=SYSTEM, user_id=UUID(user), session_id=UUID(session))


@app.task(name="notices.tell_of_secret")
def tell_of_secret(user: str, what: str, at: str) -> None:
    """A customer's password or payment PIN was set."""
    moment = datetime.fromisoformat(at)
    listeners.tell_of_secret(actor=SYSTEM, user_id=UUID(user), what=what, at=moment)
