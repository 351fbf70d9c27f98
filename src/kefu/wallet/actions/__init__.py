"""Every write of the wallet."""

from kefu.wallet.actions.card import confirm_card, link_card, take_card, unlink_card
from kefu.wallet.actions.completion import complete_topup, completion_arguments
from kefu.wallet.actions.found import credit_found
from kefu.wallet.actions.goodwill import goodwill_arguments, pay_goodwill
from kefu.wallet.actions.limits import Caps, change_limits, set_standing
from kefu.wallet.actions.outcome import (
    apply_outcome,
    clear_orders,
    follow_instruction,
    note_contradiction,
)
from kefu.wallet.actions.pot import move_pot
from kefu.wallet.actions.release import claim_released, release_transfer
from kefu.wallet.actions.restriction import expire_restrictions, lift_restriction, restrict
from kefu.wallet.actions.stop import lift_stop, stop_outflows
from kefu.wallet.actions.terms import FeeTerms, decide_terms, propose_fee, propose_limit
from kefu.wallet.actions.topup import ask_about, create_topup
from kefu.wallet.actions.transfer import cancel_transfer, check_payee, create_transfer, quote_transfer
from kefu.wallet.actions.wallet import open_wallet
from kefu.wallet.actions.withdrawal import create_withdrawal, quote_withdrawal

__all__ = [
    "Caps",
    "FeeTerms",
    "apply_outcome",
    "ask_about",
    "cancel_transfer",
    "change_limits",
    "check_payee",
    "claim_released",
    "clear_orders",
    "complete_topup",
    "completion_arguments",
    "confirm_card",
    "create_topup",
    "create_transfer",
    "create_withdrawal",
    "credit_found",
    "decide_terms",
    "expire_restrictions",
    "follow_instruction",
    "goodwill_arguments",
    "lift_restriction",
    "lift_stop",
    "link_card",
    "move_pot",
    "note_contradiction",
    "open_wallet",
    "pay_goodwill",
    "propose_fee",
    "propose_limit",
    "quote_transfer",
    "quote_withdrawal",
    "release_transfer",
    "restrict",
    "set_standing",
    "stop_outflows",
    "take_card",
    "unlink_card",
]
