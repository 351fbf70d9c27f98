"""Texts that hold a secret are kept encrypted, bound to their row."""

from uuid import UUID

from kefu.core import sealing

_PURPOSE = "notices.outgoing"


def seal(row: UUID, fields: dict[str, str]) -> bytes:
    return sealing.seal(_PURPOSE, row, fields)


def unseal(row: UUID, sealed: bytes) -> dict[str, str]:
    return sealing.unseal(_PURPOSE, row, sealed)
