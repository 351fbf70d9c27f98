"""The line of an article that shows why it was found, with what was found marked."""

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


def best_line(text: str, tokens: Iterable[str]) -> str:
    """The line with most of what was looked for, cut to a length that a list can show."""
    wanted = set(tokens)
    lines = text.splitlines() or [""]
    best = max(lines, key=lambda line: sum(stop - start for start, stop in _spans(line, wanted)))
    wide = LENGTH if re.search(r"[㐀-鿿]", best) else LENGTH * 2
    if len(best) <= wide:
        return best
    spans = _spans(best, wanted)
    start = max(0, min(spans[0][0] - wide // 3 if spans else 0, len(best) - wide))
    cut = best[start : start + wide]
    return ("…" if start else "") + cut.strip() + ("…" if start + wide < len(best) else "")
