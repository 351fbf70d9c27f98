"""Short-lived encryption of what must pass from a page to the worker without being stored in the clear."""

import base64
import json
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


def _cipher() -> AESGCM:
    return AESGCM(base64.urlsafe_b64decode(settings.KEFU_FIELD_KEY))


def seal(values: dict[str, str], *, context: str) -> bytes:
    """`values` encrypted under the installation's field key and bound to `context` (the row's id)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, json.dumps(values).encode(), context.encode())


def unseal(sealed: bytes, *, context: str) -> dict[str, str]:
    """What was sealed. Raises `cryptography.exceptions.InvalidTag` for another row's bytes or another key."""
    plain = _cipher().decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    values: dict[str, str] = json.loads(plain)
    return values
