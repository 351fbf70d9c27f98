"""Amounts: integers of the smallest unit, never floats."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal

MINOR_MAX = 1_000_000_000_00


@dataclass(frozen=True)
class Currency:
    """A currency that a wallet can hold. `digits` after the point (ISO 4217, list one); no two have the same `sign`."""

    code: str
    digits: int
    sign: str
    name: Any


CURRENCIES: dict[str, Currency] = {
    one.code: one
    for one in (
        Currency("CNY", 2, "¥", _("人民币")),
        Currency("USD", 2, "$", _("美元")),
        Currency("EUR", 2, "€", _("欧元")),
        Currency("HKD", 2, "HK$", _("港元")),
        Currency("JPY", 0, "JP¥", _("日元")),
    )
}
HOME = "CNY"
"""The currency of prices, fees, limits and payments."""


def digits_of(currency: str) -> int:
    """Digits after the point; two for a currency that no wallet holds."""
    known = CURRENCIES.get(currency)
    return known.digits if known else 2


class AmountUnreadable(Refusal):
    code = "core.amount.unreadable"
    status = 422
    text = _("金额“%(given)s”看不懂。请只填数字，例如 200 或 35.50；没有任何款项变动。")
    operator = "amount %(given)r is not a decimal number with at most two decimals"


class AmountNotPositive(Refusal):
    code = "core.amount.not_positive"
    status = 422
    text = _("金额要大于 0。没有任何款项变动，请改一下金额。")
    operator = "amount is zero or negative"


class AmountTooLarge(Refusal):
    code = "core.amount.too_large"
    status = 422
    text = _("金额太大，单笔最多 %(most)s。没有任何款项变动，请分开办理。")
    operator = "amount exceeds the largest single amount %(most)s"


class CurrencyForeign(Refusal):
    code = "core.amount.currency_foreign"
    status = 422
    text = _("这里不支持币种 %(currency)s。没有任何款项变动。")
    operator = "currency %(currency)s is not taken here"


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (分 for CNY, whole yen for JPY) of one currency."""

    minor: int
    currency: str = HOME

    def text(self) -> str:
        """As people read it: sign first, thousands separated, the currency's digits: `-¥1,234.50`, `JP¥1,234`."""
        known = CURRENCIES.get(self.currency)
        minus = "-" if self.minor < 0 else ""
        return f"{minus}{known.sign if known else self.currency + ' '}{self._number(',')}"

    def plain(self) -> str:
        """As files have it: `-1234.50`, `1234` for yen."""
        return ("-" if self.minor < 0 else "") + self._number("")

    def _number(self, separator: str) -> str:
        digits = digits_of(self.currency)
        whole, part = divmod(abs(self.minor), 10**digits)
        grouped = f"{whole:,}".replace(",", separator)
        return f"{grouped}.{part:0{digits}d}" if digits else grouped

    def __str__(self) -> str:
        return self.text()


def parse_amount(given: str, currency: str = HOME) -> Money:
    """The positive amount that a person typed (`200`, `1,234.5`, `¥35`, full-width digits).

    Refuses what is unreadable, not positive, more exact than the smallest unit, too large or foreign.
    """
    known = CURRENCIES.get(currency)
    if known is None:
        raise CurrencyForeign(currency=currency[:8])
    plain = unicodedata.normalize("NFKC", given).strip().removeprefix(known.sign).removesuffix("元").strip()
    part = rf"(\.[0-9]{{1,{known.digits}}})?" if known.digits else ""
    if not re.fullmatch(rf"[+-]?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]+){part}", plain) or len(plain) > 24:
        raise AmountUnreadable(given=given[:24])
    whole, _dot, behind = plain.replace(",", "").partition(".")
    minor = abs(int(whole)) * 10**known.digits + int(behind.ljust(known.digits, "0") or "0")
    if whole.startswith("-") or minor == 0:
        raise AmountNotPositive()
    if minor > MINOR_MAX:
        raise AmountTooLarge(most=Money(MINOR_MAX, currency).text())
    return Money(minor, currency)
