"""Reading a bank statement: pure and strict. Opening plus entries must equal closing, to the last fen."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

LINES_MAX = 100_000
DEBIT, PAYOUT, RETURN = "debit", "payout", "return"


class StatementUnreadableError(Exception):
    """The statement does not hold; `line` counts its entries from 1, 0 is its head."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement of the account; amount in minor units, payouts negative; `instruction` as the bank names it."""

    number: int
    bank_ref: str
    instruction: str
    instruction_id: UUID | None
    kind: str
    amount: int
    at: datetime
    as_given: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A day whose sums hold. `final`: the bank's day was over when it was drawn up."""

    day: date
    currency: str
    final: bool
    opening: int
    closing: int
    lines: tuple[Line, ...]


def parse(raw: bytes, *, day: date) -> Statement:
    """The statement of `day`. Raises `StatementUnreadableError` naming the first line that is wrong."""
    try:
        given = json.loads(raw)
        if date.fromisoformat(given["date"]) != day:
            raise StatementUnreadableError(0, f"is of {given['date']}, not of {day}")
        currency, final = given["currency"], given["final"]
        opening, closing = _whole(given["opening"], 0), _whole(given["closing"], 0)
        entries = given["entries"]
    except (KeyError, TypeError, ValueError) as problem:
        raise StatementUnreadableError(0, f"head: {problem!r}") from problem
    if not isinstance(entries, list) or len(entries) > LINES_MAX or currency != "CNY" or type(final) is not bool:
        raise StatementUnreadableError(0, "entries, currency or final are not as they should be")
    lines = tuple(_line(number, entry) for number, entry in enumerate(entries, 1))
    seen: set[str] = set()
    for line in lines:
        if line.bank_ref in seen:
            raise StatementUnreadableError(line.number, f"{line.bank_ref} stands twice")
        seen.add(line.bank_ref)
    total = opening + sum(line.amount for line in lines)
    if total != closing:
        raise StatementUnreadableError(len(lines), f"opening and entries make {total}, closing says {closing}")
    return Statement(day=day, currency=currency, final=final, opening=opening, closing=closing, lines=lines)


def _line(number: int, entry: Any) -> Line:
    try:
        bank_ref, instruction = str(entry["bank_ref"]), str(entry["instruction"])
        kind, amount = str(entry.get("kind", DEBIT)), _whole(entry["amount"], number)
        at = datetime.fromisoformat(entry["at"])
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise StatementUnreadableError(number, f"{problem!r}") from problem
    if not bank_ref or amount == 0 or at.tzinfo is None:
        raise StatementUnreadableError(number, "reference, amount or time is missing")
    if kind not in (DEBIT, PAYOUT, RETURN) or (amount < 0) is not (kind == PAYOUT):
        raise StatementUnreadableError(number, f"a {kind[:20]} of {amount} is none")
    return Line(
        number=number,
        bank_ref=bank_ref,
        instruction=instruction,
        instruction_id=_uuid(instruction),
        kind=kind,
        amount=amount,
        at=at,
        as_given=entry,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whole(value: object, line: int) -> int:
    if type(value) is not int:
        raise StatementUnreadableError(line, f"{value!r} is not a whole number of minor units")
    return value
