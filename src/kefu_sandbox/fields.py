"""Reading what callers send: JSON objects and their fields, strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NoReturn

from kefu_sandbox import moments
from kefu_sandbox.refusal import BankRefusal

INSTRUCTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def read_object(body: bytes, *, allowed: frozenset[str]) -> dict[str, object]:
    """The JSON object in `body`; refusals (400): body_not_json, field_unknown."""
    try:
        value = json.loads(body, object_pairs_hook=_unique, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise BankRefusal(400, "body_not_json", "The body must be one JSON object.") from error
    if not isinstance(value, dict):
        raise BankRefusal(400, "body_not_json", "The body must be one JSON object.")
    for name in value:
        if name not in allowed:
            raise BankRefusal(400, "field_unknown", "The body has a field that this door does not know.")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


def text(values: Mapping[str, object], name: str, *, longest: int = 64) -> str:
    """A printable string of 1 to `longest` characters; refusal (422): <name>_invalid."""
    value = values.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise BankRefusal(422, f"{name}_invalid", f"{name} must be a text of 1 to {longest} characters.")
    return value


def whole_number(values: Mapping[str, object], name: str, *, low: int, high: int) -> int:
    """An integer (no bool, no float) within bounds; refusal (422): <name>_invalid."""
    value = values.get(name)
    if type(value) is not int or not low <= value <= high:
        raise BankRefusal(422, f"{name}_invalid", f"{name} must be a whole number from {low} to {high}.")
    return value


def moment(values: Mapping[str, object], name: str) -> int | None:
    """An optional ISO 8601 moment with offset, as milliseconds UTC; refusal (422): <name>_invalid."""
    value = values.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError(name)
        return moments.parse_iso(value)
    except (ValueError, OverflowError) as error:
        raise BankRefusal(422, f"{name}_invalid", f"{name} must be ISO 8601 with an offset.") from error


def instruction(values: Mapping[str, object]) -> str:
    """The caller's id of a debit; refusal (422): instruction_invalid."""
    value = values.get("instruction")
    if not isinstance(value, str) or not INSTRUCTION.fullmatch(value):
        raise BankRefusal(422, "instruction_invalid", "instruction must be 1 to 64 of A-Z a-z 0-9 . _ : -")
    return value
