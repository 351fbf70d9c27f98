"""Reading a channel file: what a bank says it carried out for us on a day (docs/reference/bank-files.md).

Pure and strict: number and sum of its trailer must hold, else it is refused whole.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kefu.rails.statements import (
    DEBIT,
    LINES_MAX,
    PAYOUT,
    RETURN,
    StatementUnreadableError,
    check_line,
    minor,
    moment,
    read_uuid,
)

COLUMNS = ["instruction", "bank_ref", "kind", "amount", "fee", "at", "status", "last4"]
SUCCEEDED, FAILED = "SUCCEEDED", "FAILED"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileLine:
    """One thing carried out or refused; amount and fee in minor units, without sign."""

    number: int
    instruction: str
    instruction_id: UUID | None
    bank_ref: str
    kind: str
    amount: int
    fee: int
    at: datetime
    status: str
    last4: str
    as_given: bytes


@dataclass(frozen=True, kw_only=True)
class ChannelFileRead:
    """A day whose trailer holds. `total`: the sum of its amounts, minor units."""

    day: date
    final: bool
    total: int
    lines: tuple[FileLine, ...]


def parse(raw: bytes, *, day: date) -> ChannelFileRead:
    """The channel file of `day`. Raises `StatementUnreadableError` naming the first line that is wrong."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise StatementUnreadableError(0, f"no CSV: {problem}"[:200]) from problem
    if len(rows) < 3 or len(rows[0]) != 5 or rows[0][0] != "H" or rows[1] != COLUMNS:
        raise StatementUnreadableError(0, "head or columns are not as they should be")
    _, _, of_day, currency, state = rows[0]
    if of_day != day.isoformat() or currency != "CNY" or state not in ("final", "open"):
        raise StatementUnreadableError(0, f"is of {of_day[:20]} in {currency[:10]} ({state[:10]}), not of {day} in CNY")
    body, trailer = rows[2:-1], rows[-1]
    if len(trailer) != 3 or trailer[0] != "T":
        raise StatementUnreadableError(len(body) + 1, "the trailer is missing: the file is not whole")
    if len(body) > LINES_MAX:
        raise StatementUnreadableError(len(body), f"more than {LINES_MAX} lines")
    lines = tuple(_line(number, row) for number, row in enumerate(body, 1))
    seen: set[str] = set()
    for line in lines:
        if line.bank_ref in seen:
            raise StatementUnreadableError(line.number, f"{line.bank_ref} stands twice")
        seen.add(line.bank_ref)
    total = sum(line.amount for line in lines)
    if trailer[1] != str(len(lines)) or minor(trailer[2], len(lines)) != total:
        said = f"{trailer[1][:12]} lines of {trailer[2][:20]}"
        raise StatementUnreadableError(len(lines), f"the trailer says {said}; there are {len(lines)} of {total} fen")
    return ChannelFileRead(day=day, final=state == "final", total=total, lines=lines)


def _line(number: int, row: list[str]) -> FileLine:
    if len(row) != len(COLUMNS):
        raise StatementUnreadableError(number, f"has {len(row)} fields, not {len(COLUMNS)}")
    instruction, bank_ref, kind, amount, fee, at, status, last4 = row
    when = moment(at, number)
    if not bank_ref or not instruction or "\0" in instruction:
        raise StatementUnreadableError(number, "reference or instruction is missing")
    if kind not in (DEBIT, PAYOUT, RETURN) or status not in (SUCCEEDED, FAILED):
        raise StatementUnreadableError(number, f"a {kind[:20]} that is {status[:20]} is not known")
    moved, charged = minor(amount, number), minor(fee, number)
    if moved == 0 or not (last4 == "" or (last4.isascii() and last4.isdigit() and len(last4) == 4)):
        raise StatementUnreadableError(number, "amount or last four digits are wrong")
    check_line(number, amount=max(moved, charged), bank_ref=bank_ref)
    found = read_uuid(instruction)
    return FileLine(
        number=number,
        instruction=str(found) if found else instruction[:64],
        instruction_id=found,
        bank_ref=bank_ref,
        kind=kind,
        amount=moved,
        fee=charged,
        at=when,
        status=status,
        last4=last4,
        as_given=",".join(row).encode(),
    )
