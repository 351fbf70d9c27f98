"""One byte string for one value, and back again with suspicion. JSON as in RFC 8785 for the values that we use: text,
whole numbers, lists and mappings with plain names.
"""

import json
from typing import Any


class Unreadable(Exception):
    """The bytes are no JSON that we would have written."""


def canonical(value: dict[str, Any]) -> bytes:
    """Names sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def read(data: bytes) -> dict[str, Any]:
    """The mapping that `data` holds. Raises `Unreadable`: also for names given twice, of which two readers would
    see different ones, for numbers with a point, and for nesting that we do not write.
    """
    if data.count(b"[") + data.count(b"{") > 100_000:
        raise Unreadable("too many parts")
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as bad:
        raise Unreadable(str(bad)) from bad
    if not isinstance(found, dict):
        raise Unreadable("no mapping")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_float(given: str) -> Any:
    raise ValueError(f"{given} is no whole number")
