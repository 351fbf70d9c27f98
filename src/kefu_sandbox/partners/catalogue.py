"""Whom a biller or lender stands for, and what a number there owes. Everything follows from the number and the month,
so that every process and every test sees the same bill."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from kefu_sandbox.pans import luhn_holds

HOLDERS = ("林*", "王**", "陈*", "赵**", "周*", "吴**", "郑*", "孙**")
PHONE_AMOUNTS = (30_00, 50_00, 100_00, 200_00, 300_00)
DUE_DAY = 28


@dataclass(frozen=True, kw_only=True)
class Payee:
    """One company. `cutoff`: payments after this Beijing time are booked as of the next day; `days`: how many days
    later they are booked even then. `amounts` are the only ones taken (fen); `partial`: less than what is due is taken.
    """

    code: str
    kind: str
    pattern: str
    checked: bool = True
    cutoff: str = "22:00"
    days: int = 0
    amounts: tuple[int, ...] = ()
    partial: bool = False
    least: int = 40_00
    most: int = 300_00


BILLERS = (
    Payee(code="river_power", kind="electricity", pattern="[0-9]{10}"),
    Payee(code="river_water", kind="water", pattern="[0-9]{8}"),
    Payee(code="river_gas", kind="gas", pattern="[0-9]{9}"),
    Payee(code="river_mobile", kind="phone", pattern="1[3-9][0-9]{9}", checked=False, amounts=PHONE_AMOUNTS),
)
_CARD = {"kind": "credit_card", "pattern": "[0-9]{4}", "checked": False, "cutoff": "16:00", "days": 1, "partial": True}
_LOAN = {"kind": "loan", "pattern": "[0-9]{12}", "cutoff": "20:00", "days": 0, "partial": True}
LENDERS = (
    Payee(code="cmb_card", least=800_00, most=9_000_00, **_CARD),  # type: ignore[arg-type]
    Payee(code="icbc_card", least=800_00, most=9_000_00, **_CARD),  # type: ignore[arg-type]
    Payee(code="ccb_card", least=800_00, most=9_000_00, **_CARD),  # type: ignore[arg-type]
    Payee(code="qinghe_loan", least=500_00, most=4_000_00, **_LOAN),  # type: ignore[arg-type]
    Payee(code="yunzhou_loan", least=500_00, most=4_000_00, **_LOAN),  # type: ignore[arg-type]
)
PAYEES = {"biller": BILLERS, "lender": LENDERS}


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What is owed in a month, before anything was paid of it: amounts in fen."""

    period: str
    due: int
    minimum: int
    due_on: dt.date


def payee_of(role: str, code: str) -> Payee | None:
    """The company that this house stands for under `code`."""
    return next((payee for payee in PAYEES[role] if payee.code == code), None)


def knows(payee: Payee, number: str) -> bool:
    """Whether an account with this number exists: its form, its check digit; four zeros at the end are nobody's."""
    fits = re.fullmatch(payee.pattern, number) is not None and not number.endswith("0000")
    return fits and (not payee.checked or luhn_holds(number))


def masked(payee: Payee, number: str) -> str:
    """The number as it may be shown: a card's four digits, else the ends."""
    return number if payee.kind == "credit_card" else f"{number[:2]}****{number[-4:]}"


def holder(payee: Payee, number: str) -> str:
    """Whose account it is, masked."""
    return HOLDERS[_draw(payee, number, "holder") % len(HOLDERS)]


def bill(payee: Payee, number: str, *, today: dt.date) -> Bill:
    """The bill of the month. A number whose last digit but one is 0 is due today; a month's others on its 28th."""
    period = f"{today:%Y-%m}"
    due = 0 if payee.amounts else payee.least + _draw(payee, number, period) % (payee.most - payee.least)
    on = today if number[-2] == "0" else today.replace(day=DUE_DAY)
    minimum = max(due // 10, 1) if payee.partial else due
    return Bill(period=period, due=due, minimum=minimum, due_on=max(on, today))


def sample(payee: Payee, *, seed: int) -> str:
    """A number that exists, for the page."""
    length = {"credit_card": 4, "phone": 11}.get(payee.kind) or int(re.findall(r"{(\d+)}", payee.pattern)[0])
    digits = f"{_draw(payee, str(seed), 'sample') % 10**9:09d}" * 2
    if payee.kind == "phone":
        return "138" + digits[:8]
    start = "6" + digits[: length - 2]
    return next(number for last in "1234567890" if knows(payee, number := start + last))


def _draw(payee: Payee, number: str, salt: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{payee.code}|{number}|{salt}".encode()).digest()[:6])
