"""Spending by category and month: the books' own entries, each under one category."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.planning.models import CategoryChoice
from kefu.planning.rules.category import NAMES, natural_category
from kefu.planning.rules.days import month_of, months_back
from kefu.wallet import queries as wallet
from kefu.wallet.queries import SpentView

MONTHS = 12


@dataclass(frozen=True)
class Spending:
    """One line with its category; `chosen` when the customer put it there."""

    line: SpentView
    category: str
    chosen: bool

    @property
    def name(self) -> Any:
        return NAMES[self.category]


@dataclass(frozen=True)
class CategoryTotal:
    """What a category comes to."""

    category: str
    total: Money

    @property
    def name(self) -> Any:
        return NAMES[self.category]


@dataclass(frozen=True)
class MonthTotal:
    """What a month comes to; `month` is its first day."""

    month: date
    total: Money


@dataclass(frozen=True, kw_only=True)
class MonthView:
    """A month's lines, the newest first, its totals by category, the largest first, and the months before it."""

    month: date
    total: Money
    lines: tuple[Spending, ...]
    categories: tuple[CategoryTotal, ...]
    months: tuple[MonthTotal, ...]


def local_day(now: datetime) -> date:
    """The day in the wallet's zone."""
    return now.astimezone(brand().zone).date()


def spending_for(actor: Actor, *, month: date, months: int = MONTHS, now: datetime | None = None) -> MonthView:
    """The month of `month`, and the totals of the `months` up to it. Refuses `core.thing.not_found`."""
    back = months_back(month, months)
    first, last = back[0], month_of(month)[1]
    found = _categorised(actor, wallet.spent_for(actor, first=first, last=last, now=now))
    sums: dict[date, int] = defaultdict(int)
    by_category: dict[str, int] = defaultdict(int)
    lines = []
    for one in found:
        start = local_day(one.line.at).replace(day=1)
        sums[start] += one.line.amount.minor
        if start == back[-1]:
            by_category[one.category] += one.line.amount.minor
            lines.append(one)
    ranked = sorted(by_category.items(), key=lambda item: -item[1])
    return MonthView(
        month=back[-1],
        total=Money(sums[back[-1]]),
        lines=tuple(reversed(lines)),
        categories=tuple(CategoryTotal(category, Money(total)) for category, total in ranked),
        months=tuple(MonthTotal(start, Money(sums[start])) for start in back),
    )


def _categorised(actor: Actor, lines: list[SpentView]) -> list[Spending]:
    if not lines:
        return []
    by_order: dict[Any, str] = {}
    by_counterparty: dict[str, str] = {}
    for choice in CategoryChoice.objects.filter(customer_id=actor.uuid):
        if choice.order_id:
            by_order[choice.order_id] = choice.category
        else:
            by_counterparty[choice.counterparty_ref] = choice.category
    found = []
    for line in lines:
        natural = natural_category(kind=line.kind, part=line.part, trade=line.trade)
        # What came back counts where it was bought, unless its owner put it elsewhere.
        own = by_order.get(line.order_id) or by_order.get(line.of_order)
        chosen = own or by_counterparty.get(line.counterparty_ref)
        # A charge of the house stays one, whatever the order that it was for counts as.
        category = natural if line.part == "fee" else chosen or natural
        found.append(Spending(line, category, chosen is not None and line.part != "fee"))
    return found
