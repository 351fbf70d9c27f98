"""Checking an account before it is paid: a number in, a token and what is owed out. Numbers are kept blinded."""

from __future__ import annotations

import hashlib
import hmac
import re
import sqlite3

from kefu_sandbox import fields, moments
from kefu_sandbox.movements import Order
from kefu_sandbox.partners import catalogue
from kefu_sandbox.partners.catalogue import Payee
from kefu_sandbox.refusal import BankRefusal

_CHECK = frozenset({"payee", "number", "account_token", "happened_at"})


def check(db: sqlite3.Connection, *, role: str, key: bytes, body: bytes, now: int, demo: bool) -> dict[str, object]:
    """The account by number or by the token given before, with the bill of the month and what is still due of it.

    Refusals (422): payee_unknown, number_invalid, account_unknown, and of `fields`.
    """
    values = fields.read_object(body, allowed=_CHECK)
    at = fields.moment(values, "happened_at")
    moment = now if at is None or not demo else min(at, now)
    if "account_token" in values:
        return describe(db, account_of(db, fields.text(values, "account_token")), role=role, at=moment)
    payee = catalogue.payee_of(role, fields.text(values, "payee"))
    if payee is None:
        raise BankRefusal(422, "payee_unknown", "This house does not stand for such a company.")
    number = re.sub(r"[ -]", "", fields.text(values, "number", longest=30))
    if not catalogue.knows(payee, number):
        raise BankRefusal(422, "account_unknown", "There is no account with this number.")
    token = "acc_" + hmac.new(key, f"{payee.code}|{number}".encode(), hashlib.sha256).hexdigest()[:32]
    db.execute(
        "INSERT OR IGNORE INTO accounts (token, payee, number, holder, opened_at) VALUES (?, ?, ?, ?, ?)",
        (token, payee.code, number, catalogue.holder(payee, number), now),
    )
    return describe(db, account_of(db, token), role=role, at=moment)


def account_of(db: sqlite3.Connection, token: str) -> sqlite3.Row:
    """The account of a token; refusal (422): account_unknown."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM accounts WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise BankRefusal(422, "account_unknown", "No account has this token.")
    return row


def describe(db: sqlite3.Connection, row: sqlite3.Row, *, role: str, at: int) -> dict[str, object]:
    """What may be told of an account at `at`: amounts in fen; `due_on` a date, `cutoff` a time, both of Beijing."""
    payee = _payee(row, role)
    owed = catalogue.bill(payee, row["number"], today=moments.bank_day(at))
    left = max(0, owed.due - _taken(db, row["token"], at=at))
    return {
        "account_token": row["token"],
        "payee": payee.code,
        "kind": payee.kind,
        "number_masked": catalogue.masked(payee, row["number"]),
        "holder_masked": row["holder"],
        "currency": "CNY",
        "period": owed.period,
        "amount_due": left,
        "minimum": min(left, owed.minimum),
        "partial": payee.partial,
        "amounts": list(payee.amounts),
        "due_on": owed.due_on.isoformat(),
        "cutoff": payee.cutoff,
        "days": payee.days,
    }


def _payee(row: sqlite3.Row, role: str) -> Payee:
    payee = catalogue.payee_of(role, row["payee"])
    assert payee is not None
    return payee


def _taken(db: sqlite3.Connection, token: str, *, at: int) -> int:
    """What was taken on in the month of `at` and neither refused nor reversed."""
    first = moments.bank_day(at).replace(day=1)
    start = moments.day_bounds(first)[0]
    found = db.execute(
        "SELECT coalesce(sum(amount), 0) AS sum FROM movements WHERE card_token = ? AND accepted_at >= ?"
        " AND accepted_at <= ? AND status <> 'FAILED' AND returned_at IS NULL",
        (token, start, at),
    )
    return int(found.fetchone()["sum"])


def check_payment(db: sqlite3.Connection, order: Order, *, role: str, now: int) -> None:
    """Refuse (422) a payment that the company would not take: account_unknown, amount_refused, nothing_due."""
    row = account_of(db, order.card_token)
    payee, told = _payee(row, role), describe(db, row, role=role, at=order.at or now)
    due = int(str(told["amount_due"]))
    if payee.amounts:
        if order.amount not in payee.amounts:
            raise BankRefusal(422, "amount_refused", "Only the amounts told are taken.")
    elif not due:
        raise BankRefusal(422, "nothing_due", "Nothing is due on this account.")
    elif order.amount > due or (order.amount < due and not payee.partial):
        raise BankRefusal(422, "amount_refused", "More than is due, or less where all must be paid.")


def recent(db: sqlite3.Connection, *, limit: int) -> list[sqlite3.Row]:
    """The newest payments first, each with whose account it went to."""
    return db.execute(
        "SELECT d.*, a.payee, a.number, a.holder FROM movements d JOIN accounts a ON a.token = d.card_token"
        " ORDER BY d.seq DESC LIMIT ?",
        (limit,),
    ).fetchall()
