"""Texts that hold a secret are kept encrypted under the field key, bound to their row."""

import base64
import json
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _cipher(row: UUID) -> AESGCM:
    """A key per row, so that a text copied into another row does not open."""
    master = base64.b64decode(settings.KEFU_FIELD_KEY)
    return AESGCM(HKDF(SHA256(), length=32, salt=row.bytes, info=b"notices.outgoing").derive(master))


def seal(row: UUID, fields: dict[str, str]) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(row).encrypt(nonce, json.dumps(fields).encode(), None)


def unseal(row: UUID, sealed: bytes) -> dict[str, str]:
    fields: dict[str, str] = json.loads(_cipher(row).decrypt(sealed[:12], sealed[12:], None))
    return fields
