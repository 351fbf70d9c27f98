"""Every write of planning."""

from kefu.planning.actions.bills import remind_bills
from kefu.planning.actions.budget import check_budgets, remove_budget, set_budget
from kefu.planning.actions.category import recategorise
from kefu.planning.actions.execution import execute_occurrence, occurrences_due, remind_due
from kefu.planning.actions.planned_bill import (
    BillWish,
    BillWishView,
    check_bill_schedule,
    create_bill_schedule,
    safe_days,
)
from kefu.planning.actions.pot import change_pot, close_pot, move_pot, open_pot
from kefu.planning.actions.schedule import (
    Wish,
    WishView,
    cancel_schedule,
    check_schedule,
    create_schedule,
    pause_schedule,
    proof_ref,
    resume_schedule,
    skip_next,
)
from kefu.planning.actions.split import (
    Asked,
    Part,
    Plan,
    cancel_split,
    create_split,
    follow_share,
    pay_share,
    plan_split,
    quote_share,
    remind_split,
)

__all__ = [
    "Asked",
    "BillWish",
    "BillWishView",
    "Part",
    "Plan",
    "Wish",
    "WishView",
    "cancel_schedule",
    "cancel_split",
    "change_pot",
    "check_bill_schedule",
    "check_budgets",
    "check_schedule",
    "close_pot",
    "create_bill_schedule",
    "create_schedule",
    "create_split",
    "execute_occurrence",
    "follow_share",
    "move_pot",
    "occurrences_due",
    "open_pot",
    "pause_schedule",
    "pay_share",
    "plan_split",
    "proof_ref",
    "quote_share",
    "recategorise",
    "remind_bills",
    "remind_due",
    "remind_split",
    "remove_budget",
    "resume_schedule",
    "safe_days",
    "set_budget",
    "skip_next",
]
