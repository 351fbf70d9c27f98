"""Who may decide on what: the digest that binds a decision, how many checkers, and who counts as the same."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

LASTS = timedelta(hours=24)
PAY_GOODWILL = "wallet.pay_goodwill"
COMPLETE_TOPUP = "wallet.complete_topup"
PAY_REFUND, DECLINE_REFUND = "wallet.pay_refund", "wallet.decline_refund"
CLEAR_BREAK = "settlement.clear_break"
GIVE_PROVISIONAL, FINALISE_PROVISIONAL = "wallet.give_provisional", "wallet.finalise_provisional"
ANNOUNCE_PROVISIONAL, RECOVER_PROVISIONAL = "wallet.announce_provisional", "wallet.recover_provisional"

MINOR_TWO_PEOPLE = 2_000_00
"""Up to this amount (minor units) one checker decides on goodwill or on a break, above it two."""
MINOR_REFUND_TWO = 20_000_00
"""The same for a refund against the merchant's word and for provisional credits (domain rules 4.6)."""

CHECKERS_AT_LEAST: dict[str, int] = {
    PAY_GOODWILL: 1,
    COMPLETE_TOPUP: 1,
    PAY_REFUND: 1,
    DECLINE_REFUND: 1,
    CLEAR_BREAK: 1,
    GIVE_PROVISIONAL: 1,
    FINALISE_PROVISIONAL: 1,
    ANNOUNCE_PROVISIONAL: 1,
    RECOVER_PROVISIONAL: 1,
}
_TWO_ABOVE = {
    PAY_GOODWILL: MINOR_TWO_PEOPLE,
    PAY_REFUND: MINOR_REFUND_TWO,
    CLEAR_BREAK: MINOR_TWO_PEOPLE,
    GIVE_PROVISIONAL: MINOR_REFUND_TWO,
    FINALISE_PROVISIONAL: MINOR_REFUND_TWO,
    ANNOUNCE_PROVISIONAL: MINOR_REFUND_TWO,
    RECOVER_PROVISIONAL: MINOR_REFUND_TWO,
}


def canonical(action: str, arguments: dict[str, Any]) -> str:
    """One text for one meaning: keys sorted, no spaces, UUIDs, dates and money as strings or integers.

    Floats are a bug of the caller: they have no exact text.
    """
    plain = json.loads(json.dumps(arguments, cls=DjangoJSONEncoder), parse_float=_no_float)
    return json.dumps([action, plain], sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _no_float(text: str) -> float:
    raise ValueError(f"an approval cannot be bound to the float {text}")


def digest(action: str, arguments: dict[str, Any]) -> bytes:
    """SHA-256 over the action and every argument."""
    return hashlib.sha256(canonical(action, arguments).encode()).digest()


def checkers_needed(action: str, arguments: dict[str, Any]) -> int:
    """How many people besides the maker must agree. `amount` is read in minor units."""
    least = CHECKERS_AT_LEAST.get(action, 1)
    if action in _TWO_ABOVE and int(arguments.get("amount", 0)) > _TWO_ABOVE[action]:
        return max(least, 2)
    return least


def same_chain(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two people count as one: each is given as themself followed by their leads, upwards."""
    return not set(one).isdisjoint(other)
