"""Fees as pages and answers show them: what is published, and how one order's fee came about."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from kefu.core.money import MINOR_MAX, Money
from kefu.wallet.rules.fee import Portion, Sum


def percent(rate_ppm: int) -> str:
    """`0.1` for 1,000 millionths."""
    return f"{rate_ppm / 10_000:f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, kw_only=True)
class FeeView:
    """One version of a fee. `rate_ppm` millionths of the part above `free_up_to` and the person's `free_quota` in its
    `window` (lifetime, year, month or ''), with the rates of `tiers` (bound in minor units, millionths) from their
    bounds on, within `least` and `most`; paid by `charged_to` (payer or payee).
    """

    kind: str
    mode: str
    version: int
    effective_from: datetime
    free_up_to: Money
    free_quota: Money
    window: str
    rate_ppm: int
    least: Money
    most: Money
    tiers: tuple[tuple[int, int], ...] = ()
    charged_to: str = "payer"
    is_coming: bool = False

    @property
    def is_free(self) -> bool:
        return self.rate_ppm == 0 and not any(rate for _bound, rate in self.tiers)

    @property
    def percent(self) -> str:
        return percent(self.rate_ppm)

    @property
    def payer_words(self) -> str:
        """Who pays it, in the active language."""
        return gettext("收款方付") if self.charged_to == "payee" else gettext("付款方付")

    @property
    def text(self) -> str:
        """`免费`, or which share is charged from where on, at least and at most."""
        if self.is_free:
            return gettext("免费")
        given = {"free": (self.free_quota if self.window else self.free_up_to).text(), "percent": self.percent}
        names = {
            "lifetime": gettext("每人一共 %(free)s 免费额度，用完后 %(percent)s%%"),
            "year": gettext("每人每年 %(free)s 免费额度，用完后 %(percent)s%%"),
            "month": gettext("每人每月 %(free)s 免费额度，用完后 %(percent)s%%"),
            "": gettext("每笔 %(free)s 以内免费，超出部分 %(percent)s%%"),
        }
        charged = self.window or self.free_up_to.minor
        parts = [(names[self.window] if charged else gettext("%(percent)s%%")) % given]
        for bound, rate in self.tiers:
            given = {"from": Money(bound).text(), "percent": percent(rate)}
            parts.append(gettext("收费部分超过 %(from)s 的按 %(percent)s%%") % given)
        if self.least.minor:
            parts.append(gettext("最低 %(least)s") % {"least": self.least.text()})
        if self.most.minor and self.most.minor < MINOR_MAX:
            parts.append(gettext("最高 %(most)s") % {"most": self.most.text()})
        return gettext("，").join(parts)


@dataclass(frozen=True, kw_only=True)
class FeeStory:
    """Why an order cost what it cost: the version, the free quota before and after, and the sum with its numbers."""

    fee: Money
    schedule: FeeView
    sum: Sum
    quota_before: Money
    quota_used: Money
    quota_after: Money

    @property
    def has_quota(self) -> bool:
        return bool(self.schedule.window)

    @property
    def formula(self) -> str:
        """`(¥5,000.00 - ¥1,000.00) × 0.1% = ¥4.00`, with what holds at the ends; in the active language."""
        if self.schedule.charged_to == "payee":
            return gettext("这项费用由收款方付，您不付手续费")
        if self.schedule.is_free:
            return gettext("这类业务免费")
        if not self.sum.portions:
            return gettext("%(amount)s 都在免费部分之内，不收手续费") % {"amount": self._money(self.sum.amount)}
        line = f"{self._charged()} = {self._money(self.sum.rounded)}"
        if not self.sum.held_by:
            return line
        ends = {"least": gettext("不足最低"), "most": gettext("超过最高")}
        given = {"line": line, "end": ends[self.sum.held_by], "fee": self._money(self.sum.fee)}
        return gettext("%(line)s，%(end)s，收 %(fee)s") % given

    def _money(self, minor: int) -> str:
        return Money(minor, self.fee.currency).text()

    def _charged(self) -> str:
        """The portions with their rates; a single one says what was taken off before."""
        if len(self.sum.portions) > 1:
            return " + ".join(self._times(part) for part in self.sum.portions)
        free = [part for part in (self.sum.free, self.sum.quota_used) if part]
        if not free:
            return self._times(self.sum.portions[0])
        base = " - ".join(self._money(part) for part in (self.sum.amount, *free))
        return f"({base}) × {percent(self.sum.portions[0].rate_ppm)}%"

    def _times(self, part: Portion) -> str:
        return f"{self._money(part.amount)} × {percent(part.rate_ppm)}%"
