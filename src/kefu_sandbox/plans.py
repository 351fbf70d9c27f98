"""What the bank will do with one movement: a plan, drawn once from scenario, parameters, seed and instruction.

Pure: the same four always give the same plan, in any process.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from kefu_sandbox.refusal import BankRefusal

REASONS = ("insufficient_funds", "card_closed", "risk", "limit_exceeded")
RECALL_CODES = ("ARDT", "AC04", "AM04", "NOAS", "NOOR", "CUST", "LEGL", "AGNT")
FORGERIES = ("bad_signature", "contradiction", "wrong_amount", "stale", "replay")
LONGEST_S = 30 * 86_400


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The fate of one movement. Seconds throughout; `settle_s` None means: until an operator decides.

    `return_s`: a payout that succeeded comes back so long after, because the card could not take it; None: never.
    `recall`: what a request to get a payout back is answered, after `recall_s` (None: never), refused with
    `recall_code`, or accepted and paid back after `recall_return_s` (None: accepted, and never paid back).
    """

    outcome: str = "SUCCEEDED"
    reason: str = "insufficient_funds"
    settle_s: float | None = 0.4
    answer: str = "processing"
    callback: str = "send"
    callback_delay_s: float = 0.0
    copies: int = 1
    announce: bool = False
    reorder: bool = False
    forgeries: tuple[str, ...] = ()
    hang_s: float = 0.0
    drops: int = 0
    query_failures: int = 0
    return_s: float | None = None
    return_reason: str = "card_closed"
    recall: str = "accept"
    recall_code: str = "CUST"
    recall_s: float | None = 2.0
    recall_return_s: float | None = 2.0

    def dump(self) -> str:
        """As stored beside the debit."""
        return json.dumps(asdict(self))


def load_plan(text: str) -> Plan:
    """The stored plan of a movement."""
    values = json.loads(text)
    return Plan(**{**values, "forgeries": tuple(values["forgeries"])})


ALWAYS = 1_000_000_000
SCENARIOS: dict[str, Plan] = {
    "sunny": Plan(),
    "lost_callback": Plan(settle_s=0, callback="lose"),
    "late_callback": Plan(settle_s=0, callback_delay_s=30),
    "bank_denies": Plan(outcome="FAILED", settle_s=0, answer="final"),
    "accept_then_fail": Plan(outcome="FAILED", reason="risk", settle_s=3, announce=True),
    "timeout_accepts": Plan(settle_s=1, hang_s=12),
    "timeout_drops": Plan(hang_s=12, drops=ALWAYS),
    "repeats": Plan(settle_s=0.2, copies=3),
    "reorders": Plan(settle_s=0.2, announce=True, reorder=True),
    "forges": Plan(settle_s=0, callback_delay_s=1.5, forgeries=FORGERIES),
    "returns": Plan(settle_s=0.2, return_s=4),
    "recall_refused": Plan(recall="refuse"),
    "recall_unpaid": Plan(recall_return_s=None),
    "recall_silent": Plan(recall_s=None),
    "slow": Plan(settle_s=None),
    "query_down": Plan(query_failures=3),
    "down": Plan(),
    "storm": Plan(),
}

STORM_ODDS: dict[str, float] = {
    "fail": 0.12,
    "late_fail": 0.5,
    "slow": 0.15,
    "lose": 0.2,
    "delay": 0.2,
    "repeat": 0.2,
    "reorder": 0.15,
    "forge": 0.15,
    "timeout": 0.1,
    "drop": 0.08,
    "query_down": 0.15,
    "return": 0.1,
}
_STORM_ONLY = frozenset({"odds", "settle_max_s", "delay_max_s"})
_PLAN_FIELDS = frozenset(field.name for field in fields(Plan))
PARAMS = _PLAN_FIELDS | _STORM_ONLY | {"settle_after", "for_s"}


