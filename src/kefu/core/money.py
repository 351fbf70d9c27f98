"""Amounts: integers of the smallest unit, never floats."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal

SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "HKD": "HK$"}
DECIMALS = 2
MINOR_MAX = 1_000_000_000_00


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
    text = _("这里只能用人民币，暂不支持 %(currency)s。没有任何款项变动。")
    operator = "currency %(currency)s is not the ledger's currency"


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (分 for CNY) of one currency."""

    minor: int
    currency: str = "CNY"

    def text(self) -> str:
        """As people read it: sign first, thousands separated, two decimals: `-¥1,234.50`."""
        whole, part = divmod(abs(self.minor), 10**DECIMALS)
        minus = "-" if self.minor < 0 else ""
        return f"{minus}{SIGNS.get(self.currency, self.currency + ' ')}{whole:,}.{part:02d}"

    def __str__(self) -> str:
        return self.text()


def parse_amount(given: str, currency: str = "CNY") -> Money:
    """The positive amount that a person typed (`200`, `1,234.5`, `¥35`, full-width digits).

    Refuses what is unreadable, not positive, more exact than the smallest unit, too large or foreign.
    """
    if currency != "CNY":
        raise CurrencyForeign(currency=currency[:8])
    plain = unicodedata.normalize("NFKC", given).strip().removeprefix("¥").removesuffix("元").strip()
    if not re.fullmatch(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]{1,2})?", plain) or len(plain) > 24:
        raise AmountUnreadable(given=given[:24])
    whole, _dot, part = plain.replace(",", "").partition(".")
    minor = abs(int(whole)) * 10**DECIMALS + int(part.ljust(DECIMALS, "0") or "0")
    if whole.startswith("-") or minor == 0:
        raise AmountNotPositive()
    if minor > MINOR_MAX:
        raise AmountTooLarge(most=Money(MINOR_MAX, currency).text())
    return Money(minor, currency)
