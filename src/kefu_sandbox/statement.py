"""The bank's statement of the safeguarded account: one bank day, opening + entries = closing."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3

from kefu_sandbox import moments
from kefu_sandbox.refusal import BankRefusal

ACCOUNT = "SANDBOX-SAFEGUARDED-CNY"
EARLIEST = dt.date(2000, 1, 1)
_BOOKED = """
SELECT seq, bank_ref, instruction, direction AS kind,
       CASE direction WHEN 'debit' THEN amount ELSE -amount END AS amount,
       settled_at AS at FROM movements WHERE status = 'SUCCEEDED'
UNION ALL
SELECT seq, bank_ref || 'R', instruction, 'return', amount, returned_at FROM movements WHERE returned_at IS NOT NULL
"""


def statement(db: sqlite3.Connection, *, date: str, now: int) -> dict[str, object]:
    """The statement of `date` (YYYY-MM-DD, Asia/Shanghai), amounts in fen, payouts negative; `final` when it is over.

    Refusals (422): date_invalid, date_future.
    """
    day = _day(date)
    if day > moments.bank_day(now):
        raise BankRefusal(422, "date_future", "This day has not come yet.")
    start, end = moments.day_bounds(day)
    before = db.execute(f"SELECT coalesce(sum(amount), 0) AS sum FROM ({_BOOKED}) WHERE at < ?", (start,)).fetchone()
    rows = db.execute(
        f"SELECT * FROM ({_BOOKED}) WHERE at >= ? AND at < ? ORDER BY at, seq, kind", (start, end)
    ).fetchall()
    opening = int(before["sum"])
    return {
        "account": ACCOUNT,
        "date": day.isoformat(),
        "currency": "CNY",
        "final": now >= end,
        "opening": opening,
        "entries": [
            {
                "bank_ref": row["bank_ref"],
                "instruction": row["instruction"],
                "kind": row["kind"],
                "amount": row["amount"],
                "at": moments.iso(row["at"]),
            }
            for row in rows
        ],
        "closing": opening + sum(int(row["amount"]) for row in rows),
    }


def _day(text: str) -> dt.date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise BankRefusal(422, "date_invalid", "date must be YYYY-MM-DD.") from error
    if day < EARLIEST:
        raise BankRefusal(422, "date_invalid", "The account was not open then.")
    return day
