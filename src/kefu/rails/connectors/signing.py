"""The bank's signature, in both directions: hex HMAC-SHA256 over method, path, time, nonce and body."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from kefu.rails.connectors.base import CallbackRefusedError
from kefu.rails.rules import CALLBACK_WINDOW_SECONDS, FORGED, STALE

TIME, NONCE, SIGNATURE, EVENT = "X-Bank-Time", "X-Bank-Nonce", "X-Bank-Signature", "X-Bank-Event"
_TIME = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def house_secret(shared: bytes, house: str) -> bytes:
    """With what a house beside the bank signs: it follows from the shared secret and the house's name."""
    return hmac.new(shared, house.encode(), hashlib.sha256).hexdigest().encode()


def signature(secret: bytes, *, method: str, path: str, time: str, nonce: str, body: bytes) -> str:
    head = f"{method}\n{path}\n{time}\n{nonce}\n".encode()
    return hmac.new(secret, head + body, hashlib.sha256).hexdigest()


def signed_headers(secret: bytes, *, method: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
    """Headers of one request, under a nonce of its own."""
    time, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    made = signature(secret, method=method, path=path, time=time, nonce=nonce, body=body)
    return {TIME: time, NONCE: nonce, SIGNATURE: made, "Content-Type": "application/json"}


def check(secret: bytes, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The nonce of a request rightly signed in the last minutes. Raises `CallbackRefusedError`."""
    given = {name.lower(): value for name, value in headers.items()}
    time, nonce, theirs = (given.get(name.lower(), "") for name in (TIME, NONCE, SIGNATURE))
    if not (secret and _TIME.fullmatch(time) and _NONCE.fullmatch(nonce)):
        raise CallbackRefusedError(FORGED, "signature headers are missing or malformed")
    ours = signature(secret, method=method, path=path, time=time, nonce=nonce, body=body)
    # Time is judged after the signature: only a genuine request can be an old one.
    if not hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace")):
        raise CallbackRefusedError(FORGED, "the signature does not fit the request")
    if abs(now.timestamp() - int(time)) > CALLBACK_WINDOW_SECONDS:
        raise CallbackRefusedError(STALE, f"signed for another time ({time})")
    return nonce
