"""The questions that understanding is trained on, as committed under `examples/`.

One file an intent: a head of `key: value` lines (group, names, what it is about), an empty line, then a
question a line, Chinese and English. `examples/outside/*.txt` hold what is none of our business, a kind a
file.
"""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Intent:
    """What a customer may want. `about_*` is one sentence for people; `examples` are questions in both
    languages.
    """

    id: str
    group: str
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    examples: tuple[str, ...]

    def name(self, language: str) -> str:
        """Its name in 'zh' or 'en', fit for a button."""
        return self.name_en if language.startswith("en") else self.name_zh


@functools.lru_cache(maxsize=1)
def intents() -> dict[str, Intent]:
    """All intents by id, in the order of their ids. Raises ValueError naming the file whose head is
    incomplete.
    """
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.txt"))}


@functools.lru_cache(maxsize=1)
def outside() -> dict[str, tuple[str, ...]]:
    """Texts that are out of scope, by kind (chitchat, far, near_finance, near_service)."""
    return {path.stem: _lines(path.read_text("utf-8")) for path in sorted((FOLDER / "outside").glob("*.txt"))}


def digest() -> str:
    """sha256 over all example files, names included; the committed head carries the one it was trained on."""
    total = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.txt"), key=lambda p: p.relative_to(FOLDER).as_posix()):
        total.update(path.relative_to(FOLDER).as_posix().encode())
        total.update(b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _read(path: Path) -> Intent:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    given = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    wanted = ("group", "name_zh", "name_en", "about_zh", "about_en")
    missing = [key for key in wanted if not given.get(key)]
    if missing:
        raise ValueError(f"{path.name}: the head lacks {', '.join(missing)}")
    return Intent(id=path.stem, examples=_lines(body), **{key: given[key] for key in wanted})
