"""Whom a change of planning is told to."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kefu.core import events
from kefu.core.actor import Actor
from kefu.notices import actions as notices
from kefu.planning import events as facts


def tell(customer: UUID, kind: str, *, actor: Actor, ref: str, now: datetime, **values: object) -> None:
    """A notice that must arrive. Words of ours are given as they are, lazy: its reader's language counts."""
    notices.tell(actor=actor, customer_id=customer, kind=kind, values=values, ref=ref, now=now)


def split_changed(split_id: UUID, people: Iterable[UUID], *, now: datetime) -> None:
    """Everybody in the split looks again."""
    topics = sorted({f"customer:{person}" for person in people})
    events.announce(
        kind=facts.SPLIT_CHANGED, key=str(split_id), topics=topics, payload={"split": split_id}, now=now
    )


def schedule_changed(customer: UUID, *, now: datetime) -> None:
    events.announce(
        kind=facts.SCHEDULE_CHANGED,
        key=str(customer),
        topics=[f"customer:{customer}"],
        payload={"customer": customer},
        now=now,
    )
