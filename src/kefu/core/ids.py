"""Identifiers: time-ordered UUIDs for rows, readable numbers for people."""

import hashlib
import os
import secrets
import time
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

_LOCAL = ZoneInfo("Asia/Shanghai")


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then randomness, so that indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def descendant(root: UUID, name: str) -> UUID:
    """The id of a part of `root`: its first twelve bytes, then four that `name` gives.

    Parts stand together in an index and are found by their range; the same name gives the same id for ever.
    """
    return UUID(bytes=root.bytes[:12] + hashlib.sha256(root.bytes + name.encode()).digest()[:4])


def descendants(root: UUID) -> tuple[UUID, UUID]:
    """The lowest and the highest id that a part of `root` can have."""
    return UUID(bytes=root.bytes[:12] + bytes(4)), UUID(bytes=root.bytes[:12] + b"\xff" * 4)


def order_no(prefix: str, now: datetime) -> str:
    """A number that a person can read out: prefix, local date and time to the second, six random digits."""
    return f"{prefix}{now.astimezone(_LOCAL):%Y%m%d%H%M%S}{secrets.randbelow(1_000_000):06d}"
