"""Exchanging currencies: what a customer's rate is, and what comes for an amount. Exact: decimals and fractions.

Whatever is rounded is rounded to the house's side, once for the rate and once for the amount. Half-even would be
fairer on average, and would let small sums back and forth make money out of nothing; nobody can be paid that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.core.money import CURRENCIES, HOME, digits_of
from kefu.wallet.models import BUY, FOREIGN, SELL

QUOTE_SECONDS = 60
"""How long a rate is held."""
STEP = Decimal("0.0001")
"""Rates have four places, as the interbank market publishes them."""
BPS = 10_000
SPREAD_MOST_BPS = 500

PURPOSES: dict[str, dict[str, Any]] = {
    BUY: {
        "travel": _("旅游"),
        "study": _("留学"),
        "family": _("探亲"),
        "work": _("商务、出境培训"),
        "medical": _("就医"),
        "goods": _("境外购物"),
        "other": _("其他经常项目用途"),
    },
    SELL: {
        "pay": _("薪金、劳务收入"),
        "family": _("亲属赠与、赡家款"),
        "left_over": _("旅游、留学用剩的外汇"),
        "investment": _("投资收益"),
        "other": _("其他经常项目收入"),
    },
}
"""What a person declares: what foreign money is bought for, or where it comes from (个人外汇管理办法实施细则,
汇发〔2007〕1号: within the yearly quota against an identity document and the declared purpose).
"""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One foreign currency against ours, seen from who has the foreign one or wants it."""

    side: str
    currency: str

    @property
    def sold(self) -> str:
        """The currency that is given."""
        return HOME if self.side == BUY else self.currency

    @property
    def bought(self) -> str:
        """The currency that comes."""
        return self.currency if self.side == BUY else HOME


def pair_of(sold: str, bought: str) -> Pair | None:
    """None where the two are not one of ours and one foreign: there is no way from one foreign currency to another."""
    if sold == HOME and bought in FOREIGN:
        return Pair(side=BUY, currency=bought)
    if bought == HOME and sold in FOREIGN:
        return Pair(side=SELL, currency=sold)
    return None


def customer_rate(mid: Decimal, *, side: str, bps: int) -> Decimal:
    """The middle rate with the spread, of which who buys foreign money pays more and who sells it gets less."""
    if side == BUY:
        return (mid * (BPS + bps) / BPS).quantize(STEP, ROUND_CEILING)
    return (mid * (BPS - bps) / BPS).quantize(STEP, ROUND_FLOOR)


def bought_for(sold: int, *, pair: Pair, rate: Decimal, units: int) -> int:
    """What comes for `sold`, each in minor units of its currency; rounded down."""
    price = Fraction(rate) / units
    worth = Fraction(sold, 10 ** digits_of(pair.sold))
    given = worth / price if pair.side == BUY else worth * price
    return int(given * 10 ** digits_of(pair.bought) // 1)


def at_mid(foreign: int, *, currency: str, mid: Decimal, units: int) -> Fraction:
    """What `foreign` minor units are worth at the middle rate, in minor units of our currency."""
    worth: Fraction = Fraction(foreign, 10 ** digits_of(currency)) * Fraction(mid) / units
    return Fraction(worth * 10 ** digits_of(HOME))


def in_usd(home: Fraction, *, usd_mid: Decimal, usd_units: int) -> int:
    """Cents that so much of our currency (minor units) is worth at the dollar's middle rate; rounded up, so that a
    quota cannot be stretched by many small sums.
    """
    cents = home / 10 ** digits_of(HOME) / (Fraction(usd_mid) / usd_units) * 10 ** digits_of("USD")
    return -int(-cents // 1)


def moved_too_far(quoted: Decimal, now: Decimal, *, bps: int) -> bool:
    """Whether the market has moved further than the spread since the quote: then it is no longer held."""
    return abs(now - quoted) * BPS > quoted * bps


def quote_ends(*, now: datetime) -> datetime:
    """Until when a quoted rate is held."""
    return now + timedelta(seconds=QUOTE_SECONDS)


def rate_words(currency: str, units: int, rate: Decimal) -> str:
    """`1 USD = 7.1402 CNY`, `100 JPY = 4.5533 CNY`: as every language reads it."""
    return f"{units} {currency} = {rate:.4f} {HOME}"


def currency_name(code: str) -> str:
    """美元, US dollar; in the active language."""
    return str(CURRENCIES[code].name)
