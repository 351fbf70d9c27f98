"""An article's file: a head of `name: value` lines between two `---`, then Markdown."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("zh", "en")
_HEAD = re.compile(r"\A---\n(?P<head>.*?)\n---\n+(?P<body>.*)\Z", re.DOTALL)
_NAMES = {"title", "topic", "place", "words", "intents", "related"}


class SourceError(Exception):
    """A file that is no article; the message names it and what is wrong."""


@dataclass(frozen=True)
class Source:
    """One language of one article as it stands in its file."""

    slug: str
    language: str
    title: str
    topic: str
    place: int
    words: tuple[str, ...]
    intents: tuple[str, ...]
    related: tuple[str, ...]
    body: str

    @property
    def digest(self) -> bytes:
        """Of what readers see and search; a new one makes a new version."""
        text = "\x00".join([self.title, "\x01".join(self.words), self.body])
        return hashlib.sha256(text.encode()).digest()


def language_of(language: str) -> str:
    """`zh-hans`, `en-GB`, … → the language of a text."""
    return "en" if language.lower().startswith("en") else "zh"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,，、;；]", text) if part.strip())


def read_source(text: str, *, slug: str, language: str) -> Source:
    """Raises `SourceError`."""
    match = _HEAD.match(text)
    if match is None:
        raise SourceError(f"{slug}.{language}: starts with --- and a head, then another ---")
    head: dict[str, str] = {}
    for line in match["head"].splitlines():
        name, colon, value = line.partition(":")
        if not colon or name.strip() not in _NAMES:
            raise SourceError(f"{slug}.{language}: `{line}` is none of {', '.join(sorted(_NAMES))}")
        head[name.strip()] = value.strip()
    if not head.get("title") or not head.get("topic"):
        raise SourceError(f"{slug}.{language}: title and topic are needed")
    return Source(
        slug=slug,
        language=language,
        title=head["title"],
        topic=head["topic"],
        place=int(head.get("place", "100")),
        words=_list(head.get("words", "")),
        intents=_list(head.get("intents", "")),
        related=_list(head.get("related", "")),
        body=match["body"].strip() + "\n",
    )


def read_folder(folder: Path) -> list[Source]:
    """Every `<slug>.<language>.md`; names that begin with `_` are parts that others include."""
    sources = []
    for path in sorted(folder.glob("*.md")):
        slug, _dot, language = path.name.removesuffix(".md").rpartition(".")
        if slug.startswith("_"):
            continue
        if language not in LANGUAGES:
            raise SourceError(f"{path.name}: the language is one of {', '.join(LANGUAGES)}")
        sources.append(read_source(path.read_text("utf-8"), slug=slug, language=language))
    return sources
