"""A phone that pays by being held near a terminal: its token, its key, its counter. Written from the wire format in
docs/concepts/orders.md alone, so that the wallet's check is held against a second hand."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field


def _derive(key: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without salt, 32 bytes."""
    extracted = hmac.digest(bytes(32), key, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


@dataclass
class Phone:
    """What a device keeps after the wallet was added to it; `counter` is the last one used."""

    number: str
    key: bytes = field(repr=False)
    counter: int = 0

    def tap(self, terminal: Mapping[str, str]) -> dict[str, str]:
        """What the phone says to a terminal that said its number, amount (minor units), currency and its unpredictable
        number. Every tap uses up a counter, whatever becomes of it."""
        self.counter += 1
        parts = {
            "number": self.number,
            "counter": str(self.counter),
            "amount": terminal["amount"],
            "currency": terminal["currency"],
            "terminal": terminal["terminal"],
            "unpredictable": terminal["unpredictable"],
        }
        key = _derive(self.key, b"kefu tap" + self.counter.to_bytes(2, "big"))
        proof = hmac.digest(key, "|".join(parts.values()).encode(), hashlib.sha256)
        return {**parts, "cryptogram": proof[:8].hex()}
