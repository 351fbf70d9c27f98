"""The line of an article that shows why it was found, with what was found marked."""

import functools
import html
import re
from collections.abc import Iterable

from kefu.knowledge.rules.token import normal, stem

LENGTH = 90
_LATIN = re.compile(r"[A-Za-z]+")


def _spans(text: str, tokens: set[str]) -> list[tuple[int, int]]:
    """Where tokens stand in `text`. `normal` keeps the length of ordinary text, so places agree."""
    plain = normal(text)
    if len(plain) != len(text):
        return []
    found = []
    for token in tokens:
        if re.search(r"[㐀-鿿]", token):
            found += [(m.start(), m.end()) for m in re.finditer(re.escape(token), plain)]
    found += [(m.start(), m.end()) for m in _LATIN.finditer(plain) if stem(m.group()) in tokens]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked(text: str, tokens: Iterable[str]) -> str:
    """Escaped HTML with `<mark>` around what was looked for."""
    pieces, end = [], 0
    for start, stop in _spans(text, set(tokens)):
        pieces += [html.escape(text[end:start]), f"<mark>{html.escape(text[start:stop])}</mark>"]
        end = stop
    return "".join([*pieces, html.escape(text[end:])])


def _said(plain: str, tokens: set[str]) -> int:
    """How much of what was looked for stands in a line: a count for choosing, cheaper than the places."""
    said = sum(plain.count(token) * len(token) for token in tokens if not token.isascii())
    if any(token.isascii() for token in tokens):
        said += sum(len(word) for word in _LATIN.findall(plain) if stem(word) in tokens)
    return said


@functools.lru_cache(maxsize=4096)
def _lines(text: str) -> tuple[tuple[str, str], ...]:
    """Each line with its normal form; the same few thousand texts come by again and again."""
    return tuple((line, normal(line)) for line in text.splitlines()) or (("", ""),)


def best_line(text: str, tokens: Iterable[str]) -> str:
    """The line with most of what was looked for, cut to a length that a list can show."""
    wanted = set(tokens)
    best = max(_lines(text), key=lambda line: _said(line[1], wanted))[0]
    wide = LENGTH if re.search(r"[㐀-鿿]", best) else LENGTH * 2
    if len(best) <= wide:
        return best
    spans = _spans(best, wanted)
    start = max(0, min(spans[0][0] - wide // 3 if spans else 0, len(best) - wide))
    cut = best[start : start + wide]
    return ("…" if start else "") + cut.strip() + ("…" if start + wide < len(best) else "")
