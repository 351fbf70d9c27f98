"""`./kefu messages`: read every sentence out of the source, keep the English catalogue in step, compile it."""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HELP = "bring the English catalogue in step with the source and compile it"
SOURCE = Path(__file__).resolve().parents[1]
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
_KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "N_": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip

_CALL = re.compile(r"""\b_?(?:n?gettext|_)\(\s*u?(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)

Found = dict[str, list[tuple[str, int]]]


def _code() -> Iterator[tuple[str, int, str]]:
    """File, line and msgid of each call in Python."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        if "migrations" in path.parts or "gettext" not in text:
            continue
        place = str(path.relative_to(SOURCE))
        for line, _function, messages, _comments in extract_python(
            io.BytesIO(text.encode()), _KEYWORDS, [], {"encoding": "utf-8"}
        ):
            for message in _strings(messages):
                yield place, line, message


def _templates() -> Iterator[tuple[str, int, str]]:
    """The same of templates: Django turns their tags into calls, of which the first string is the msgid."""
    from django.utils.translation.template import templatize

    for path in sorted(SOURCE.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".js"}:
            calls = templatize(path.read_text("utf-8"), origin=str(path))
            for match in _CALL.finditer(calls):
                line = calls.count("\n", 0, match.start()) + 1
                yield str(path.relative_to(SOURCE)), line, ast.literal_eval(match["text"])


def found_messages() -> Found:
    """Every msgid of the source with the places where it stands (file relative to the package, line)."""
    found: Found = {}
    for place, line, message in (*_code(), *_templates()):
        if message.strip():
            found.setdefault(message, []).append((place, line))
    return found


def _strings(messages: object) -> Iterator[str]:
    parts = messages if isinstance(messages, tuple | list) else (messages,)
    for part in parts:
        if isinstance(part, str) and part.strip():
            yield part
            return


def read_catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="en", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def placeholders(text: str) -> set[str]:
    """The named values of a sentence; a translation has exactly the same ones."""
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def problems() -> list[str]:
    """What keeps the catalogue from being complete: a sentence a line; empty when all is well."""
    catalogue, lines = read_catalogue(), []
    for message, places in found_messages().items():
        entry = catalogue.get(message)
        where = f"{places[0][0]}:{places[0][1]}"
        if entry is None or not entry.string or entry.fuzzy:
            lines.append(f"{where}: no English for {message!r}")
        elif placeholders(message) != placeholders(str(entry.string)):
            lines.append(f"{where}: the English of {message!r} has other placeholders")
    return lines


def compile_catalogues() -> None:
    """Write the binary catalogue that Django reads, when it is older than its source."""
    target = CATALOGUE.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as file:
        write_mo(file, read_catalogue())
    fresh.replace(target)


def update_catalogue(translations: dict[str, str]) -> None:
    """Rewrite the catalogue: exactly the sentences of the source, known translations kept, new ones taken."""
    old, new = read_catalogue(), Catalog(locale="en", charset="utf-8", project="Kefu")
    for message, places in sorted(found_messages().items()):
        entry = old.get(message)
        known = translations.get(message) or (str(entry.string) if entry and entry.string else "")
        new.add(message, known, locations=[(place, 0) for place, _line in places[:1]])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, new, width=110, omit_header=False, include_lineno=False)


def run(argv: list[str]) -> int:
    """Update and compile; exit 1 and a line each while English is missing. `--check` changes nothing."""
    if argv not in ([], ["--check"]):
        print("usage: ./kefu messages [--check]", file=sys.stderr)
        return 2
    if not argv:
        update_catalogue({})
    compile_catalogues()
    lines = problems()
    print("\n".join(lines) or "catalogue complete")
    return 1 if lines else 0
