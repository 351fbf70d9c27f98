"""The signed pass to the event stream: who reads, and which topics. Pure Python: `live` runs without Django."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

COOKIE = "kefu_live"


@dataclass(frozen=True)
class Pass:
    """Whose stream it is, what it may hear, and until when (unix seconds)."""

    principal: str
    topics: tuple[str, ...]
    until: int


def _sign(body: bytes, key: bytes) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(key, b"kefu-live:" + body, hashlib.sha256)[:24])


def mint(*, principal: str, topics: Sequence[str], key: bytes, now: datetime, minutes: int = 10) -> str:
    until = int((now + timedelta(minutes=minutes)).timestamp())
    body = base64.urlsafe_b64encode(json.dumps([principal, list(topics), until]).encode())
    return (body + b"." + _sign(body, key)).decode()


def read(token: str, *, key: bytes, now: datetime) -> Pass | None:
    """The pass, or None when it is forged, spoilt or expired."""
    body, dot, signature = token.encode("ascii", "replace").partition(b".")
    if not dot or not hmac.compare_digest(signature, _sign(body, key)):
        return None
    principal, topics, until = json.loads(base64.urlsafe_b64decode(body))
    if until < now.timestamp():
        return None
    return Pass(principal, tuple(topics), until)
