"""What became of the payouts of a bank day, as a payment status report (pacs.002). The same day gives the same
bytes once it is over.
"""

from __future__ import annotations

import sqlite3
from xml.sax.saxutils import escape

from kefu_sandbox import moments
from kefu_sandbox.statement import bounds, end_to_end, yuan

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"
CODES = {
    "insufficient_funds": "AM04",
    "card_closed": "AC04",
    "risk": "AG01",
    "limit_exceeded": "AM02",
    "recalled": "CUST",
}
"""Why a payout was refused, in the standard's words."""


def status_report(db: sqlite3.Connection, *, date: str, now: int) -> bytes:
    """The report of `date` (YYYY-MM-DD, Asia/Shanghai): ACSC for what was paid, RJCT with its reason for what was not.

    Refusals (422): date_invalid, date_future.
    """
    day, start, end = bounds(date, now=now)
    rows = db.execute(
        "SELECT * FROM movements WHERE direction = 'payout' AND settled_at >= ? AND settled_at < ?"
        " ORDER BY settled_at, seq",
        (start, end),
    ).fetchall()
    final = now >= end
    made = moments.iso(end - 1 if final else max((row["settled_at"] for row in rows), default=start))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><FIToFIPmtStsRpt>\n'
        f"<GrpHdr><MsgId>SR{day:%Y%m%d}-{len(rows)}{'F' if final else ''}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>\n"
        f"{''.join(_payment(row) for row in rows)}</FIToFIPmtStsRpt></Document>\n"
    ).encode()


def _payment(row: sqlite3.Row) -> str:
    failed = row["status"] == "FAILED"
    code = CODES.get(row["reason"] or "", "NARR")
    reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if failed else ""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{escape(end_to_end(row['instruction']))}</OrgnlEndToEndId>"
        f"<TxSts>{'RJCT' if failed else 'ACSC'}</TxSts>{reason}"
        f"<AccptncDtTm>{moments.iso(row['settled_at'])}</AccptncDtTm>"
        f"<AcctSvcrRef>{row['bank_ref']}</AcctSvcrRef>"
        f'<OrgnlTxRef><IntrBkSttlmAmt Ccy="CNY">{yuan(row["amount"])}</IntrBkSttlmAmt></OrgnlTxRef></TxInfAndSts>\n'
    )
