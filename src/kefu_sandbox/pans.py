"""Card numbers that exist only here. A number outside this range is refused, so that nobody's real card
ends up in a demo: all test numbers begin with 620000."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A bank whose test cards the sandbox knows; `kind` is debit or credit."""

    key: str
    prefix: str
    name: str
    name_en: str
    kind: str


ISSUERS = (
    Issuer(key="cmb", prefix="62000001", name="招商银行", name_en="China Merchants Bank", kind="debit"),
    Issuer(key="icbc", prefix="62000002", name="工商银行", name_en="ICBC", kind="debit"),
    Issuer(key="ccb", prefix="62000003", name="建设银行", name_en="China Construction Bank", kind="debit"),
    Issuer(key="abc", prefix="62000004", name="农业银行", name_en="Agricultural Bank of China", kind="debit"),
    Issuer(key="boc", prefix="62000005", name="中国银行", name_en="Bank of China", kind="debit"),
    Issuer(key="psbc", prefix="62000006", name="邮储银行", name_en="Postal Savings Bank", kind="debit"),
    Issuer(
        key="cmb_credit", prefix="62000011", name="招商银行", name_en="China Merchants Bank", kind="credit"
    ),
)
TEST_RANGE = "620000"


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the right check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def issuer_of(digits: str) -> Issuer | None:
    """The bank that a test number belongs to."""
    return next((issuer for issuer in ISSUERS if digits.startswith(issuer.prefix)), None)


def bank_name(name: str, lang: str) -> str:
    """The bank's name for a reader of `lang`, by the Chinese name that is stored."""
    return next((issuer.name_en for issuer in ISSUERS if lang == "en" and issuer.name == name), name)


def make_pan(issuer: Issuer, *, dice: random.Random, last4: str | None = None) -> str:
    """A 16-digit test number with a right check digit, ending in `last4` when given."""
    end = last4 or f"{dice.randrange(10_000):04d}"
    start = f"{issuer.prefix}{dice.randrange(1000):03d}"
    return next(pan for filler in "0123456789" if luhn_holds(pan := start + filler + end))
