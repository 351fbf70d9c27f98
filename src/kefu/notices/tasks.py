"""Background entry points of this room."""

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.notices import actions, listeners


@app.task(name="notices.send_outgoing")
def send_outgoing(outgoing: str) -> None:
    """Hand one message over at once; what is not taken is tried again by the sweep."""
    actions.send_outgoing(outgoing_id=UUID(outgoing), now=clock.now())


@app.periodic(cron="* * * * * */5")
@app.task(name="notices.sweep_outgoing", queueing_lock="notices.sweep_outgoing")
def sweep_outgoing(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """What quiet hours kept back, a provider did not take, or a task that died left behind."""
    for outgoing in actions.due_outgoing(now=clock.now()):
        actions.send_outgoing(outgoing_id=outgoing, now=clock.now())


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


@app.task(name="notices.tell_of_email")
def tell_of_email(user: str, contact: str, before: str) -> None:
    """A customer bound a mail address."""
    listeners.tell_of_email(
        actor=SYSTEM, user_id=UUID(user), contact_id=UUID(contact), before_id=UUID(before) if before else None
    )
