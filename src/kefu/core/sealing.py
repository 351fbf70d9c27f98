"""Secrets at rest: encrypted under the field key, for one purpose and one row alone."""

import base64
import json
import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12
_MASTER_BYTES = 32


def _cipher(purpose: str, row: UUID) -> AESGCM:
    """The row's own key, so that bytes copied into another row, or read for another purpose, do not open."""
    master = base64.b64decode(settings.KEFU_FIELD_KEY)
    if len(master) < _MASTER_BYTES:
        raise RuntimeError("KEFU_FIELD_KEY holds no key of 32 bytes: nothing can be sealed")
    return AESGCM(HKDF(SHA256(), length=32, salt=row.bytes, info=purpose.encode()).derive(master))


def seal(purpose: str, row: UUID, values: dict[str, str]) -> bytes:
    """`values` encrypted for this purpose and row."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(purpose, row).encrypt(nonce, json.dumps(values).encode(), None)


def unseal(purpose: str, row: UUID, sealed: bytes) -> dict[str, str]:
    """What was sealed. Raises `cryptography.exceptions.InvalidTag` for another row's bytes or another key."""
    plain = _cipher(purpose, row).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    values: dict[str, str] = json.loads(plain)
    return values
