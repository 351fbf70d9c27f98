"""Whom a change of planning is told to."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import override

from kefu.core import events
from kefu.core.actor import Actor
from kefu.identity import queries as identity
from kefu.notices import actions as notices
from kefu.planning import events as facts


def tell(customer: UUID, kind: str, *, actor: Actor, ref: str, now: datetime, **values: object) -> None:
    """A notice; lazy words among the values are said in its reader's language."""
    language = identity.contact_of(customer).language
    with override("en" if language.startswith("en") else "zh-hans"):
        said = {name: str(value) for name, value in values.items()}
    notices.tell(actor=actor, customer_id=customer, kind=kind, values=said, ref=ref, now=now)


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
