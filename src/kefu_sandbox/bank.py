"""The bank as one value: its books, its journal, its secret, and how to wake its courier."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from kefu_sandbox.store import Store
from kefu_sandbox.traffic import Traffic


@dataclass(frozen=True, kw_only=True)
class Bank:
    """What every request handler is given. `wake` is set whenever something new may be due."""

    store: Store
    traffic: Traffic
    secret: bytes
    callback_url: str
    demo: bool
    wake: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
