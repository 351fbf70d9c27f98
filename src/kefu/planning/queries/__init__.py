"""Every read of planning: a customer's own, for them alone."""

from kefu.planning.queries.budget import BudgetView, budgets_for
from kefu.planning.queries.pot import PotView, pot_for, pots_for
from kefu.planning.queries.schedule import (
    ENDED_MOST,
    OccurrenceView,
    ScheduleView,
    ended_schedules_for,
    schedule_for,
    schedules_for,
)
from kefu.planning.queries.spending import (
    MONTHS,
    CategoryTotal,
    MonthTotal,
    MonthView,
    Spending,
    local_day,
    spending_for,
)
from kefu.planning.queries.split import ShareView, SplitView, split_for, splits_for
from kefu.planning.rules.category import NAMES as CATEGORIES

__all__ = [
    "CATEGORIES",
    "ENDED_MOST",
    "MONTHS",
    "BudgetView",
    "CategoryTotal",
    "MonthTotal",
    "MonthView",
    "OccurrenceView",
    "PotView",
    "ScheduleView",
    "ShareView",
    "Spending",
    "SplitView",
    "budgets_for",
    "ended_schedules_for",
    "local_day",
    "pot_for",
    "pots_for",
    "schedule_for",
    "schedules_for",
    "spending_for",
    "split_for",
    "splits_for",
]
