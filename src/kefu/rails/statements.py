"""Reading a bank statement (ISO 20022 camt.053.001.08): pure and strict.

Opening plus entries must equal closing, to the last fen; what does not hold is refused whole. XML of strangers: no
entities, no network, no document type.
"""

import functools
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from lxml import etree

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
LINES_MAX = 200_000
DEBIT, PAYOUT, RETURN, CREDIT, OWN = "debit", "payout", "return", "credit", "own"
KINDS: dict[tuple[str, str], str] = {
    ("IDDT", "PMDD"): DEBIT,
    ("ICDT", "DMCT"): PAYOUT,
    ("ICDT", "RRTN"): RETURN,
    ("RCDT", "DMCT"): CREDIT,
    ("ICDT", "BOOK"): OWN,
    ("RCDT", "BOOK"): OWN,
}
"""Family and sub-family (bank transaction code, domain PMNT) of the entries that we know: a card's debit for us, a
payout, its return, money from somebody without our asking, and a transfer between our own accounts.
"""
NEGATIVE = (PAYOUT,)
FIRST_YEAR, LAST_YEAR = 2000, 2100
LINE_MOST = 10_000_000_000_000
"""Minor units in one line: no transfer in the books is larger. Sums of a whole file then fit the database."""
REFERENCE_MOST = 64
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_N = f"{{{NAMESPACE}}}"


class StatementUnreadableError(Exception):
    """The file does not hold; `line` counts its entries from 1, 0 is its head."""

    def __init__(self, line: int, problem: str) -> None:
        problem = problem.replace("\0", "")  # quotes the file, and is kept in the database
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One movement of the account; amount in minor units, out of it negative; `instruction` as the bank names it."""

    number: int
    bank_ref: str
    instruction: str
    instruction_id: UUID | None
    kind: str
    amount: int
    at: datetime
    as_given: bytes


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A day whose sums hold. `final`: the bank's day was over when it was drawn up (its balance is CLBD, not ITBD)."""

    day: date
    currency: str
    final: bool
    opening: int
    closing: int
    lines: tuple[Line, ...]


def parse(raw: bytes, *, day: date, account: str) -> Statement:
    """The statement of `account` for `day`. Raises `StatementUnreadableError` naming the first line that is wrong."""
    lines: list[Line] = []
    seen: set[str] = set()
    head = before = None
    for element in _elements(raw, lines):
        if element.tag == f"{_N}Ntry":
            line = _line(len(lines) + 1, element)
            if line.bank_ref in seen:
                raise StatementUnreadableError(line.number, f"{line.bank_ref} stands twice")
            if len(lines) >= LINES_MAX:
                raise StatementUnreadableError(line.number, f"more than {LINES_MAX} entries")
            seen.add(line.bank_ref)
            lines.append(line)
            if before is not None:  # only what is read already may go: the parser still builds on the latest
                before.getparent().remove(before)
            before = element
        else:
            head = element
    if head is None or head.tag != f"{_N}Document" or len(head.findall(f".//{_N}Stmt")) != 1:
        raise StatementUnreadableError(0, "not one camt.053.001.08 statement")
    return _whole(head, lines, day=day, account=account)


