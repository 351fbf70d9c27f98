"""Whom a change of settlement is told to: the operators' pages, and those who listen."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.core import events
from kefu.core.actor import Actor
from kefu.settlement.models import Break, BreakStep

OFFICE = ["office", "approvals"]


def announce(kind: str, key: object, *, now: datetime, **payload: Any) -> None:
    """A fact, to the office."""
    events.announce(kind=kind, key=str(key), topics=OFFICE, payload=payload, now=now)


def write_step(
    found: Break, code: str, *, actor: Actor, now: datetime, evidence: str = "", data: dict[str, Any] | None = None
) -> None:
    """A line of a break's history."""
    BreakStep.objects.create(found=found, code=code, at=now, by=actor.ref, evidence_ref=evidence, data=data or {})


def text_of(value: UUID | None) -> str:
    """An id as a payload carries it."""
    return str(value) if value else ""
