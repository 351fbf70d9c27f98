"""Secrets that people type by mistake are masked before anything is stored, both ways.

A secret is a password, one-time code, payment PIN, CVV, full card number or recovery code, also in full-width,
spaced or Chinese digits. Order numbers, phones and amounts are not secrets.
"""

import re
import unicodedata
from dataclasses import dataclass

MASK = "●●●●"

_DIGIT = "0-9０-９零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺"
_GAP = r"[ 　\-–—.,，、_]{0,2}"
_CHINESE = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺", "00123456789123456789" + "1")
_RUN = re.compile(rf"[{_DIGIT}](?:{_GAP}[{_DIGIT}]){{2,30}}")
_NAMED = re.compile(
    r"(?P<name>密码|口令|验证码|校验码|动态码|支付密码|安全码|恢复码|pin\s*码?|cvv2?|cvc2?|otp|passw(?:or)?d|passcode|"
    r"(?:verification|security|one[- ]time|recovery|auth)\s+code)"
    r"(?P<link>\s*(?:[是为:：=]|is|就是|我的是|was)?\s*[「“\"'(（:：]?\s*)"
    r"(?P<value>[^\s，。,;；、）)」”\"'？?！!]{3,64})",
    re.IGNORECASE,
)
_NOT_VALUES = re.compile(r"^(?:是什么|怎么|忘|错|不|在哪|多少|收不到|没|被|输|改|找回|重置|过期|锁|reset|not|never|wrong|forgot)", re.I)


@dataclass(frozen=True)
class Redacted:
    """The text as it may be stored, and the kinds of secret that were masked in it."""

    text: str
    found: tuple[str, ...]


def _plain(run: str) -> str:
    digits = unicodedata.normalize("NFKC", run).translate(_CHINESE)
    return re.sub(r"\D", "", digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(digits: str) -> bool:
    """Issuer ranges of UnionPay (62), Visa (4), Mastercard (51–55, 2221–2720), Amex (34, 37), JCB (35)."""
    known = re.match(r"62|4|5[1-5]|2[2-7]|3[457]|9558", digits) is not None
    return 15 <= len(digits) <= 19 and known and _luhn(digits)


def redact(text: str) -> Redacted:
    """Mask every secret in `text`; what is no secret stays as it was, to the letter."""
    found: list[str] = []

    def card(match: re.Match[str]) -> str:
        if text[match.start() - 1 : match.start()].isalpha() and match.start() > 0:
            before = text[match.start() - 1]
            if before.isascii():
                return match.group()
        if _is_card(_plain(match.group())):
            found.append("card")
            return MASK + _plain(match.group())[-4:]
        return match.group()

    def named(match: re.Match[str]) -> str:
        value = match.group("value")
        if _NOT_VALUES.match(value) or not re.search(rf"[{_DIGIT}A-Za-z]", value) or value.startswith("●"):
            return match.group()
        found.append("secret")
        return match.group("name") + match.group("link") + MASK

    return Redacted(_NAMED.sub(named, _RUN.sub(card, text)), tuple(dict.fromkeys(found)))
