"""Reading what a caller sends as XML, with the standard library: no document type, every element known, each once."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from kefu_sandbox.refusal import BankRefusal

_ID = re.compile(r"[A-Za-z0-9]{1,35}")


def leaves(body: bytes, *, namespace: str, known: frozenset[str]) -> dict[str, str]:
    """The texts of a document by their path, of amounts also the currency (`…/@Ccy`).

    Refusals: body_not_xml (400), element_unknown, element_twice (422).
    """
    if b"<!" in body:
        raise BankRefusal(400, "body_not_xml", "No document type, no comment, no entity.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - nothing can be declared in it: see above
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BankRefusal(400, "body_not_xml", "The body must be one XML document.") from error
    found: dict[str, str] = {}
    _walk(root, "", namespace, found)
    if unknown := set(found) - known:
        raise BankRefusal(422, "element_unknown", f"{min(unknown)[:80]} is not expected here.")
    return found


def _walk(element: ElementTree.Element, path: str, namespace: str, found: dict[str, str]) -> None:
    space, _, name = element.tag.rpartition("}")
    if space != f"{{{namespace}":
        raise BankRefusal(422, "element_unknown", "An element is of another message or version.")
    path = f"{path}/{name}" if path else name
    if len(element):
        for child in element:
            _walk(child, path, namespace, found)
        return
    for key, value in ((path, (element.text or "").strip()), (f"{path}/@Ccy", element.get("Ccy"))):
        if value is None:
            continue
        if key in found:
            raise BankRefusal(422, "element_twice", f"{key[:80]} stands twice.")
        found[key] = value


def need(found: dict[str, str], path: str) -> str:
    """The text at `path`. Refusal (422): element_missing."""
    if not (text := found.get(path, "")):
        raise BankRefusal(422, "element_missing", f"{path} is missing.")
    return text


def message_id(found: dict[str, str], path: str) -> str:
    """An id of at most thirty-five letters and digits. Refusal (422): message_id_invalid."""
    given = need(found, path)
    if not _ID.fullmatch(given):
        raise BankRefusal(422, "message_id_invalid", "An id is 1 to 35 of A-Z a-z 0-9.")
    return given
