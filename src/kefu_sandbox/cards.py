"""Linking a card: number, holder and phone in, a code to the phone, a token out. Numbers are never stored."""

from __future__ import annotations

import hashlib
import hmac
import random
import re
import secrets
import sqlite3

from kefu_sandbox import fields, moments, pans
from kefu_sandbox.refusal import BankRefusal

CODE_LIVES_S = 300
CODE_TRIES = 5
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_LINK = frozenset({"pan", "holder", "phone"})


def open_check(db: sqlite3.Connection, *, key: bytes, body: bytes, now: int) -> dict[str, object]:
    """Begin linking: "send" a six-digit code to the phone. Answers the check id and when the code dies.

    `key` blinds number and person. Refusals (422): pan_invalid, pan_not_test, bank_unknown, holder_invalid,
    phone_invalid, holder_mismatch (the number is linked already, to somebody else).
    """
    values = fields.read_object(body, allowed=_LINK)
    digits = re.sub(r"[ -]", "", fields.text(values, "pan", longest=30))
    if not re.fullmatch(r"[0-9]{16,19}", digits) or not pans.luhn_holds(digits):
        raise BankRefusal(422, "pan_invalid", "This is not a card number.")
    if not digits.startswith(pans.TEST_RANGE):
        raise BankRefusal(422, "pan_not_test", "Only test numbers are taken here, never a real card.")
    issuer = pans.issuer_of(digits)
    if issuer is None:
        raise BankRefusal(422, "bank_unknown", "No test bank has numbers that begin so.")
    holder, phone = fields.text(values, "holder").strip(), fields.text(values, "phone")
    if not holder:
        raise BankRefusal(422, "holder_invalid", "holder must be a name.")
    if not _PHONE.fullmatch(phone):
        raise BankRefusal(422, "phone_invalid", "phone must be a mobile number of 11 digits.")
    fingerprint, person = _blind(key, digits), _blind(key, f"{holder}|{phone}")
    known = db.execute("SELECT person FROM cards WHERE fingerprint = ?", (fingerprint,)).fetchone()
    if known is not None and known["person"] != person:
        raise BankRefusal(422, "holder_mismatch", "Name and phone are not those that the bank knows.")
    check = f"chk_{secrets.token_hex(12)}"
    expires_at = now + moments.seconds(CODE_LIVES_S)
    db.execute(
        "INSERT INTO checks"
        " (id, fingerprint, person, last4, bank, kind, holder, phone, code, sent_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(check, fingerprint, person, digits[-4:], issuer.name, issuer.kind),
            *(holder[0] + "*" * (len(holder) - 1), f"{phone[:3]}****{phone[-4:]}"),
            *(f"{secrets.randbelow(1_000_000):06d}", now, expires_at),
        ),
    )
    return {"check": check, "phone": f"{phone[:3]}****{phone[-4:]}", "expires_at": moments.iso(expires_at)}


def confirm_check(
    db: sqlite3.Connection, *, check: str, body: bytes, now: int
) -> dict[str, object] | BankRefusal:
    """The card's token, for the right code; the same again when confirmed again.

    A wrong code is *returned* as a refusal, because the try that it used up must stay written.
    Refusals: not_found (404), code_wrong (422), check_closed (422, after five tries), check_expired (410).
    """
    code = fields.text(fields.read_object(body, allowed=frozenset({"code"})), "code", longest=6)
    row = db.execute("SELECT * FROM checks WHERE id = ?", (check,)).fetchone()
    if row is None:
        raise BankRefusal(404, "not_found", "No such check.")
    if row["tries"] >= CODE_TRIES:
        raise BankRefusal(422, "check_closed", "Too many wrong codes; begin again.")
    if row["token"] is None and now >= row["expires_at"]:
        raise BankRefusal(410, "check_expired", "The code has expired; begin again.")
    if not hmac.compare_digest(code.encode("utf-8", "replace"), row["code"].encode()):
        db.execute("UPDATE checks SET tries = tries + 1 WHERE id = ?", (check,))
        left = CODE_TRIES - row["tries"] - 1
        return BankRefusal(422, "code_wrong", "This is not the code that was sent.", tries_left=left)
    token = row["token"] or _link(db, row, now=now)
    db.execute("UPDATE checks SET token = ? WHERE id = ?", (token, check))
    return {"token": token, "last4": row["last4"], "bank": row["bank"], "kind": row["kind"]}


def _link(db: sqlite3.Connection, row: sqlite3.Row, *, now: int) -> str:
    known = db.execute("SELECT * FROM cards WHERE fingerprint = ?", (row["fingerprint"],)).fetchone()
    if known is not None:
        # Two checks of one number may be open at once; the first to be confirmed says whose it is.
        if known["person"] != row["person"]:
            raise BankRefusal(422, "holder_mismatch", "Name and phone are not those that the bank knows.")
        return str(known["token"])
    token = f"crd_{secrets.token_hex(12)}"
    db.execute(
        "INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(token, row["fingerprint"], row["person"], row["last4"]),
            *(row["bank"], row["kind"], row["holder"], row["phone"], now),
        ),
    )
    return token


def _blind(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def sent_codes(db: sqlite3.Connection, *, limit: int) -> list[sqlite3.Row]:
    """The newest codes that the bank "sent" by SMS."""
    return db.execute("SELECT * FROM checks ORDER BY sent_at DESC, rowid DESC LIMIT ?", (limit,)).fetchall()


def unused_pan(
    db: sqlite3.Connection, *, key: bytes, issuer: pans.Issuer, last4: str | None, seed: int | None
) -> str:
    """A test number of `issuer` that no one has linked yet; refusal (409): pans_used_up."""
    dice = random.Random(seed)  # noqa: S311 - test numbers are no secret
    for _ in range(200):
        pan = pans.make_pan(issuer, dice=dice, last4=last4)
        if not db.execute("SELECT 1 FROM cards WHERE fingerprint = ?", (_blind(key, pan),)).fetchone():
            return pan
    raise BankRefusal(409, "pans_used_up", "No free test number of that kind was found.")