def _elements(raw: bytes, lines: list[Line]) -> "Iterator[etree._Element]":
    """The entries in order, then the document; what is no XML, or brings a document type, is refused."""
    try:
        events = etree.iterparse(
            io.BytesIO(raw), events=("end",), tag=(f"{_N}Ntry", f"{_N}Document"),
            resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for count, (_event, element) in enumerate(events):
            # A document type can stand before the root only.
            if count == 0 and element.getroottree().docinfo.doctype:
                raise StatementUnreadableError(0, "brings a document type")
            yield element
    except etree.XMLSyntaxError as problem:
        raise StatementUnreadableError(len(lines) + 1 if lines else 0, f"no XML: {problem}"[:200]) from problem


def _whole(head: "etree._Element", lines: list[Line], *, day: date, account: str) -> Statement:
    stmt = head.find(f".//{_N}Stmt")
    _must(_text(stmt, "Acct/Id/Othr/Id"), account, "account")
    _must(_text(stmt, "Acct/Ccy"), "CNY", "currency")
    balances: dict[str, int] = {}
    for bal in stmt.findall(f"{_N}Bal"):
        code = _text(bal, "Tp/CdOrPrtry/Cd")
        if code in balances:
            raise StatementUnreadableError(0, f"balance {code} stands twice")
        _must(_text(bal, "Dt/Dt"), day.isoformat(), "day")
        balances[code] = _amount(bal)
    final = "CLBD" in balances
    if "OPBD" not in balances or final is ("ITBD" in balances):
        raise StatementUnreadableError(0, "opening and closing balance are not one each")
    opening, closing = balances["OPBD"], balances["CLBD" if final else "ITBD"]
    total = opening + sum(line.amount for line in lines)
    if total != closing:
        raise StatementUnreadableError(len(lines), f"opening and entries make {total}, closing says {closing}")
    if stmt.find(_path("TxsSummry/TtlNtries")) is not None:
        _must(_text(stmt, "TxsSummry/TtlNtries/NbOfNtries"), str(len(lines)), "number of entries")
        gross = minor(_text(stmt, "TxsSummry/TtlNtries/Sum"), 0)
        _must(str(gross), str(sum(abs(line.amount) for line in lines)), "sum of entries")
    return Statement(day=day, currency="CNY", final=final, opening=opening, closing=closing, lines=tuple(lines))


def _line(number: int, entry: "etree._Element") -> Line:
    said = _leaves(entry, "", {})

    def need(path: str) -> str:
        if not (text := said.get(path, "")):
            raise StatementUnreadableError(number, f"{path} is missing")
        return text

    if need("Sts/Cd") != "BOOK":
        raise StatementUnreadableError(number, "is not booked")
    codes = tuple(need(f"BkTxCd/Domn/{at}") for at in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"))
    kind = KINDS.get((codes[1], codes[2])) if codes[0] == "PMNT" else None
    if kind is None:
        raise StatementUnreadableError(number, f"an entry of kind {'/'.join(codes)[:40]} is not known")
    amount = _signed(said.get("Amt"), said.get("Amt/@Ccy"), need("CdtDbtInd"), number)
    if amount == 0 or (kind != OWN and (amount < 0) is not (kind in NEGATIVE)):
        raise StatementUnreadableError(number, f"a {kind} of {amount} is none")
    at = moment(need("BookgDt/DtTm"), number)
    check_line(number, amount=amount, bank_ref=need("AcctSvcrRef"))
    named = said.get("NtryDtls/TxDtls/Refs/EndToEndId") or "NOTPROVIDED"
    found = read_uuid(named)
    return Line(
        number=number,
        bank_ref=need("AcctSvcrRef"),
        instruction=str(found) if found else named[:64],
        instruction_id=found,
        kind=kind,
        amount=amount,
        at=at,
        as_given=etree.tostring(entry, with_tail=False),
    )


def _leaves(parent: "etree._Element", path: str, found: dict[str, str]) -> dict[str, str]:
    """The texts below an element by their path, the first of each; of amounts also the currency (`Amt/@Ccy`)."""
    for child in parent:
        name = path + (child.tag[len(_N) :] if child.tag.startswith(_N) else child.tag)
        if len(child):
            _leaves(child, f"{name}/", found)
        elif name not in found:
            found[name] = (child.text or "").strip()
            if currency := child.get("Ccy"):
                found[f"{name}/@Ccy"] = currency
    return found


def _amount(parent: "etree._Element") -> int:
    given = parent.find(f"{_N}Amt")
    text, currency = (None, None) if given is None else (given.text or "", given.get("Ccy"))
    return _signed(text, currency, _text(parent, "CdtDbtInd"), 0)


def _signed(text: str | None, currency: str | None, side: str, line: int) -> int:
    if text is None or currency != "CNY":
        raise StatementUnreadableError(line, "amount is missing or not in CNY")
    if side not in ("CRDT", "DBIT"):
        raise StatementUnreadableError(line, f"side {side[:10]!r} is none")
    return minor(text, line) * (1 if side == "CRDT" else -1)


def minor(text: str, line: int) -> int:
    """Yuan with at most two places as minor units."""
    if not _AMOUNT.fullmatch(text):
        raise StatementUnreadableError(line, f"{text[:40]!r} is no amount with two places")
    return int(Decimal(text) * 100)


def moment(text: str, line: int) -> datetime:
    """The time of a line, with its zone, in a year that can be meant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise StatementUnreadableError(line, f"time: {problem}"[:200]) from problem
    if at.tzinfo is None:
        raise StatementUnreadableError(line, "its time has no zone")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise StatementUnreadableError(line, f"the year {at.year} cannot be meant")
    return at.astimezone(UTC)


def check_line(line: int, *, amount: int, bank_ref: str) -> None:
    """Refuse what no bank would write: a line larger than any transfer, a reference without end."""
    if abs(amount) > LINE_MOST:
        raise StatementUnreadableError(line, f"{abs(amount)} fen are more than any transfer")
    if len(bank_ref) > REFERENCE_MOST or "\0" in bank_ref:
        raise StatementUnreadableError(line, f"its reference {bank_ref[:40]!r} is no reference")


def read_uuid(text: str) -> UUID | None:
    """The instruction that a reference names, with or without dashes, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


@functools.cache
def _path(path: str) -> str:
    return "/".join(f"{_N}{part}" for part in path.split("/"))


def _text(parent: "etree._Element", path: str) -> str:
    found = (parent.findtext(_path(path)) or "").strip()
    if not found:
        raise StatementUnreadableError(0, f"{path} is missing")
    return found


def _must(given: str, wanted: str, what: str) -> None:
    if given != wanted:
        raise StatementUnreadableError(0, f"{what} is {given[:40]!r}, not {wanted!r}")
