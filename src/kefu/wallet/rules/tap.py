"""Contactless payment: the number that stands for a wallet on a device, and the proof that a tap carries.

After EMV: the device never holds the account but a token of it (EMVCo Payment Tokenisation Specification, Technical
Framework 2.3), counts its taps (ATC), and proves each by a cryptogram under a key that it derives for this tap alone
(EMV 4.3 Book 2, 8.1 and A1.3). The primitives are HKDF and HMAC with SHA-256 in place of EMV's triple DES.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES, UNPREDICTABLE_BYTES, CRYPTOGRAM_BYTES = 32, 4, 8
COUNTER_MOST = 0xFFFF
"""EMV's ATC has two bytes; a token that has counted so far is used up."""
TERMINAL_DIGITS = 8
WAITS_FOR = timedelta(minutes=3)
"""How long an amount waits at a terminal for a tap."""
KEPT_FOR = timedelta(days=1)
DEVICES_MOST = 5
WRONG_MOST = 5
"""After so many wrong cryptograms in a row through one merchant, none of its taps through that merchant is taken."""
DOUBTED_FOR = timedelta(days=1)
"""From the last wrong one on."""
LABEL_MOST = 20
NEW_DEVICE = "tap:new"
"""What the payment PIN is given for when a device is added."""

_BEGINNING, _LENGTH = "6289", 16
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, kw_only=True)
class Tap:
    """What a device says to a terminal: `number` is its token's, `unpredictable` and `cryptogram` are lower-case hex,
    `amount` is in minor units.
    """

    number: str
    counter: int
    amount: int
    currency: str
    terminal: str
    unpredictable: str
    cryptogram: str

    @property
    def is_readable(self) -> bool:
        """Whether every part has the form that it must have."""
        return (
            has_form(self.number)
            and 0 < self.counter <= COUNTER_MOST
            and 0 < self.amount < 1 << 63
            and bool(re.fullmatch(r"[A-Z]{3}", self.currency))
            and bool(re.fullmatch(rf"[0-9]{{{TERMINAL_DIGITS}}}", self.terminal))
            and _is_hex(self.unpredictable, UNPREDICTABLE_BYTES)
            and _is_hex(self.cryptogram, CRYPTOGRAM_BYTES)
        )


def _is_hex(given: str, size: int) -> bool:
    return len(given) == 2 * size and bool(_HEX.fullmatch(given))


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def new_number() -> str:
    """Sixteen digits that stand for the wallet on one device; nothing of the wallet is in them."""
    body = f"{_BEGINNING}{secrets.randbelow(10**11):011d}"
    return body + _luhn(body)


def new_key() -> bytes:
    """The key of one device, from which every tap derives its own."""
    return secrets.token_bytes(KEY_BYTES)


def has_form(number: str) -> bool:
    fits = len(number) == _LENGTH and number.isascii() and number.isdigit() and number.startswith(_BEGINNING)
    return fits and _luhn(number[:-1]) == number[-1]


def digest_of(number: str) -> bytes:
    """By what a token is found. Keyed: a copy of the table gives no number up."""
    key = hashlib.sha256(f"wallet.tap.digest:{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, number.encode(), hashlib.sha256)


def new_terminal() -> str:
    """The number by which a waiting amount is found; in a shop the device reads it from the air."""
    return f"{secrets.randbelow(10**TERMINAL_DIGITS):0{TERMINAL_DIGITS}d}"


def cryptogram(key: bytes, tap: Tap) -> str:
    """What proves the tap: over the token, counter, amount, currency, terminal and its unpredictable number."""
    derived = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=b"kefu tap" + tap.counter.to_bytes(2)).derive(key)
    said = f"{tap.number}|{tap.counter}|{tap.amount}|{tap.currency}|{tap.terminal}|{tap.unpredictable}"
    return hmac.digest(derived, said.encode(), hashlib.sha256)[:CRYPTOGRAM_BYTES].hex()


def is_proved(key: bytes, tap: Tap) -> bool:
    return hmac.compare_digest(cryptogram(key, tap), tap.cryptogram)
