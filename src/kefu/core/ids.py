"""Identifiers: time-ordered UUIDs for rows, readable numbers for people."""

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


def order_no(prefix: str, now: datetime) -> str:
    """A number that a person can read out: prefix, local date and time to the second, six random digits."""
    return f"{prefix}{now.astimezone(_LOCAL):%Y%m%d%H%M%S}{secrets.randbelow(1_000_000):06d}"
