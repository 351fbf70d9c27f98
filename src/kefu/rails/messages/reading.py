"""Reading a message of a bank strictly: one document of one kind, every element known, none twice where one is meant.

XML of strangers: no entities, no network, no document type, no more bytes than such a message can have.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from kefu.rails.statements import StatementUnreadableError, minor, moment

BYTES_MAX = 4 * 1024 * 1024
MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./:()+?,-]{0,34}")


def document(raw: bytes, *, namespace: str, root: str, bytes_max: int = BYTES_MAX) -> "etree._Element":
    """The one child `root` of a Document of `namespace`. Raises `StatementUnreadableError` about its head."""
    if len(raw) > bytes_max:
        raise StatementUnreadableError(0, f"more than {bytes_max} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        found = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise StatementUnreadableError(0, f"no XML: {problem}"[:200]) from problem
    if found.getroottree().docinfo.doctype:
        raise StatementUnreadableError(0, "brings a document type")
    children = list(found)
    if found.tag != f"{{{namespace}}}Document" or [child.tag for child in children] != [f"{{{namespace}}}{root}"]:
        raise StatementUnreadableError(0, f"not one {namespace.rsplit(':', 1)[-1]} message")
    return children[0]


def local(element: "etree._Element", line: int) -> str:
    """The name of an element of the message's own namespace; any other is none of its."""
    name = etree.QName(element)
    if name.namespace != etree.QName(element.getroottree().getroot()).namespace:
        raise StatementUnreadableError(line, f"{element.tag[:60]} is of another namespace")
    return str(name.localname)


class Leaves:
    """The texts of an element by their path, of amounts also the currency (`…/@Ccy`); each path once, and known."""

    def __init__(self, element: "etree._Element", *, known: frozenset[str], line: int) -> None:
        self.line = line
        self._found: dict[str, str] = {}
        for path, text in self._walk(element, ""):
            if path not in known:
                raise StatementUnreadableError(line, f"{path[:60]} is not expected here")
            if path in self._found:
                raise StatementUnreadableError(line, f"{path} stands twice")
            self._found[path] = text

    def _walk(self, parent: "etree._Element", path: str) -> Iterator[tuple[str, str]]:
        for child in parent:
            name = path + local(child, self.line)
            if len(child):
                yield from self._walk(child, f"{name}/")
                continue
            yield name, (child.text or "").strip()
            if (currency := child.get("Ccy")) is not None:
                yield f"{name}/@Ccy", currency

    def get(self, path: str, *, longest: int = 140) -> str:
        """The text at `path`, '' when there is none."""
        text = self._found.get(path, "")
        if len(text) > longest or "\0" in text:
            raise StatementUnreadableError(self.line, f"{path} is longer than {longest} characters")
        return text

    def need(self, path: str) -> str:
        """The text at `path`, which must stand there."""
        if not (text := self.get(path)):
            raise StatementUnreadableError(self.line, f"{path} is missing")
        return text

    def one_of(self, path: str, words: Mapping[str, str]) -> str:
        """What the word at `path` means."""
        word = self.need(path)
        if word not in words:
            raise StatementUnreadableError(self.line, f"{path} {word[:20]!r} is not known")
        return words[word]

    def message_id(self, path: str) -> str:
        """An id of the standard's thirty-five characters."""
        given = self.need(path)
        if not MESSAGE_ID.fullmatch(given):
            raise StatementUnreadableError(self.line, f"{path} {given[:40]!r} is no id")
        return given

    def moment(self, path: str) -> datetime:
        """A time with its zone."""
        return moment(self.need(path), self.line)

    def amount(self, path: str) -> int | None:
        """Minor units of CNY at `path`, or None when nothing stands there."""
        text, currency = self.get(path), self.get(f"{path}/@Ccy")
        if not text and not currency:
            return None
        if currency != "CNY":
            raise StatementUnreadableError(self.line, "amount is not in CNY")
        return minor(text, self.line)


def several(parent: "etree._Element", name: str) -> "list[etree._Element]":
    """The children of `parent` that are called so."""
    return [child for child in parent if local(child, 0) == name]


def only(parent: "etree._Element", name: str) -> "etree._Element":
    """The one child of `parent` that is called so."""
    found = several(parent, name)
    if len(found) != 1:
        raise StatementUnreadableError(0, f"{name} does not stand there once")
    return found[0]
