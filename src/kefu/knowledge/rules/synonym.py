"""Which other words a query also means."""

import functools
import tomllib
from pathlib import Path

from kefu.knowledge.rules.token import normal, plain_tokens


@functools.cache
def _groups() -> tuple[tuple[str, ...], ...]:
    given = tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text("utf-8"))
    return tuple(tuple(normal(word) for word in group) for group in given["groups"])


def also_meant(text: str) -> list[str]:
    """Tokens of the words that stand for a word of `text`, without those that it has itself."""
    plain = normal(text)
    others = [
        word
        for group in _groups()
        if any(word in plain for word in group)
        for word in group
        if word not in plain
    ]
    return [token for word in others for token in plain_tokens(word)]
