"""Every write of settlement."""

from kefu.settlement.actions.alarm import take_alarm
from kefu.settlement.actions.breaks import link_case, take_break
from kefu.settlement.actions.clearing import Wish, decide_clearance, lapse_clearance, propose_clearance
from kefu.settlement.actions.import_file import import_file
from kefu.settlement.actions.reconcile import reconcile_day
from kefu.settlement.actions.safeguarding import test_currencies, test_safeguarding, yesterday

__all__ = [
    "Wish",
    "decide_clearance",
    "import_file",
    "lapse_clearance",
    "link_case",
    "propose_clearance",
    "reconcile_day",
    "take_alarm",
    "take_break",
    "test_currencies",
    "test_safeguarding",
    "yesterday",
]
