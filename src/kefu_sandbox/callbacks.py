"""What the bank will say about a movement: rows written in the same transaction as the fact they tell.

A row waits until the listener has answered 200 (a forged one: until it has answered at all), through
kill -9 and restarts; so a callback may arrive twice, never not at all, unless the plan says "lose".
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from kefu_sandbox import moments
from kefu_sandbox.plans import Plan

BACKOFF_S = (1, 2, 5, 10, 30, 60)
COPY_GAP = moments.seconds(0.3)
REORDER_GAP = moments.seconds(0.5)


@dataclass(frozen=True, kw_only=True)
class Callback:
    """One message on its way; `headers` are set only for the replay of an earlier one."""

    seq: int
    event: str
    instruction: str
    kind: str
    status: str
    body: bytes
    attempts: int
    copies_left: int
    headers: Mapping[str, str] | None


def announce(db: sqlite3.Connection, movement: sqlite3.Row, plan: Plan, *, now: int) -> None:
    """At acceptance: the PROCESSING event, and the forgeries, when the plan has them."""
    if plan.announce and not plan.reorder:
        _write(db, movement, plan, status="PROCESSING", at=movement["accepted_at"], due=now, now=now)
    lie = "FAILED" if plan.outcome == "SUCCEEDED" else "SUCCEEDED"
    for number, kind in enumerate(kind for kind in plan.forgeries if kind != "replay"):
        status = lie if kind == "contradiction" else plan.outcome
        amount = movement["amount"] * 10 if kind == "wrong_amount" else movement["amount"]
        body = _body(movement, kind=kind, status=status, amount=amount, at=movement["accepted_at"])
        _insert(db, movement, kind=kind, status=status, body=body, due=now + 100 * (number + 1), now=now)


def conclude(db: sqlite3.Connection, movement: sqlite3.Row, plan: Plan, *, now: int) -> None:
    """At settlement: the final event, with the PROCESSING one after it when the plan reorders."""
    due = now + moments.seconds(plan.callback_delay_s)
    _write(db, movement, plan, status=movement["status"], at=movement["settled_at"], due=due, now=now)
    if plan.reorder:
        later = due + REORDER_GAP
        _write(db, movement, plan, status="PROCESSING", at=movement["accepted_at"], due=later, now=now)


def give_back(db: sqlite3.Connection, movement: sqlite3.Row, plan: Plan, *, now: int) -> None:
    """When a payout has come back: an event of its own."""
    due = now + moments.seconds(plan.callback_delay_s)
    _write(db, movement, plan, status="RETURNED", at=movement["returned_at"], due=due, now=now)


def push(db: sqlite3.Connection, instruction: str, plan: Plan, *, event: str, body: bytes, now: int) -> None:
    """A message that is no event of a movement: sent as it is, lost, late or in copies as the plan says."""
    state = "lost" if plan.callback == "lose" else "waiting"
    db.execute(
        "INSERT INTO callbacks (event, instruction, kind, status, body, state, copies_left, made_at, next_at)"
        " VALUES (?, ?, 'genuine', 'RECALL', ?, ?, ?, ?, ?)",
        (event, instruction, body, state, plan.copies, now, now + moments.seconds(plan.callback_delay_s)),
    )


def _write(
    db: sqlite3.Connection, movement: sqlite3.Row, plan: Plan, *, status: str, at: int, due: int, now: int
) -> None:
    body = _body(movement, kind="genuine", status=status, amount=movement["amount"], at=at)
    state = "lost" if plan.callback == "lose" else "waiting"
    copies = 1 if status == "PROCESSING" else plan.copies
    _insert(db, movement, kind="genuine", status=status, body=body, due=due, now=now, state=state, copies=copies)


def _body(movement: sqlite3.Row, *, kind: str, status: str, amount: int, at: int) -> dict[str, object]:
    event = hashlib.sha256(f"{movement['instruction']}|{kind}|{status}".encode()).hexdigest()[:24]
    return {
        "event": f"evt_{event}",
        "instruction": movement["instruction"],
        "bank_ref": movement["bank_ref"],
        "status": status,
        "reason": {"FAILED": movement["reason"] or "risk", "RETURNED": movement["return_reason"]}.get(status),
        "amount": amount,
        "currency": movement["currency"],
        "happened_at": moments.iso(at),
    }


def _insert(
    db: sqlite3.Connection,
    movement: sqlite3.Row,
    *,
    kind: str,
    status: str,
    body: Mapping[str, object],
    due: int,
    now: int,
    state: str = "waiting",
    copies: int = 1,
) -> None:
    db.execute(
        "INSERT INTO callbacks (event, instruction, kind, status, body, state, copies_left, made_at, next_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(body["event"], movement["instruction"], kind, status, json.dumps(body).encode()),
            *(state, copies, now, due),
        ),
    )


def due(db: sqlite3.Connection, *, now: int, claimed: frozenset[int], limit: int) -> list[Callback]:
    """The callbacks to send now, oldest first, without those already on their way."""
    rows = db.execute(
        "SELECT * FROM callbacks WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at, seq LIMIT ?",
        (now, limit + len(claimed)),
    ).fetchall()
    return [_load(row) for row in rows if row["seq"] not in claimed][:limit]


def _load(row: sqlite3.Row) -> Callback:
    return Callback(
        seq=row["seq"],
        event=row["event"],
        instruction=row["instruction"],
        kind=row["kind"],
        status=row["status"],
        body=row["body"],
        attempts=row["attempts"],
        copies_left=row["copies_left"],
        headers=json.loads(row["headers"]) if row["headers"] else None,
    )


def next_due(db: sqlite3.Connection) -> int | None:
    """When the next waiting callback is due."""
    row = db.execute("SELECT min(next_at) AS at FROM callbacks WHERE state = 'waiting'").fetchone()
    return None if row["at"] is None else int(row["at"])


def record(
    db: sqlite3.Connection,
    callback: Callback,
    *,
    status: int | None,
    verdict: str,
    sent: Mapping[str, str],
    now: int,
) -> None:
    """Write down what came of one attempt: done, the next copy, or the next try."""
    genuine = callback.kind == "genuine"
    copies = callback.copies_left - 1 if status == 200 else callback.copies_left
    if status == 200 if genuine else status is not None:
        state, next_at = ("waiting", now + COPY_GAP) if genuine and copies > 0 else ("done", now)
    else:
        wait = BACKOFF_S[min(callback.attempts, len(BACKOFF_S) - 1)]
        state, next_at = "waiting", now + moments.seconds(wait)
    db.execute(
        "UPDATE callbacks SET state = ?, copies_left = ?, attempts = ?, next_at = ?, verdict = ?"
        " WHERE seq = ?",
        (state, copies, 0 if status == 200 else callback.attempts + 1, next_at, verdict, callback.seq),
    )
    if genuine and state == "done":
        _plan_replay(db, callback, sent=sent, now=now)


def _plan_replay(db: sqlite3.Connection, callback: Callback, *, sent: Mapping[str, str], now: int) -> None:
    """A forging plan also sends a heard callback once more to the letter: same nonce, time, signature."""
    movement = db.execute(
        "SELECT plan, status FROM movements WHERE instruction = ?", (callback.instruction,)
    ).fetchone()
    told = callback.status
    if "replay" not in json.loads(movement["plan"])["forgeries"] or told != movement["status"]:
        return
    db.execute(
        "INSERT OR IGNORE INTO callbacks"
        " (event, instruction, kind, status, body, headers, state, copies_left, made_at, next_at)"
        " VALUES (?, ?, 'replay', ?, ?, ?, 'waiting', 1, ?, ?)",
        (
            *(callback.event, callback.instruction, told, callback.body),
            *(json.dumps(dict(sent)), now, now + COPY_GAP),
        ),
    )


def recent(db: sqlite3.Connection, *, limit: int) -> list[sqlite3.Row]:
    """The newest callbacks first, in whatever state."""
    return db.execute("SELECT * FROM callbacks ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
