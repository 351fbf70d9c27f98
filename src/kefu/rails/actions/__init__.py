"""Every write of rails. Those marked *network* call a bank: only tasks and command lines may call them."""

from kefu.rails.actions.account import carry_account_check, claim_account_checks, open_account_check
from kefu.rails.actions.asking import ask_now, ask_soon, claim_due, climb, submit_instruction
from kefu.rails.actions.callback import CallbackReceipt, receive_callback
from kefu.rails.actions.card import carry_card_check, claim_card_checks, give_card_code, open_card_check
from kefu.rails.actions.channel_file import fetch_channel_file, import_channel_file
from kefu.rails.actions.instruction import create_instruction
from kefu.rails.actions.rates import decide_rate, fetch_rates, note_rates
from kefu.rails.actions.recall import cancel_instruction, carry_recall, claim_recalls, request_recall
from kefu.rails.actions.statement import fetch_statement, import_statement
from kefu.rails.actions.status_report import fetch_status_report, import_status_report
from kefu.rails.refusals import (
    AccountNumberWrong,
    CardCheckOver,
    CardCodeWrong,
    CardHolderMissing,
    CardNumberWrong,
    ChannelFileWrong,
    InstructionExists,
    RateSettled,
    RatesUnfit,
    RecallExists,
    RecallUnfit,
    StatementUnavailable,
    StatementWrong,
    StatusReportWrong,
)

__all__ = [
    "AccountNumberWrong",
    "CallbackReceipt",
    "CardCheckOver",
    "CardCodeWrong",
    "CardHolderMissing",
    "CardNumberWrong",
    "ChannelFileWrong",
    "InstructionExists",
    "RateSettled",
    "RatesUnfit",
    "RecallExists",
    "RecallUnfit",
    "StatementUnavailable",
    "StatementWrong",
    "StatusReportWrong",
    "ask_now",
    "ask_soon",
    "cancel_instruction",
    "carry_account_check",
    "carry_card_check",
    "carry_recall",
    "claim_account_checks",
    "claim_card_checks",
    "claim_due",
    "claim_recalls",
    "climb",
    "create_instruction",
    "decide_rate",
    "fetch_channel_file",
    "fetch_rates",
    "fetch_statement",
    "fetch_status_report",
    "give_card_code",
    "import_channel_file",
    "import_statement",
    "import_status_report",
    "note_rates",
    "open_account_check",
    "open_card_check",
    "receive_callback",
    "request_recall",
    "submit_instruction",
]
