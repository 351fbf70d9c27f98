"""The market desk: middle rates against the yuan that wander a little every minute, and jump or stand still if told.

A rate follows from its minute alone, in whole millionths, so that asking twice gives the same and the past can be asked
for. What was told to the desk is forgotten when the bank stops.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from kefu_sandbox import fields, moments
from kefu_sandbox.refusal import BankRefusal

# Currency: units, and ten-thousandths of a yuan for so many units.
BASES: Mapping[str, tuple[int, int]] = {
    "USD": (1, 71_046), "EUR": (1, 81_802), "HKD": (1, 9_127), "JPY": (100, 45_533),
}  # fmt: skip
MINUTE, STRETCH = 60_000, 6 * 60 * 60_000
WIDE_PPM = 4_000
SHIFT_MOST_PPM = 500_000


@dataclass(kw_only=True)
class Market:
    """`shifts`: millionths on top of a currency's wandering; `frozen_at`: the clock stands still there."""

    shifts: dict[str, int] = field(default_factory=dict)
    frozen_at: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


def _wander_ppm(currency: str, moment: int) -> int:
    """Millionths off the base: a straight way from one point drawn for six hours to the next."""
    stretch, into = divmod(moment, STRETCH)
    here, there = (_drawn(currency, stretch + step) for step in (0, 1))
    return here + (there - here) * into // STRETCH


def _drawn(currency: str, stretch: int) -> int:
    digest = hashlib.sha256(f"{currency} {stretch}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (2 * WIDE_PPM + 1) - WIDE_PPM


def _mid(currency: str, moment: int, shift_ppm: int) -> str:
    tenthousandths = BASES[currency][1] * (1_000_000 + _wander_ppm(currency, moment)) // 1_000_000
    tenthousandths = max(1, tenthousandths * (1_000_000 + shift_ppm) // 1_000_000)
    return f"{tenthousandths // 10_000}.{tenthousandths % 10_000:04d}"


def rates(market: Market, *, at: int, now: int) -> dict[str, object]:
    """All middle rates of the minute of `at`; the shifts count for the present only."""
    with market.lock:
        shifts = dict(market.shifts) if at >= now else {}
        moment = at if market.frozen_at is None or at < now else market.frozen_at
    minute = moment - moment % MINUTE
    return {
        "source": "sandbox-market",
        "as_of": moments.iso(minute),
        "rates": [
            {"currency": code, "units": units, "mid": _mid(code, minute, shifts.get(code, 0))}
            for code, (units, _base) in BASES.items()
        ],
    }


_FIELDS = frozenset({"currency", "shift_ppm", "frozen"})


def set_market(market: Market, *, body: bytes, now: int) -> dict[str, object]:
    """Shift a currency for good, or freeze the desk (`frozen` true; false lets it go on).

    Refusals (422): currency_unknown, shift_ppm_invalid, frozen_invalid.
    """
    values = fields.read_object(body, allowed=_FIELDS)
    with market.lock:
        if "currency" in values:
            currency = fields.text(values, "currency")
            if currency not in BASES:
                raise BankRefusal(422, "currency_unknown", "currency must be: " + " ".join(BASES))
            market.shifts[currency] = fields.whole_number(
                values, "shift_ppm", low=-SHIFT_MOST_PPM, high=SHIFT_MOST_PPM
            )
        if "frozen" in values:
            if type(values["frozen"]) is not bool:
                raise BankRefusal(422, "frozen_invalid", "frozen must be true or false.")
            market.frozen_at = now if values["frozen"] else None
        return {"shifts": dict(market.shifts), "frozen": market.frozen_at is not None}
