"""Movements between linked cards and the safeguarded account: debits into it, payouts out of it. Accepted once, settled
once; a payout may come back once, long after.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from kefu_sandbox import callbacks, fields, moments, moods, plans
from kefu_sandbox.plans import Plan
from kefu_sandbox.refusal import BankRefusal
from kefu_sandbox.signing import WINDOW_S

LARGEST = 20_000_000
DEBIT, PAYOUT = "debit", "payout"
_ORDER = frozenset({"instruction", "amount", "currency", "happened_at"})
_SETTLE = frozenset({"instruction", "status", "reason", "at", "callback"})


@dataclass(frozen=True, kw_only=True)
class Order:
    """A movement as asked for: `amount` in fen, `at` in milliseconds UTC when the caller names a moment."""

    instruction: str
    card_token: str
    amount: int
    currency: str
    at: int | None
    direction: str

    def digest(self) -> str:
        """What "the same body" means: the same values, however the JSON was written."""
        values = [self.instruction, self.card_token, self.amount, self.currency, self.at]
        if self.direction != DEBIT:
            values.append(self.direction)
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What to answer a submission: nothing at all when `answer` is None, and only after `hang_s` seconds."""

    answer: dict[str, object] | None
    hang_s: float


def read_order(
    body: bytes, *, direction: str, now: int, demo: bool, named_by: str = "card_token"
) -> Order:
    """The order in a request body; `named_by` is the field that names whose card or account it is.

    Refusals: body_not_json, field_unknown (400); instruction_invalid, card_token_invalid, amount_invalid,
    currency_invalid, happened_at_invalid, happened_at_future, history_not_accepted (422).
    """
    values = fields.read_object(body, allowed=_ORDER | {named_by})
    order = Order(
        instruction=fields.instruction(values),
        card_token=fields.text(values, named_by),
        amount=fields.whole_number(values, "amount", low=1, high=LARGEST),
        currency=fields.text(values, "currency", longest=3),
        at=fields.moment(values, "happened_at"),
        direction=direction,
    )
    if order.currency != "CNY":
        raise BankRefusal(422, "currency_invalid", "This bank takes CNY only.")
    check_moment(order.at, now=now, demo=demo)
    return order


def check_moment(at: int | None, *, now: int, demo: bool) -> None:
    """Refuse (422) the future, and the past unless this bank helps to build a demo town's history."""
    if at is not None and at > now + moments.seconds(WINDOW_S):
        raise BankRefusal(422, "happened_at_future", "This moment has not come yet.")
    if at is not None and not demo and at < now - moments.seconds(WINDOW_S):
        raise BankRefusal(422, "history_not_accepted", "Only a bank started with --demo takes past moments.")


def check_card(db: sqlite3.Connection, order: Order) -> None:
    """Refuse (422) card_unknown."""
    if not db.execute("SELECT 1 FROM cards WHERE token = ?", (order.card_token,)).fetchone():
        raise BankRefusal(422, "card_unknown", "No card has this token.")


def submit(
    db: sqlite3.Connection,
    order: Order,
    *,
    now: int,
    demo: bool,
    check: Callable[[sqlite3.Connection, Order], None] = check_card,
) -> Submission:
    """Accept `order` once. The same again gets the first answer, at once; another body is refused.

    Refusals: instruction_conflict (409), and what `check` refuses of a new one.
    """
    known = db.execute("SELECT * FROM movements WHERE instruction = ?", (order.instruction,)).fetchone()
    if known is not None:
        if known["digest"] != order.digest():
            raise BankRefusal(409, "instruction_conflict", "This instruction is known with another body.")
        return Submission(answer=_answer(known), hang_s=0)
    check(db, order)
    mood = moods.current(db, now=now, card_token=order.card_token)
    plan = plans.make_plan(
        scenario=mood.scenario, params=mood.params, seed=mood.seed, instruction=order.instruction
    )
    moods.use(db, mood)
    if plan.drops and count_try(db, order.instruction, "drop") <= plan.drops:
        return Submission(answer=None, hang_s=plan.hang_s)
    movement = _accept(db, order, plan, scenario=mood.scenario, now=now, demo=demo)
    return Submission(answer=_answer(movement), hang_s=plan.hang_s)


def _accept(
    db: sqlite3.Connection, order: Order, plan: Plan, *, scenario: str, now: int, demo: bool
) -> sqlite3.Row:
    accepted_at = min(order.at, now) if demo and order.at is not None else now
    due = None if plan.settle_s is None else accepted_at + moments.seconds(plan.settle_s)
    seq = db.execute("SELECT coalesce(max(seq), 0) + 1 AS next FROM movements").fetchone()["next"]
    db.execute(
        "INSERT INTO movements (seq, instruction, bank_ref, digest, card_token, amount, currency, status,"
        " accepted_at, settle_due, scenario, plan, answer_status, direction)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'PROCESSING', ?, ?, ?, ?, 'PROCESSING', ?)",
        (
            *(seq, order.instruction, f"SB{moments.bank_day(accepted_at):%Y%m%d}{seq:010d}"),
            *(order.digest(), order.card_token, order.amount, order.currency),
            *(accepted_at, due, scenario, plan.dump(), order.direction),
        ),
    )
    callbacks.announce(db, _row(db, order.instruction), plan, now=now)
    if due is not None and due <= now:
        _settle(db, order.instruction, plan, status=plan.outcome, reason=plan.reason, at=due, now=now)
    if plan.answer == "final":
        db.execute(
            "UPDATE movements SET answer_status = status, answer_reason = reason WHERE instruction = ?",
            (order.instruction,),
        )
    return _row(db, order.instruction)


