"""A house as one value: its books, its journal, its secret, and how to wake its courier."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu_sandbox.market import Market
from kefu_sandbox.store import Store
from kefu_sandbox.traffic import Traffic


@dataclass(frozen=True, kw_only=True)
class Bank:
    """What every request handler is given. `wake` is set whenever something new may be due.

    `role` is bank, biller or lender; `prefix` its path; `words` what it says for our own names of things.
    `market`: what currencies are worth there.
    """

    store: Store
    traffic: Traffic
    secret: bytes
    callback_url: str
    demo: bool
    role: str = "bank"
    prefix: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    market: Market = field(default_factory=Market)
    wake: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def say(self, told: Mapping[str, object]) -> dict[str, object]:
        """`told` in this house's own words."""
        return {name: self._word(name, value) for name, value in told.items()}

    def _word(self, name: str, value: object) -> object:
        return self.words.get(value, value) if name in ("status", "reason") and isinstance(value, str) else value


def secret_of(secret: bytes, role: str) -> bytes:
    """Each house signs with its own secret, which follows from the one in the file: none can speak for another."""
    return secret if role == "bank" else hmac.new(secret, role.encode(), hashlib.sha256).hexdigest().encode()
