"""Requests and answers as plain values, between the HTTP server and the doors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; `target` is the request target as sent, `path` and `query` its decoded parts;
    names of `headers` are in lower case."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer; after `hang_s` seconds, and then only by closing the line when `silent`."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_s: float = 0
    silent: bool = False
    instruction: str | None = None
    verdict: str = "answered"


def json_answer(
    value: Mapping[str, object],
    *,
    status: int = 200,
    hang_s: float = 0,
    verdict: str = "answered",
    instruction: str | None = None,
) -> Answer:
    """`value` as JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status=status, body=body, hang_s=hang_s, verdict=verdict, instruction=instruction)
