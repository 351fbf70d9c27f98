"""Background entries of cases."""

from uuid import UUID

from procrastinate.contrib.django import app

from kefu.cases import actions
from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.identity import queries as people


@app.task(name="cases.ask_bank", queue="talk")
def ask_bank(case: str, staff: str) -> None:
    """Ask the bank on the case, as the agent who wanted it. Network; safe to repeat."""
    actions.ask_bank(actor=people.actor_for_user(UUID(staff)), case_id=UUID(case), now=clock.now())


@app.task(name="cases.lapse_proposal", queue="talk")
def lapse_proposal(approval: str, status: str) -> None:
    """An approval changed; when nobody decided it in time, its proposal ends. Safe to repeat."""
    if status == "EXPIRED":
        actions.lapse_proposal(actor=SYSTEM, approval_id=UUID(approval), now=clock.now())


@app.task(name="cases.open_refund_case", queue="talk")
def open_refund_case(order: str, customer: str) -> None:
    """A refund was put before the platform. Safe to repeat: the matter's open case is met again."""
    actions.open_refund_case(actor=SYSTEM, order_id=UUID(order), customer_id=UUID(customer), now=clock.now())


@app.task(name="cases.break_opened", queue="talk")
def break_opened(found: str, customer: str) -> None:
    """A break that touches a customer has a case before they ask. Safe to repeat."""
    if customer:
        actions.open_for_break(break_id=UUID(found), now=clock.now())


@app.task(name="cases.break_cleared", queue="talk")
def break_cleared(found: str, customer: str) -> None:
    """The break of a case is cleared: the proof is kept, and a case that nobody cares for ends. Safe to repeat."""
    if customer:
        actions.close_for_break(break_id=UUID(found), now=clock.now())
