"""A market in memory whose rates wander; sometimes it says nothing, and sometimes something that is not so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from kefu.cli.lives.houses.house import LyingHouse
from kefu.core import clock
from kefu.rails.connectors.base import TemporaryError
from kefu.rails.connectors.market import RateSource, RatesTold, RateTold

BEGIN = {"USD": Decimal("7.1000"), "EUR": Decimal("8.2000"), "HKD": Decimal("0.9100"), "JPY": Decimal("4.5500")}
UNITS = {"JPY": 100}
STEP = Decimal("0.0001")
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Said:
    """What it said, and whether it was so: a lie is so far off that nobody may believe it without asking."""

    at: datetime
    mids: dict[str, Decimal]
    true: bool


class Market(RateSource):
    """`mids`: what currencies are worth; `said`: everything that it ever said, oldest first."""

    mids: ClassVar[dict[str, Decimal]] = dict(BEGIN)
    said: ClassVar[list[Said]] = []

    @classmethod
    def reset(cls) -> None:
        """A new market, which has said nothing."""
        cls.mids, cls.said = dict(BEGIN), []

    def fetch_rates(self, *, at: datetime | None = None) -> RatesTold:
        dice, honest = LyingHouse.dice, LyingHouse.honest
        for code, mid in self.mids.items():
            self.mids[code] = (mid * (1 + Decimal(dice.randrange(-40, 41)) / 10_000)).quantize(STEP)
        if not honest and dice.random() < 0.1:
            raise TemporaryError("the market is closed")
        lies = not honest and dice.random() < 0.05
        factor = Decimal(dice.choice(("0.8", "0.95", "1.06", "10"))) if lies else Decimal(1)
        now = at or clock.now()
        told = {code: (mid * factor).quantize(STEP) for code, mid in self.mids.items()}
        self.said.append(Said(now, told, not lies))
        rates = tuple(RateTold(currency=code, units=UNITS.get(code, 1), mid=mid) for code, mid in told.items())
        return RatesTold(source="market", as_of=now, rates=rates)

    @classmethod
    def was_true(cls, at: datetime) -> bool:
        """Whether what it said then was so."""
        return next(one.true for one in cls.said if one.at == at)

    @classmethod
    def worth(cls, currency: str, at: datetime) -> set[Decimal]:
        """What may price it at that instant: what was said of it lately, and was so."""
        return {one.mids[currency] for one in cls.said if one.true and at - FRESH <= one.at <= at}
