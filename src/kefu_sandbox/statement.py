"""The bank's two files of a bank day: the statement of the safeguarded account (ISO 20022 camt.053.001.08), and the
channel file (CSV) of what it carried out for us. The same day gives the same bytes once it is over.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sqlite3
from uuid import UUID
from xml.sax.saxutils import escape

from kefu_sandbox import moments
from kefu_sandbox.refusal import BankRefusal

ACCOUNTS = {
    "bank": "SANDBOX-SAFEGUARDED-CNY",
    "biller": "SANDBOX-BILLER-CNY",
    "lender": "SANDBOX-LENDER-CNY",
}
"""The account that a house keeps for us; a biller's or lender's shows what it was paid, out of nothing: negative."""
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
EARLIEST = dt.date(2000, 1, 1)
CODES = {"debit": ("IDDT", "PMDD"), "payout": ("ICDT", "DMCT"), "return": ("ICDT", "RRTN"), "credit": ("RCDT", "DMCT")}
"""Family and sub-family of each kind of entry (ISO 20022 bank transaction codes, domain PMNT)."""
COLUMNS = ("instruction", "bank_ref", "kind", "amount", "fee", "at", "status", "last4")
_BOOKED = """
SELECT seq, bank_ref, instruction, direction AS kind,
       CASE direction WHEN 'debit' THEN amount ELSE -amount END AS amount,
       settled_at AS at FROM movements WHERE status = 'SUCCEEDED'
UNION ALL
SELECT seq, bank_ref || 'R', instruction, 'return', amount, returned_at FROM movements WHERE returned_at IS NOT NULL
UNION ALL
SELECT seq, bank_ref, 'NOTPROVIDED', 'credit', amount, at FROM deposits
"""
_LAST4 = {"bank": "SELECT token, last4 FROM cards"}
_LAST4_OF_PARTNERS = "SELECT token, substr(number, -4) AS last4 FROM accounts"
_CARRIED = """
SELECT m.seq, m.instruction, m.bank_ref, m.direction AS kind, m.amount, m.settled_at AS at, m.status,
       coalesce(c.last4, '') AS last4
  FROM movements m LEFT JOIN (%(last4)s) c ON c.token = m.card_token
 WHERE m.settled_at >= :start AND m.settled_at < :end
UNION ALL
SELECT m.seq, m.instruction, m.bank_ref || 'R', 'return', m.amount, m.returned_at, 'SUCCEEDED',
       coalesce(c.last4, '')
  FROM movements m LEFT JOIN (%(last4)s) c ON c.token = m.card_token
 WHERE m.returned_at >= :start AND m.returned_at < :end
 ORDER BY 6, 1, 4
"""


def statement(db: sqlite3.Connection, *, role: str, date: str, now: int) -> bytes:
    """The statement of the house's account for us, of `date` (YYYY-MM-DD, Asia/Shanghai). Its closing balance is CLBD
    when the day is over, else ITBD.

    Refusals (422): date_invalid, date_future.
    """
    day, start, end = bounds(date, now=now)
    before = db.execute(f"SELECT coalesce(sum(amount), 0) AS sum FROM ({_BOOKED}) WHERE at < ?", (start,)).fetchone()
    rows = db.execute(
        f"SELECT * FROM ({_BOOKED}) WHERE at >= ? AND at < ? ORDER BY at, seq, kind", (start, end)
    ).fetchall()
    opening, final = int(before["sum"]), now >= end
    made = moments.iso(end if final else max((row["at"] for row in rows), default=start))
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>SB{day:%Y%m%d}-{len(rows)}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>SB{day:%Y%m%d}</Id><CreDtTm>{made}</CreDtTm>"
        f"<FrToDt><FrDtTm>{moments.iso(start)}</FrDtTm><ToDtTm>{moments.iso(end)}</ToDtTm></FrToDt>\n"
        f"<Acct><Id><Othr><Id>{ACCOUNTS[role]}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n",
        _balance("OPBD", opening, day),
        _balance("CLBD" if final else "ITBD", opening + sum(int(row["amount"]) for row in rows), day),
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(rows)}</NbOfNtries>"
        f"<Sum>{yuan(sum(abs(int(row['amount'])) for row in rows))}</Sum></TtlNtries></TxsSummry>\n",
        *(_entry(number, row) for number, row in enumerate(rows, 1)),
        "</Stmt>\n</BkToCstmrStmt></Document>\n",
    ]
    return "".join(parts).encode()


def channel_file(db: sqlite3.Connection, *, role: str, date: str, now: int) -> bytes:
    """What was carried out, refused or given back on `date`: a head, the columns, a line each, and a trailer with their
    number and the sum of their amounts. Amounts are yuan without sign.

    Refusals (422): date_invalid, date_future.
    """
    day, start, end = bounds(date, now=now)
    carried = _CARRIED % {"last4": _LAST4.get(role, _LAST4_OF_PARTNERS)}
    rows = db.execute(carried, {"start": start, "end": end}).fetchall()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("H", "SANDBOX", day.isoformat(), "CNY", "final" if now >= end else "open"))
    writer.writerow(COLUMNS)
    for row in rows:
        at, amount = moments.iso(row["at"]), yuan(row["amount"])
        writer.writerow(
            (row["instruction"], row["bank_ref"], row["kind"], amount, "0.00", at, row["status"], row["last4"])
        )
    writer.writerow(("T", len(rows), yuan(sum(int(row["amount"]) for row in rows))))
    return text.getvalue().encode()


def bounds(text: str, *, now: int) -> tuple[dt.date, int, int]:
    """A bank day with its first moment and the next day's. Refusals (422): date_invalid, date_future."""
    day = _day(text)
    if day > moments.bank_day(now):
        raise BankRefusal(422, "date_future", "This day has not come yet.")
    return day, *moments.day_bounds(day)


def yuan(fen: int) -> str:
    """An amount as the files carry it."""
    return f"{fen // 100}.{fen % 100:02d}"


def _balance(code: str, fen: int, day: dt.date) -> str:
    side = "CRDT" if fen >= 0 else "DBIT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{yuan(abs(fen))}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(number: int, row: sqlite3.Row) -> str:
    family, sub = CODES[row["kind"]]
    side, amount = ("CRDT" if row["amount"] >= 0 else "DBIT"), yuan(abs(row["amount"]))
    return (
        f'<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{moments.iso(row['at'])}</DtTm></BookgDt>"
        f"<AcctSvcrRef>{row['bank_ref']}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd>"
        f"<SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>{escape(end_to_end(row['instruction']))}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n"
    )


def end_to_end(instruction: str) -> str:
    """An instruction as the standard's 35 characters carry it: a UUID loses its dashes."""
    try:
        return UUID(instruction).hex
    except ValueError:
        return instruction


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
