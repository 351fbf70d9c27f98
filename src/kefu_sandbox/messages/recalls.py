"""Requests to get a payout back (camt.056), answered later (camt.029), and paid back when the plan says so.

One recall a payment, for ever. What is accepted of a payment that is still under way is never paid; of one that was
paid it comes back as any return does. Refused or never answered ones change nothing.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import dataclass
from uuid import UUID
from xml.sax.saxutils import escape

from kefu_sandbox import callbacks, moments, moods, movements, plans
from kefu_sandbox.messages import xml
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.signing import WINDOW_S
from kefu_sandbox.statement import end_to_end

REQUEST = "urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"
ANSWER = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"
REASONS = ("DUPL", "TECH", "FRAD", "CUST", "AM09", "AC03")
RECALLED = "recalled"
_ROOT = "Document/FIToFIPmtCxlReq"
_TX = f"{_ROOT}/Undrlyg/TxInf"
_PARTY = "Agt/FinInstnId/Othr/Id"
_KNOWN = frozenset(
    {
        *(f"{_ROOT}/Assgnmt/{name}" for name in ("Id", "CreDtTm", f"Assgnr/{_PARTY}", f"Assgne/{_PARTY}")),
        *(f"{_ROOT}/Case/{name}" for name in ("Id", f"Cretr/{_PARTY}")),
        f"{_ROOT}/CtrlData/NbOfTxs",
        *(f"{_TX}/{name}" for name in ("OrgnlEndToEndId", "OrgnlTxId", "OrgnlIntrBkSttlmDt", "CxlRsnInf/Rsn/Cd")),
        *(f"{_TX}/OrgnlIntrBkSttlmAmt{name}" for name in ("", "/@Ccy")),
    }
)
_AMOUNT = re.compile(r"([0-9]{1,13})\.([0-9]{2})")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A camt.056 as asked: `amount` in fen, `at` in milliseconds UTC."""

    id: str
    instruction: str
    bank_ref: str
    amount: int
    reason: str
    at: int

    def digest(self) -> str:
        """What "the same request" means."""
        values = (self.id, self.instruction, self.bank_ref, str(self.amount), self.reason)
        return hashlib.sha256("\n".join(values).encode()).hexdigest()


def read(body: bytes) -> Request:
    """Refusals: body_not_xml (400); element_unknown, element_twice, element_missing, message_id_invalid,
    payments_invalid, amount_invalid, currency_invalid, reason_invalid, created_invalid (422).
    """
    found = xml.leaves(body, namespace=REQUEST, known=_KNOWN)
    request_id = xml.message_id(found, f"{_ROOT}/Assgnmt/Id")
    if xml.message_id(found, f"{_ROOT}/Case/Id") != request_id or xml.need(found, f"{_ROOT}/CtrlData/NbOfTxs") != "1":
        raise BankRefusal(422, "payments_invalid", "One payment a request, and its case has the request's id.")
    amount = _AMOUNT.fullmatch(xml.need(found, f"{_TX}/OrgnlIntrBkSttlmAmt"))
    if amount is None:
        raise BankRefusal(422, "amount_invalid", "The amount is yuan with two places.")
    if found.get(f"{_TX}/OrgnlIntrBkSttlmAmt/@Ccy") != "CNY":
        raise BankRefusal(422, "currency_invalid", "This bank pays CNY only.")
    reason = xml.need(found, f"{_TX}/CxlRsnInf/Rsn/Cd")
    if reason not in REASONS:
        raise BankRefusal(422, "reason_invalid", "The reason must be one of: " + " ".join(REASONS))
    try:
        at = moments.parse_iso(xml.need(found, f"{_ROOT}/Assgnmt/CreDtTm"))
    except ValueError as error:
        raise BankRefusal(422, "created_invalid", "CreDtTm must be ISO 8601 with an offset.") from error
    return Request(
        id=request_id, instruction=_dashed(xml.need(found, f"{_TX}/OrgnlEndToEndId")),
        bank_ref=found.get(f"{_TX}/OrgnlTxId", ""), amount=int(amount[1]) * 100 + int(amount[2]), reason=reason, at=at,
    )  # fmt: skip


