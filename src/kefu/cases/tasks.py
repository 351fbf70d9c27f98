"""Background entries of cases."""

from uuid import UUID

from procrastinate.contrib.django import app

from kefu.cases import actions
from kefu.core import clock
from kefu.identity import queries as people


@app.task(name="cases.ask_bank", queue="talk")
def ask_bank(case: str, staff: str) -> None:
    """Ask the bank on the case, as the agent who wanted it. Network; safe to repeat."""
    actions.ask_bank(actor=people.actor_for_user(UUID(staff)), case_id=UUID(case), now=clock.now())
