"""An answer of the assistant as `./kefu ask` prints it."""

from collections.abc import Mapping
from typing import Any

PATIENCE_SECONDS = 30.0
UNFINISHED = "ASKING_BANK"
"""The cause of an answer that only says that the bank is being asked; the final one follows."""


def fields_of(said: Mapping[str, Any], *, milliseconds: float) -> dict[str, Any]:
    """The documented fields, out of the data of the answer's message ({} = no answer came)."""
    return {
        "intent": said.get("intent"),
        "confidence": said.get("confidence"),
        "cause": said.get("cause", "unknown"),
        "answer": "\n".join([said.get("headline", ""), *said.get("paragraphs", [])]).strip(),
        "sources": said.get("sources", []),
        "facts": said.get("facts", {}),
        "actions": [{k: b[k] for k in ("code", "label", "level")} for b in said.get("buttons", [])],
        "handover": said.get("handover", False),
        "ms": milliseconds,
    }
