"""A question put by the chat's own door, from a process with the product's settings. Django must be set up."""

import time
from typing import Any
from uuid import UUID

from kefu.cli.asking.said import PATIENCE_SECONDS, UNFINISHED, fields_of
from kefu.cli.terminal import CannotRun

POLL_SECONDS = 0.004


def ask(*, login: str, text: str) -> dict[str, Any]:
    """Put the question and wait for the final answer (an “asking the bank…” is waited out). `ms` is wall time."""
    from kefu.channels.actions import accept_incoming
    from kefu.core import clock
    from kefu.core.ids import new_id
    from kefu.identity import queries as people

    person = people.find_customer_by_phone(login)
    if person is None:
        raise CannotRun(f"no customer signs in as {login!r}", status=1)
    actor = people.actor_for_user(person.id)
    began, now = time.monotonic(), clock.now()
    message = new_id()
    accept_incoming(
        actor=actor, line="webchat", outside_id=message, thread=str(person.id), body=text, happened_at=now, now=now
    )
    said = _wait_for_answer(actor.uuid, message)
    return fields_of(said or {}, milliseconds=round((time.monotonic() - began) * 1000, 1))


def _wait_for_answer(customer: UUID, message: UUID) -> dict[str, Any] | None:
    """The data of the first final answer that stands after the question."""
    from kefu.core.actor import SYSTEM
    from kefu.desk import queries as talk

    deadline, seen = time.monotonic() + PATIENCE_SECONDS, None
    while time.monotonic() < deadline:
        said = talk.timeline_for(SYSTEM, customer_id=customer, limit=20)
        after = [m.id for m in said].index(message) + 1 if message in [m.id for m in said] else len(said)
        for one in said[after:]:
            if one.data.get("cause"):
                seen = one.data
                if seen["cause"] != UNFINISHED:
                    return seen
        time.sleep(POLL_SECONDS)
    return seen
