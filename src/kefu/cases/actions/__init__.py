"""Every write of the room: opening and ending a case, proposing on it, deciding a proposal."""

from kefu.cases.actions.case import add_evidence, ask_bank, open_case, resolve_case, want_bank
from kefu.cases.actions.difference import close_for_break, open_for_break
from kefu.cases.actions.proposal import decide_proposal, lapse_proposal, propose_completion, propose_goodwill
from kefu.cases.actions.provisional import (
    propose_final,
    propose_notice,
    propose_provisional,
    propose_recovery,
)
from kefu.cases.actions.recall import ask_recall
from kefu.cases.actions.refund import open_refund_case, propose_decline, propose_refund, take_case

__all__ = [
    "add_evidence",
    "ask_bank",
    "ask_recall",
    "close_for_break",
    "decide_proposal",
    "lapse_proposal",
    "open_case",
    "open_for_break",
    "open_refund_case",
    "propose_completion",
    "propose_decline",
    "propose_final",
    "propose_goodwill",
    "propose_notice",
    "propose_provisional",
    "propose_recovery",
    "propose_refund",
    "resolve_case",
    "take_case",
    "want_bank",
]