def make_plan(*, scenario: str, params: Mapping[str, object], seed: int, instruction: str) -> Plan:
    """The plan of `instruction` under a mood whose parameters `check_params` has accepted."""
    given = {name: value for name, value in params.items() if name in _PLAN_FIELDS}
    if "settle_after" in params:
        given["settle_s"] = params["settle_after"]
    if "forgeries" in given:
        given["forgeries"] = tuple(str(kind) for kind in _items(given["forgeries"]))
    base = SCENARIOS[scenario]
    if scenario == "storm":
        dice = random.Random(f"{seed}:{instruction}")  # noqa: S311 - must be the same again
        base = _draw_storm(params, dice)
    return replace(base, **given)  # type: ignore[arg-type]


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _draw_storm(params: Mapping[str, object], dice: random.Random) -> Plan:
    given = params.get("odds")
    odds = {**STORM_ODDS, **(given if isinstance(given, dict) else {})}
    # Every die is thrown for every movement, so that changing one chance leaves the other draws as they were.
    hit = {name: dice.random() < float(odds[name]) for name in STORM_ODDS if name != "return"}
    settle, delay, pick = dice.random(), dice.random(), dice.random()
    returns = dice.random() < float(odds["return"])
    settle_max, delay_max = _number(params, "settle_max_s", 2.0), _number(params, "delay_max_s", 4.0)
    late = not hit["fail"] or hit["late_fail"]
    return Plan(
        outcome="FAILED" if hit["fail"] else "SUCCEEDED",
        reason=REASONS[int(pick * len(REASONS))],
        settle_s=settle * settle_max * (3 if hit["slow"] else 1) if late else 0.0,
        answer="processing" if late else "final",
        callback="lose" if hit["lose"] else "send",
        callback_delay_s=delay * delay_max if hit["delay"] else 0.0,
        copies=3 if hit["repeat"] else 1,
        announce=hit["reorder"],
        reorder=hit["reorder"],
        forgeries=FORGERIES if hit["forge"] else (),
        hang_s=12.0 if hit["timeout"] or hit["drop"] else 0.0,
        drops=1 if hit["drop"] else 0,
        query_failures=1 + int(pick * 3) if hit["query_down"] else 0,
        return_s=delay * delay_max if returns else None,
    )


def _number(params: Mapping[str, object], name: str, otherwise: float) -> float:
    value = params.get(name, otherwise)
    return float(value) if isinstance(value, (int, float)) else otherwise


_CHOICES: dict[str, tuple[str, ...]] = {
    "outcome": ("SUCCEEDED", "FAILED"),
    "reason": REASONS,
    "answer": ("processing", "final"),
    "callback": ("send", "lose"),
    "return_reason": REASONS,
    "recall": ("accept", "refuse"),
    "recall_code": RECALL_CODES,
}
_COUNTS = {"copies": (1, 10), "drops": (0, ALWAYS), "query_failures": (0, ALWAYS)}
_SECONDS = frozenset(
    {
        *("settle_s", "settle_after", "callback_delay_s", "hang_s", "settle_max_s", "delay_max_s", "return_s"),
        *("recall_s", "recall_return_s"),
    }
)


def check_params(scenario: str, params: Mapping[str, object]) -> None:
    """Refuse (422) what cannot be a mood: scenario_unknown, param_unknown, param_invalid."""
    if scenario not in SCENARIOS:
        raise BankRefusal(422, "scenario_unknown", "No such scenario.", known=" ".join(SCENARIOS))
    for name, value in params.items():
        if name not in PARAMS or (name in _STORM_ONLY and scenario != "storm"):
            raise BankRefusal(422, "param_unknown", "This scenario has no such parameter.")
        if not _fits(name, value):
            raise BankRefusal(422, "param_invalid", f"params.{name} is out of its range.", param=name)


def _fits(name: str, value: object) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if name in _COUNTS:
        low, high = _COUNTS[name]
        return type(value) is int and low <= value <= high
    if name in _SECONDS:
        open_ended = {"settle_s", "settle_after", "return_s", "recall_s", "recall_return_s"}
        open_end = name in open_ended and value is None
        return open_end or (_is_number(value) and 0 <= float(str(value)) <= LONGEST_S)
    if name == "for_s":
        return _is_number(value) and 0 < float(str(value)) <= LONGEST_S
    if name == "forgeries":
        return isinstance(value, list) and all(kind in FORGERIES for kind in value)
    if name == "odds":
        return isinstance(value, dict) and all(
            key in STORM_ODDS and _is_number(odd) and 0 <= float(str(odd)) <= 1 for key, odd in value.items()
        )
    return type(value) is bool


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
