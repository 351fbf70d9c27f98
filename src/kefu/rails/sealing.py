"""Short-lived encryption of what must pass from a page to the worker without being stored in the clear."""

from uuid import UUID

from kefu.core import sealing

_PURPOSE = "rails.card_check"


def seal(row: UUID, values: dict[str, str]) -> bytes:
    """`values` encrypted for this row alone."""
    return sealing.seal(_PURPOSE, row, values)


def unseal(row: UUID, sealed: bytes) -> dict[str, str]:
    """What was sealed. Raises `cryptography.exceptions.InvalidTag` for another row's bytes or another key."""
    return sealing.unseal(_PURPOSE, row, sealed)
