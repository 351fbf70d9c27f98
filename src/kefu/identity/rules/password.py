"""What a password must be: long, not known, not about its owner. No composition rules, no forced changes."""

import functools
import gzip
import itertools
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from django.contrib.auth import password_validation

ALONE_MIN = 15
"""Characters when the password is the only factor of a sign-in (NIST SP 800-63B-4)."""
BESIDE_FACTOR_MIN = 8
"""Characters when a second factor is always asked for."""
MOST = 128

Fault = Literal["too_short", "too_long", "too_common", "too_regular", "about_you", "about_us"]

_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)


@functools.cache
def common_passwords() -> frozenset[str]:
    """The 20,000 most used, as shipped with Django."""
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    return frozenset(gzip.decompress(path.read_bytes()).decode().split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_common(plain: str) -> bool:
    core = re.sub(r"^[^a-z一-鿿]+|[^a-z一-鿿]+$", "", plain)
    words = common_passwords()
    return plain in words or (core in words and len(plain) - len(core) <= 12)


def _is_regular(plain: str) -> bool:
    """A short piece over and over, few different characters, or a run along a keyboard or the alphabet."""
    if len(set(plain)) < 5:
        return True
    if any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, len(plain) // 2 + 1)):
        return True
    runs = [row[i : i + 6] for row in _ROWS for i in range(len(row) - 5)]
    runs += [run[::-1] for run in runs]
    left = functools.reduce(lambda text, run: text.replace(run, ""), runs, plain)
    return len(left) < len(plain) / 2


def _pieces(texts: Sequence[str]) -> set[str]:
    """Words of at least four letters and runs of at least six digits by which a person is known."""
    found = set(itertools.chain.from_iterable(re.findall(r"[^\W\d_]{4,}|\d{6,}", _folded(t)) for t in texts))
    return found | {piece[-8:] for piece in found if piece.isdigit() and len(piece) > 8}


def password_fault(
    password: str, *, person: Sequence[str] = (), house: Sequence[str] = (), least: int = ALONE_MIN
) -> Fault | None:
    """The first reason why this password is refused, or None.

    `person`: phone, name, mail, birthday (as digits) of its owner. `house`: names of the wallet.
    """
    if len(password) < least:
        return "too_short"
    if len(password) > MOST:
        return "too_long"
    plain = _folded(password)
    if _is_common(plain):
        return "too_common"
    if _is_regular(plain):
        return "too_regular"
    squeezed = re.sub(r"[\s\-_.]", "", plain)
    if any(piece in squeezed for piece in _pieces(person)) or any(
        name and _folded(name) in plain for name in person if len(name) >= 2 and not name.isascii()
    ):
        return "about_you"
    house_words = {_folded(word) for word in house if len(word) >= 2}
    left = functools.reduce(lambda text, word: text.replace(word, ""), house_words, plain)
    return "about_us" if left != plain and len(re.sub(r"[\W\d_]", "", left)) < 8 else None


def strength(password: str) -> int:
    """0 to 4 for the meter: length counts most, mixed kinds of characters are rewarded, never demanded."""
    kinds = sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]"))
    score = len(password) // 6 + (kinds >= 3)
    return 0 if password_fault(password, least=BESIDE_FACTOR_MIN) else max(1, min(4, score))