def _dashed(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


def ask(db: sqlite3.Connection, request: Request, *, now: int, demo: bool) -> movements.Submission:
    """Take the request once; the same again is acknowledged alike. Nothing at all is answered when the plan drops it.

    Refusals: payment_unknown (404); message_conflict, recall_exists, payment_failed, payment_returned (409);
    amount_mismatch, reference_mismatch, happened_at_future (422).
    """
    if request.at > now + moments.seconds(WINDOW_S):  # an old one is a request that was long on its way
        raise BankRefusal(422, "happened_at_future", "This moment has not come yet.")
    known = db.execute("SELECT * FROM recalls WHERE id = ?", (request.id,)).fetchone()
    if known is not None:
        if known["digest"] != request.digest():
            raise BankRefusal(409, "message_conflict", "This id stood on another request.")
        return movements.Submission(answer=_receipt(request), hang_s=0)
    paid = db.execute(
        "SELECT * FROM movements WHERE instruction = ? AND direction = 'payout'", (request.instruction,)
    ).fetchone()
    _check(db, request, paid)
    mood = moods.current(db, now=now, card_token=paid["card_token"])
    plan = plans.make_plan(scenario=mood.scenario, params=mood.params, seed=mood.seed, instruction=request.id)
    moods.use(db, mood)
    if plan.drops and movements.count_try(db, request.id, "drop") <= plan.drops:
        return movements.Submission(answer=None, hang_s=plan.hang_s)
    at = min(request.at, now) if demo else now
    due = None if plan.recall_s is None else at + moments.seconds(plan.recall_s)
    db.execute(
        "INSERT INTO recalls (id, instruction, digest, reason, plan, asked_at, answer_due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (request.id, request.instruction, request.digest(), request.reason, plan.dump(), at, due),
    )
    if due is not None and due <= now:
        _answer(db, request.id, at=due, now=now)
    return movements.Submission(answer=_receipt(request), hang_s=plan.hang_s)


def _receipt(request: Request) -> dict[str, object]:
    return {"recall": request.id, "instruction": request.instruction, "status": "RECEIVED"}


def _check(db: sqlite3.Connection, request: Request, paid: sqlite3.Row | None) -> None:
    if paid is None:
        raise BankRefusal(404, "payment_unknown", "This bank made no such payment.")
    if paid["amount"] != request.amount:
        raise BankRefusal(422, "amount_mismatch", "The payment was of another amount.")
    if request.bank_ref and paid["bank_ref"] != request.bank_ref:
        raise BankRefusal(422, "reference_mismatch", "The payment has another reference.")
    if db.execute("SELECT 1 FROM recalls WHERE instruction = ?", (request.instruction,)).fetchone():
        raise BankRefusal(409, "recall_exists", "One recall a payment: it was asked back before.")
    if paid["status"] == "FAILED":
        raise BankRefusal(409, "payment_failed", "This payment was never made.")
    if paid["returned_at"] is not None:
        raise BankRefusal(409, "payment_returned", "This payment has come back already.")


def work_off(db: sqlite3.Connection, *, now: int, limit: int) -> int:
    """Answer and give back what is due; how many there were."""
    due = db.execute(
        "SELECT id FROM recalls WHERE answered_at IS NULL AND answer_due <= ? ORDER BY answer_due LIMIT ?", (now, limit)
    ).fetchall()
    for row in due:
        _answer(db, row["id"], at=now, now=now)
    back = db.execute(
        "SELECT id FROM recalls WHERE return_due <= ? ORDER BY return_due LIMIT ?", (now, limit)
    ).fetchall()
    for row in back:
        _give_back(db, row["id"], at=now, now=now)
    return len(due) + len(back)


def next_due(db: sqlite3.Connection) -> int | None:
    """When the next recall is to be answered, or its money given back."""
    row = db.execute(
        "SELECT min(at) AS at FROM (SELECT min(answer_due) AS at FROM recalls WHERE answered_at IS NULL"
        " UNION ALL SELECT min(return_due) FROM recalls)"
    ).fetchone()
    return None if row["at"] is None else int(row["at"])


def _row(db: sqlite3.Connection, recall: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(
        "SELECT r.*, m.amount, m.bank_ref, m.status AS paid, m.returned_at, m.seq FROM recalls r"
        " JOIN movements m ON m.instruction = r.instruction WHERE r.id = ?",
        (recall,),
    ).fetchone()
    if row is None:
        raise BankRefusal(404, "not_found", "No such recall.")
    return row


def _answer(db: sqlite3.Connection, recall: str, *, at: int, now: int) -> None:
    row = _row(db, recall)
    plan = plans.load_plan(row["plan"])
    code = plan.recall_code if plan.recall == "refuse" else ""
    if row["returned_at"] is not None:
        code = "ARDT"
    elif row["paid"] == "FAILED":
        code = "NOOR"
    paid_back = not code and plan.recall_return_s is not None and row["paid"] == "SUCCEEDED"
    back = at + moments.seconds(plan.recall_return_s or 0) if paid_back else None
    db.execute(
        "UPDATE recalls SET answer = ?, code = ?, answered_at = ?, return_due = ? WHERE id = ?",
        ("RJCR" if code else "ACCR", code, at, back, recall),
    )
    if not code and row["paid"] == "PROCESSING":
        movements.end_recalled(db, row["instruction"], reason=RECALLED, at=at, now=now)
    told = _row(db, recall)
    event = _message_id(told)
    callbacks.push(db, row["instruction"], plan, event=event, body=write_answer(told), now=now)
    if back is not None and back <= now:
        _give_back(db, recall, at=back, now=now)


def _give_back(db: sqlite3.Connection, recall: str, *, at: int, now: int) -> None:
    db.execute("UPDATE recalls SET return_due = NULL WHERE id = ?", (recall,))
    movements.give_back_recalled(db, _row(db, recall)["instruction"], reason=RECALLED, at=at, now=now)


def query(db: sqlite3.Connection, recall: str, *, now: int) -> bytes:
    """The camt.029 as it stands: PDCR while nothing is decided. Refusals: not_found (404), query_unavailable (503)."""
    row = _row(db, recall)
    if moods.current(db, now=now, lasting=True).scenario == "query_down":
        raise BankRefusal(503, "query_unavailable", "Queries are out of order; ask again later.")
    return write_answer(row)


def _message_id(row: sqlite3.Row) -> str:
    return "CX" + hashlib.sha256(f"{row['id']}|{row['answer'] or 'PDCR'}".encode()).hexdigest()[:30]


def write_answer(row: sqlite3.Row) -> bytes:
    """The camt.029 about a recall."""
    word = row["answer"] or "PDCR"
    whole = {"ACCR": "CNCL"}.get(word, word)
    amount = f"{row['amount'] // 100}.{row['amount'] % 100:02d}"
    reason = f"<CxlStsRsnInf><Rsn><Cd>{row['code']}</Cd></Rsn></CxlStsRsnInf>" if row["code"] else ""
    us, them = _party("BANK"), _party("KEFU")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{ANSWER}"><RsltnOfInvstgtn>\n'
        f"<Assgnmt><Id>{_message_id(row)}</Id><Assgnr>{us}</Assgnr><Assgne>{them}</Assgne>"
        f"<CreDtTm>{moments.iso(row['answered_at'] or row['asked_at'])}</CreDtTm></Assgnmt>\n"
        f"<RslvdCase><Id>{row['id']}</Id><Cretr>{them}</Cretr></RslvdCase><Sts><Conf>{whole}</Conf></Sts>\n"
        f"<CxlDtls><TxInfAndSts><OrgnlEndToEndId>{escape(end_to_end(row['instruction']))}</OrgnlEndToEndId>"
        f"<OrgnlTxId>{row['bank_ref']}</OrgnlTxId><TxCxlSts>{word}</TxCxlSts>{reason}"
        f'<OrgnlTxRef><IntrBkSttlmAmt Ccy="CNY">{amount}</IntrBkSttlmAmt></OrgnlTxRef></TxInfAndSts></CxlDtls>\n'
        "</RsltnOfInvstgtn></Document>\n"
    ).encode()


def _party(name: str) -> str:
    return f"<Agt><FinInstnId><Othr><Id>{name}</Id></Othr></FinInstnId></Agt>"
