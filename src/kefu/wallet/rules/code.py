"""Codes to pay and to be paid with: how each is made up, and how a changed one is told from ours."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

PAY_CODE_LASTS = timedelta(seconds=60)
RECEIVE_CODE_LASTS = timedelta(minutes=10)
CONFIRM_WITHIN = timedelta(minutes=5)
"""How long a payment by code waits for its payer's yes where it takes the payment PIN."""
KEPT_FOR = timedelta(days=1)
"""How long an unused code is remembered after it ran out; a used one is remembered for ever."""
NOTE_MOST = 20

_BEGINNING, _RANDOM, _CHECK = "28", 14, 4
_LENGTH = len(_BEGINNING) + _RANDOM + _CHECK
_SPACED = re.compile(r"[\s-]")
_HEAD = struct.Struct(">B16sQI8s")
_VERSION, _MAC, _TOKEN_MOST = 1, 16, 300


def _mac(purpose: str, body: bytes) -> bytes:
    key = hashlib.sha256(f"wallet.code.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, body, hashlib.sha256)


def _check_digits(body: str) -> str:
    return f"{int.from_bytes(_mac('check', body.encode())[:8]) % 10**_CHECK:0{_CHECK}d}"


def new_pay_code() -> str:
    """Twenty digits: the beginning of ours, fourteen at random, four that only we can work out from the others."""
    body = f"{_BEGINNING}{secrets.randbelow(10**_RANDOM):0{_RANDOM}d}"
    return body + _check_digits(body)


def read_pay_code(given: str) -> bytes | None:
    """The digest of a code as typed or scanned; None when it is not one that we made up."""
    code = _SPACED.sub("", given[:60])
    if len(code) != _LENGTH or not (code.isascii() and code.isdigit() and code.startswith(_BEGINNING)):
        return None
    return digest_of(code) if hmac.compare_digest(_check_digits(code[:-_CHECK]), code[-_CHECK:]) else None


def digest_of(code: str) -> bytes:
    """What is stored of a code. Keyed: a copy of the table gives no code up."""
    return _mac("digest", code.encode())


@dataclass(frozen=True, kw_only=True)
class Receiving:
    """What a receive code says: who is paid, how much (minor units, 0: the payer says), for what, until when."""

    payee_id: UUID
    amount: int
    note: str
    expires_at: datetime


def write_token(receiving: Receiving) -> str:
    """The signed text of a receive code; nobody can change it or make one for another."""
    until = int(receiving.expires_at.timestamp())
    head = _HEAD.pack(_VERSION, receiving.payee_id.bytes, receiving.amount, until, secrets.token_bytes(8))
    body = head + receiving.note.encode()
    return base64.urlsafe_b64encode(body + _mac("receive", body)[:_MAC]).rstrip(b"=").decode()


def read_token(token: str) -> Receiving | None:
    """What a receive code says, expired or not; None when it is not signed by us."""
    try:
        raw = base64.urlsafe_b64decode(token[:_TOKEN_MOST].encode("ascii") + b"=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(body) < _HEAD.size or not hmac.compare_digest(_mac("receive", body)[:_MAC], mac):
        return None
    _version, payee, amount, until, _random = _HEAD.unpack_from(body)
    return Receiving(
        payee_id=UUID(bytes=payee),
        amount=amount,
        note=body[_HEAD.size :].decode(),
        expires_at=datetime.fromtimestamp(until, UTC),
    )