def _row(db: sqlite3.Connection, instruction: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM movements WHERE instruction = ?", (instruction,)
    ).fetchone()
    if row is None:
        raise BankRefusal(404, "not_found", "No such movement.")
    return row


def _answer(movement: sqlite3.Row) -> dict[str, object]:
    return {
        "instruction": movement["instruction"],
        "bank_ref": movement["bank_ref"],
        "status": movement["answer_status"],
        "reason": movement["answer_reason"],
    }


def _settle(
    db: sqlite3.Connection, instruction: str, plan: Plan, *, status: str, reason: str, at: int, now: int
) -> None:
    # Compare-and-set: the operator's button, the clock and a restart may all want to settle this movement.
    back = at + moments.seconds(plan.return_s) if plan.return_s is not None and status == "SUCCEEDED" else None
    changed = db.execute(
        "UPDATE movements SET status = ?, reason = ?, settled_at = ?,"
        " return_due = CASE WHEN direction = 'payout' THEN ? END"
        " WHERE instruction = ? AND status = 'PROCESSING'",
        (status, reason if status == "FAILED" else None, at, back, instruction),
    ).rowcount
    if changed:
        callbacks.conclude(db, _row(db, instruction), plan, now=now)


def _give_back(db: sqlite3.Connection, instruction: str, plan: Plan, *, reason: str, at: int, now: int) -> None:
    """A payout that the card could not take comes back into the account, once."""
    changed = db.execute(
        "UPDATE movements SET returned_at = ?, return_reason = ? WHERE instruction = ?"
        " AND direction = 'payout' AND status = 'SUCCEEDED' AND returned_at IS NULL",
        (at, reason, instruction),
    ).rowcount
    if changed:
        callbacks.give_back(db, _row(db, instruction), plan, now=now)


def end_recalled(db: sqlite3.Connection, instruction: str, *, reason: str, at: int, now: int) -> None:
    """A payout that is still under way is not made any more."""
    plan = plans.load_plan(_row(db, instruction)["plan"])
    _settle(db, instruction, plan, status="FAILED", reason=reason, at=at, now=now)


def give_back_recalled(db: sqlite3.Connection, instruction: str, *, reason: str, at: int, now: int) -> None:
    """A payout comes back because it was asked back; one that is back already stays as it is."""
    _give_back(db, instruction, plans.load_plan(_row(db, instruction)["plan"]), reason=reason, at=at, now=now)


def settle_due(db: sqlite3.Connection, *, now: int, limit: int) -> int:
    """Settle and give back what is due, as the plans say; how many there were."""
    back = db.execute(
        "SELECT instruction, plan FROM movements WHERE returned_at IS NULL AND return_due <= ?"
        " ORDER BY return_due LIMIT ?",
        (now, limit),
    ).fetchall()
    for row in back:
        plan = plans.load_plan(row["plan"])
        _give_back(db, row["instruction"], plan, reason=plan.return_reason, at=now, now=now)
    rows = db.execute(
        "SELECT instruction, plan FROM movements WHERE status = 'PROCESSING' AND settle_due <= ?"
        " ORDER BY settle_due LIMIT ?",
        (now, limit),
    ).fetchall()
    for row in rows:
        plan = plans.load_plan(row["plan"])
        _settle(db, row["instruction"], plan, status=plan.outcome, reason=plan.reason, at=now, now=now)
    return len(rows) + len(back)


def next_settlement(db: sqlite3.Connection) -> int | None:
    """When the next movement is to be settled or given back by the clock."""
    row = db.execute(
        "SELECT min(at) AS at FROM (SELECT min(settle_due) AS at FROM movements WHERE status = 'PROCESSING'"
        " UNION ALL SELECT min(return_due) FROM movements WHERE returned_at IS NULL)"
    ).fetchone()
    return None if row["at"] is None else int(row["at"])


