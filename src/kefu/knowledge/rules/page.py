"""From Markdown to clean HTML and to plain text, with values put in last."""

import functools
import html
import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "table", "thead"}
_TAGS |= {"tbody", "tr", "th", "td", "br", "hr"}
_PART = re.compile(r"^\{\{> *(?P<name>[a-z_]+) *\}\}$", re.MULTILINE)
_VALUE = re.compile(r"\{\{ *(?P<name>[A-Za-z0-9_-]+) *\}\}")


def value_names(body: str) -> set[str]:
    """The variables that a text asks for."""
    return set(_VALUE.findall(body))


def part_names(body: str) -> set[str]:
    return set(_PART.findall(body))


def _clean(markdown: str) -> str:
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href"}, "th": {"align"}, "td": {"align"}},
        url_schemes={"https", "tel", "mailto"},
        link_rel=None,
    )


def to_html(body: str, *, parts: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Safe HTML: raw HTML in the text is shown as text, parts become boxes, values are escaped.

    A variable without a value stays empty, so that a page never shows braces; the tests name every variable.
    """
    pieces, end = [], 0
    for match in _PART.finditer(body):
        pieces.append(_clean(body[end : match.start()]))
        name = match["name"]
        pieces.append(f'<aside class="box box-{name}">{_clean(parts.get(name, ""))}</aside>\n')
        end = match.end()
    pieces.append(_clean(body[end:]))
    return _VALUE.sub(lambda m: html.escape(values.get(m["name"], "")), "".join(pieces))


@functools.lru_cache(maxsize=4096)
def _plain(body: str) -> str:
    """The words with their variables still in them. Texts of a version never change, so this is kept."""
    page = re.sub(r"</(p|li|h2|h3|tr|blockquote)>", "\n", _clean(_PART.sub("", body)))
    words = html.unescape(re.sub(r"<[^>]+>", "", page))
    return "\n".join(line.strip() for line in words.splitlines() if line.strip())


def to_text(body: str, *, values: Mapping[str, str]) -> str:
    """The words alone, one block a line; parts are left out."""
    return _VALUE.sub(lambda m: values.get(m["name"], ""), _plain(body))


def short_answer(body: str) -> str:
    """What stands before the first heading or part."""
    return re.split(r"^(?:## |\{\{>)", body, maxsplit=1, flags=re.MULTILINE)[0].strip()
