"""Which limits hold for an amount, and which of them is the narrowest. Amounts in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.core.money import HOME
from kefu.wallet.models import BUY, DAY, LIFETIME, MONTH, ORDER, SELL, YEAR

CODE_SERIES = "code_day"
"""What leaves by a code shown at a counter without the payment PIN."""
QUOTA_SERIES = {BUY: "exchange_buy_year", SELL: "exchange_sell_year"}
"""The yearly quotas of buying and of selling foreign money, counted in US dollars."""
CLASS_1_BUYS = "exchange_buy_class_1_year"
"""What a wallet of class Ⅰ, whose owner was checked once and from outside only, may buy. Selling what one has is not
cut: a wallet that came down into the class must not keep money that it cannot turn back.
"""
SIDE_OF = {QUOTA_SERIES[BUY]: BUY, QUOTA_SERIES[SELL]: SELL, CLASS_1_BUYS: BUY}
QUOTA_NAMES: dict[str, Any] = {
    QUOTA_SERIES[BUY]: _("个人年度购汇额度"),
    QUOTA_SERIES[SELL]: _("个人年度结汇额度"),
    CLASS_1_BUYS: _("Ⅰ类账户年度购汇额度"),
}
TAP_ORDER_SERIES, TAP_DAY_SERIES = "tap_order", "tap_day"
"""What leaves by a device held near a terminal without it: at once, and in a day."""
LAW: dict[str, int] = {
    "class_1_lifetime": 1_000_00,
    "class_2_year": 100_000_00,
    "class_3_year": 200_000_00,
    "proof_1_day": 1_000_00,
    "proof_2_day": 5_000_00,
    CODE_SERIES: 500_00,
    TAP_ORDER_SERIES: 1_000_00,
    QUOTA_SERIES[BUY]: 50_000_00,
    QUOTA_SERIES[SELL]: 50_000_00,
    CLASS_1_BUYS: 50_000_00,
}
"""The most that each series may say (非银行支付机构网络支付业务管理办法, art. 11 and 24; of codes
条码支付业务规范（试行）, its weakest class; of taps what China UnionPay lets cards pay at most without PIN and
signature; of exchanges, in US cents, the yearly total of a person: 个人外汇管理办法实施细则, 汇发〔2007〕1号,
art. 2); the house may go below."""

TIER_NAMES = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ"}
CHECKS_NEEDED = {1: 1, 2: 3, 3: 5}
"""How many outside checks of identity each class of account takes; one in person takes their place."""
IN_PERSON = "in_person"

SCOPE_NAMES: dict[str, Any] = {
    ORDER: _("单笔"),
    DAY: _("每日"),
    MONTH: _("每月"),
    YEAR: _("每年"),
    LIFETIME: _("累计"),
}
PROOF_NAMES: dict[int, Any] = {
    1: _("验证要素不足两种"),
    2: _("两种验证要素"),
    3: _("两种验证要素，含数字证书"),
}


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What left so far in the running day, month and year, and in all."""

    day: int = 0
    month: int = 0
    year: int = 0
    lifetime: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            day=self.day + other.day,
            month=self.month + other.month,
            year=self.year + other.year,
            lifetime=self.lifetime + other.lifetime,
        )

    def in_scope(self, scope: str) -> int:
        """A single order begins at nothing."""
        return 0 if scope == ORDER else int(getattr(self, scope))


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """One cap that holds: the house's (`series`) or the customer's own for one outlet, and what was used of it."""

    scope: str
    cap: int
    used: int
    outlets: tuple[str, ...]
    series: str = ""
    version: int = 0
    tier: int | None = None
    proof: int | None = None
    own: bool = field(default=False)
    currency: str = HOME

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)


def currency_of(series: str) -> str:
    """What the caps of a series are in."""
    return "USD" if series in QUOTA_NAMES else HOME


def narrowest(ceilings: Iterable[Ceiling], amount: int) -> Ceiling | None:
    """The one that leaves the least, of those that `amount` would break; the customer's own first among equals."""
    broken = [ceiling for ceiling in ceilings if amount > ceiling.left]
    return min(broken, key=lambda ceiling: (ceiling.left, not ceiling.own), default=None)
