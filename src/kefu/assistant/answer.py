"""What the assistant says: the words, what they rest on, and what the customer can do next."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

# Outcome codes: the one cause that a diagnosis found, shared by chat, desk and reports.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source:
    """Where a statement comes from: an order, a ledger entry, a bank's advice, an article's version, a setting."""

    kind: str
    id: str
    version: str = ""
    label: str = ""


@dataclass(frozen=True)
class Fact:
    """A figure, date or name that the answer uses, and the source it was read from (`kind:id`)."""

    value: str
    source: str


@dataclass(frozen=True)
class Button:
    """What the customer can press; `level` is the proof that the action will ask for (V0–V3)."""

    code: str
    label: str
    argument: str = ""
    level: str = "V1"
    tone: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: `ok`, `warn`, `block` or `unknown`, with the evidence."""

    code: str
    state: str
    label: str
    evidence: str = ""


@dataclass(frozen=True)
class TimelineStep:
    """A moment of the order as shown in the answer: done, now or next."""

    label: str
    at: datetime | None
    state: str


@dataclass(frozen=True)
class Answer:
    """`headline` answers; `paragraphs` give the reason and the next step. `ask_bank` names the order to ask about."""

    intent: str
    confidence: float
    cause: str
    headline: str
    paragraphs: tuple[str, ...] = ()
    timeline: tuple[TimelineStep, ...] = ()
    sources: tuple[Source, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    checks: tuple[Check, ...] = ()
    handover: bool = False
    order_id: UUID | None = None
    ask_bank: UUID | None = None

    @property
    def text(self) -> str:
        return "\n".join((self.headline, *self.paragraphs))

    def data(self) -> dict[str, Any]:
        """As stored with the message and read by the pages; times are ISO, UTC."""
        return {
            "intent": self.intent,
            "confidence": round(self.confidence, 4),
            "cause": self.cause,
            "headline": self.headline,
            "paragraphs": list(self.paragraphs),
            "timeline": [
                {"label": s.label, "at": s.at.isoformat() if s.at else None, "state": s.state} for s in self.timeline
            ],
            "sources": [vars(s) for s in self.sources],
            "facts": {name: vars(f) for name, f in self.facts.items()},
            "buttons": [vars(b) for b in self.buttons],
            "checks": [vars(c) for c in self.checks],
            "handover": self.handover,
            "order": str(self.order_id) if self.order_id else None,
        }
