"""Budgets beside what was spent this month."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.planning.models import Budget
from kefu.planning.queries.spending import local_day, spending_for
from kefu.planning.rules.category import NAMES


def whole_or_name(category: str) -> Any:
    """The category's name; '' is everything."""
    return NAMES[category] if category else _("本月全部")


@dataclass(frozen=True, kw_only=True)
class BudgetView:
    """`category` '' is the whole month. What came back in the month has reduced `spent`, which is never below zero."""

    category: str
    most: Money
    spent: Money

    @property
    def name(self) -> Any:
        return whole_or_name(self.category)

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 is reached only when all of it is spent."""
        return self.spent.minor * 100 // self.most.minor

    @property
    def left(self) -> Money:
        return Money(max(0, self.most.minor - self.spent.minor), self.most.currency)

    @property
    def over(self) -> Money:
        return Money(max(0, self.spent.minor - self.most.minor), self.most.currency)

    @property
    def tone(self) -> str:
        """`ok`, `wait` from 80 %, `bad` from 100 %."""
        return "bad" if self.percent >= 100 else "wait" if self.percent >= 80 else "ok"


def budgets_for(actor: Actor, *, now: datetime) -> list[BudgetView]:
    """This month's, the whole first, then by category. Refuses `core.thing.not_found`."""
    if actor.kind != "customer":
        raise NotFound()
    rows = {row.category: row.most for row in Budget.objects.filter(customer_id=actor.uuid)}
    if not rows:
        return []
    month = spending_for(actor, month=local_day(now), months=1, now=now)
    spent = {total.category: total.total.minor for total in month.categories} | {"": month.total.minor}
    return [
        BudgetView(category=category, most=Money(rows[category]), spent=Money(max(0, spent.get(category, 0))))
        for category in ("", *NAMES)
        if category in rows
    ]