def force(db: sqlite3.Connection, *, body: bytes, now: int, demo: bool) -> dict[str, object]:
    """The operator decides a movement that is still PROCESSING, or has a payout that succeeded come back (status
    RETURNED); the same decision again is answered alike.

    Refusals: not_found (404), already_final (409), status_invalid, reason_invalid, callback_invalid,
    at_invalid, at_before_acceptance, happened_at_future, history_not_accepted (422).
    """
    values = fields.read_object(body, allowed=_SETTLE)
    instruction, status = fields.instruction(values), _choice(values, "status", ("SUCCEEDED", "FAILED", "RETURNED"))
    movement = _row(db, instruction)
    plan = plans.load_plan(movement["plan"])
    usual = plan.return_reason if status == "RETURNED" else plan.reason
    reason = _choice(values, "reason", plans.REASONS, otherwise=usual)
    told = _choice(values, "callback", ("send", "lose"), otherwise=plan.callback)
    at = fields.moment(values, "at")
    check_moment(at, now=now, demo=demo)
    at = now if at is None else min(at, now)
    if at < (movement["settled_at"] or movement["accepted_at"]) and _status(movement) != status:
        raise BankRefusal(422, "at_before_acceptance", "Nothing settles before it was accepted, or comes back before.")
    plan = replace(plan, callback=told)
    if status == "RETURNED":
        if movement["direction"] != PAYOUT or movement["status"] != "SUCCEEDED":
            raise BankRefusal(409, "already_final", "Only a payout that succeeded can come back.")
        _give_back(db, instruction, plan, reason=reason, at=at, now=now)
        return describe(_row(db, instruction))
    if _status(movement) not in ("PROCESSING", status):
        raise BankRefusal(409, "already_final", "This movement has its outcome already.")
    _settle(db, instruction, plan, status=status, reason=reason, at=at, now=now)
    return describe(_row(db, instruction))


def deposit(db: sqlite3.Connection, *, body: bytes, now: int, demo: bool) -> dict[str, object]:
    """Money that somebody pays into the account without any instruction of ours; amount in fen.

    Refusals (422): amount_invalid, at_invalid, happened_at_future, history_not_accepted.
    """
    values = fields.read_object(body, allowed=frozenset({"amount", "at"}))
    amount, at = fields.whole_number(values, "amount", low=1, high=LARGEST), fields.moment(values, "at")
    check_moment(at, now=now, demo=demo)
    at = now if at is None else min(at, now)
    seq = db.execute("SELECT coalesce(max(seq), 0) + 1 AS next FROM deposits").fetchone()["next"]
    bank_ref = f"SD{moments.bank_day(at):%Y%m%d}{seq:010d}"
    db.execute("INSERT INTO deposits (seq, bank_ref, amount, at) VALUES (?, ?, ?, ?)", (seq, bank_ref, amount, at))
    return {"bank_ref": bank_ref, "amount": amount, "at": moments.iso(at)}


def _choice(
    values: dict[str, object], name: str, known: tuple[str, ...], *, otherwise: str | None = None
) -> str:
    value = values.get(name, otherwise)
    if value not in known:
        raise BankRefusal(422, f"{name}_invalid", f"{name} must be one of: {' '.join(known)}.")
    return str(value)


def query(db: sqlite3.Connection, *, instruction: str, direction: str, now: int) -> dict[str, object] | BankRefusal:
    """What the bank knows about a movement in that direction.

    Refusals: not_found (404); query_unavailable (503), *returned*, because the failed try is counted.
    """
    row = db.execute(
        "SELECT * FROM movements WHERE instruction = ? AND direction = ?", (instruction, direction)
    ).fetchone()
    card = None if row is None else row["card_token"]
    shut = moods.current(db, now=now, card_token=card, lasting=True).scenario == "query_down"
    failures = 0 if row is None else plans.load_plan(row["plan"]).query_failures
    if failures and count_try(db, instruction, "query") <= failures:
        shut = True
    if shut:
        return BankRefusal(503, "query_unavailable", "Queries are out of order; ask again later.")
    if row is None:
        raise BankRefusal(404, "not_found", "No such movement.")
    return describe(row)


def count_try(db: sqlite3.Connection, instruction: str, kind: str) -> int:
    """Count one more try of `kind` ("drop", "query") and return how many there were."""
    db.execute(
        "INSERT INTO tries VALUES (?, ?, 1) ON CONFLICT (instruction, kind) DO UPDATE SET n = n + 1",
        (instruction, kind),
    )
    found = db.execute("SELECT n FROM tries WHERE instruction = ? AND kind = ?", (instruction, kind))
    return int(found.fetchone()["n"])


def _status(row: sqlite3.Row) -> str:
    return "RETURNED" if row["returned_at"] is not None else str(row["status"])


def describe(row: sqlite3.Row) -> dict[str, object]:
    """A movement as the bank tells of it; amount in fen, times ISO 8601 UTC."""
    settled_at, returned_at = row["settled_at"], row["returned_at"]
    return {
        "instruction": row["instruction"],
        "bank_ref": row["bank_ref"],
        "status": _status(row),
        "reason": row["return_reason"] or row["reason"],
        "amount": row["amount"],
        "currency": row["currency"],
        "accepted_at": moments.iso(row["accepted_at"]),
        "settled_at": None if settled_at is None else moments.iso(settled_at),
        "returned_at": None if returned_at is None else moments.iso(returned_at),
    }


def recent(db: sqlite3.Connection, *, limit: int) -> list[sqlite3.Row]:
    """The newest movements first, each with its card's last four digits and bank."""
    return db.execute(
        "SELECT d.*, c.last4, c.bank FROM movements d JOIN cards c ON c.token = d.card_token"
        " ORDER BY d.seq DESC LIMIT ?",
        (limit,),
    ).fetchall()
