"""The signature that both directions carry: HMAC-SHA256 over method, path, time, nonce and body."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from kefu_sandbox.refusal import BankRefusal

WINDOW_S = 300
TIME = "X-Bank-Time"
NONCE = "X-Bank-Nonce"
SIGNATURE = "X-Bank-Signature"
EVENT = "X-Bank-Event"

_TIME = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def signature(secret: bytes, *, method: str, path: str, time: str, nonce: str, body: bytes) -> str:
    """Hex HMAC; `path` is the request target as sent, query string included."""
    head = f"{method}\n{path}\n{time}\n{nonce}\n".encode()
    return hmac.new(secret, head + body, hashlib.sha256).hexdigest()


def signed_headers(secret: bytes, *, method: str, path: str, body: bytes, at_s: int) -> dict[str, str]:
    """Headers of one signed request at Unix second `at_s`, under a fresh nonce."""
    nonce = secrets.token_hex(16)
    value = signature(secret, method=method, path=path, time=str(at_s), nonce=nonce, body=body)
    return {TIME: str(at_s), NONCE: nonce, SIGNATURE: value}


def verify(
    secret: bytes, headers: Mapping[str, str], *, method: str, path: str, body: bytes, now_s: int
) -> str:
    """The nonce of a rightly signed request, which the caller must still find unused.

    Names in `headers` are in lower case.
    Refusals (401): signature_missing, time_outside_window, signature_wrong.
    """
    time, nonce, given = (headers.get(name.lower(), "") for name in (TIME, NONCE, SIGNATURE))
    if not (_TIME.fullmatch(time) and _NONCE.fullmatch(nonce) and given):
        raise BankRefusal(401, "signature_missing", "X-Bank-Time, X-Bank-Nonce and X-Bank-Signature needed.")
    if abs(now_s - int(time)) > WINDOW_S:
        raise BankRefusal(401, "time_outside_window", f"X-Bank-Time must be within {WINDOW_S} s of now.")
    wanted = signature(secret, method=method, path=path, time=time, nonce=nonce, body=body)
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise BankRefusal(401, "signature_wrong", "The signature does not fit the request.")
    return nonce
