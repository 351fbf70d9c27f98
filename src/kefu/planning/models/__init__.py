"""Tables of planning, a file a noun."""

from kefu.planning.models.bill_reminder import BillReminder
from kefu.planning.models.budget import Budget, BudgetAlert
from kefu.planning.models.category import CategoryChoice
from kefu.planning.models.pot import Pot
from kefu.planning.models.schedule import MONTHLY, ONCE, Occurrence, Schedule
from kefu.planning.models.split import Share, ShareQuote, Split

__all__ = [
    "MONTHLY",
    "ONCE",
    "BillReminder",
    "Budget",
    "BudgetAlert",
    "CategoryChoice",
    "Occurrence",
    "Pot",
    "Schedule",
    "Share",
    "ShareQuote",
    "Split",
]
