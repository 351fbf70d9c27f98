"""How the bank behaves now: for all cards or one, for good, for a while, or for the next n movements."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kefu_sandbox import fields, moments, plans
from kefu_sandbox.refusal import BankRefusal

_ALIVE = "(until IS NULL OR until > :now) AND (remaining IS NULL OR remaining > 0)"


@dataclass(frozen=True, kw_only=True)
class Mood:
    """A scenario with its seed and parameters; `remaining` None means it stays."""

    seq: int
    scenario: str
    seed: int
    params: Mapping[str, object]
    card_token: str | None
    remaining: int | None
    until: int | None
    set_at: int

    def body(self) -> dict[str, object]:
        """As shown to the operator."""
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "params": dict(self.params),
            "card_token": self.card_token,
            "next": self.remaining,
            "until": None if self.until is None else moments.iso(self.until),
            "set_at": moments.iso(self.set_at),
        }


SUNNY = Mood(
    seq=0, scenario="sunny", seed=1, params={}, card_token=None, remaining=None, until=None, set_at=0
)


def standing(db: sqlite3.Connection, *, now: int) -> list[Mood]:
    """Every mood still alive, in the order in which a movement would meet it."""
    rows = db.execute(
        f"SELECT * FROM moods WHERE {_ALIVE} ORDER BY card_token IS NULL, remaining IS NULL, seq DESC",
        {"now": now},
    ).fetchall()
    return [Mood(**{**dict(row), "params": json.loads(row["params"])}) for row in rows]


def current(
    db: sqlite3.Connection, *, now: int, card_token: str | None = None, lasting: bool = False
) -> Mood:
    """The mood that a movement of `card_token` meets: its card's before everybody's, "next n" before lasting.

    With `lasting`, only moods that are not counted down.
    """
    for mood in standing(db, now=now):
        if mood.card_token in (None, card_token) and not (lasting and mood.remaining is not None):
            return mood
    return SUNNY


def is_down(db: sqlite3.Connection, *, now: int) -> bool:
    """Whether the whole bank is shut."""
    return current(db, now=now, lasting=True).scenario == "down"


def use(db: sqlite3.Connection, mood: Mood) -> None:
    """Count one movement against a mood set for the next n."""
    if mood.remaining is not None:
        db.execute("UPDATE moods SET remaining = remaining - 1 WHERE seq = ?", (mood.seq,))


_FIELDS = frozenset({"scenario", "seed", "params", "card_token", "next"})


def set_mood(db: sqlite3.Connection, *, body: bytes, now: int, owned: Callable[[str], bool]) -> Mood:
    """Set the mood asked for in JSON and return the one now met there; `owned` says which tokens exist.

    A lasting mood replaces every mood of its scope; one for the `next` n movements stands in front of it.
    `scenario` null clears the scope. Refusals (422): scenario_unknown, param_unknown, param_invalid,
    params_invalid, seed_invalid, next_invalid, card_unknown, mood_scope.
    """
    values = fields.read_object(body, allowed=_FIELDS)
    card = None if values.get("card_token") is None else fields.text(values, "card_token")
    if card is not None and not owned(card):
        raise BankRefusal(422, "card_unknown", "No card has this token.")
    if values.get("scenario", "") is None:
        db.execute("DELETE FROM moods WHERE card_token IS ?", (card,))
        return current(db, now=now, card_token=card)
    scenario = fields.text(values, "scenario")
    params = values.get("params", {})
    if not isinstance(params, dict):
        raise BankRefusal(422, "params_invalid", "params must be an object.")
    plans.check_params(scenario, params)
    count = values.get("next")
    if count is not None:
        count = fields.whole_number(values, "next", low=1, high=100_000)
    if scenario == "down" and (card or count):
        raise BankRefusal(422, "mood_scope", "The whole bank is down or it is not: no card_token, no next.")
    if count is None:
        db.execute("DELETE FROM moods WHERE card_token IS ?", (card,))
    seed = fields.whole_number(values, "seed", low=0, high=2**53) if "seed" in values else 1
    for_s = params.get("for_s")
    until = None if for_s is None else now + moments.seconds(for_s)
    db.execute(
        "INSERT INTO moods (card_token, scenario, seed, params, remaining, until, set_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (card, scenario, seed, json.dumps(params), count, until, now),
    )
    return current(db, now=now, card_token=card)
