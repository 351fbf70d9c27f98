"""Every write of the wallet."""

from kefu.wallet.actions.bill import check_account, check_saved_account, pay_bill, quote_bill, remove_account
from kefu.wallet.actions.cards.link import confirm_card, link_card, take_card, unlink_card
from kefu.wallet.actions.codes.pay import Charge, charge_code, forget_codes, issue_pay_code
from kefu.wallet.actions.codes.receive import issue_receive_code, look_at_receive_code, quote_receive_code
from kefu.wallet.actions.completion import complete_topup, completion_arguments
from kefu.wallet.actions.found import credit_found
from kefu.wallet.actions.goodwill import goodwill_arguments, pay_goodwill
from kefu.wallet.actions.limits import Caps, change_limits, set_standing
from kefu.wallet.actions.limits.terms import FeeTerms, decide_terms, propose_fee, propose_limit
from kefu.wallet.actions.outcome import (
    apply_outcome,
    clear_orders,
    follow_instruction,
    note_contradiction,
)
from kefu.wallet.actions.pot import move_pot
from kefu.wallet.actions.release import claim_released, release_transfer
from kefu.wallet.actions.restriction import expire_restrictions, lift_restriction, restrict
from kefu.wallet.actions.shop.deciding import (
    decline_arguments,
    decline_decided_refund,
    pay_decided_refund,
    refund_arguments,
)
from kefu.wallet.actions.shop.merchant import (
    add_merchant_staff,
    approve_merchant,
    hold_merchant,
    hold_troubled,
    register_merchant,
    reopen_merchant,
)
from kefu.wallet.actions.shop.payment import (
    capture_payment,
    create_payment,
    quote_payment,
    void_expired,
    void_payment,
)
from kefu.wallet.actions.shop.recovery import recover_debts
from kefu.wallet.actions.shop.refund import (
    answer_refund,
    end_refused,
    escalate_refund,
    refund_payment,
    request_refund,
    step_in,
    withdraw_refund,
)
from kefu.wallet.actions.shop.reroute import reroute_refund
from kefu.wallet.actions.shop.sale import close_expired, close_sale, create_sale
from kefu.wallet.actions.stop import lift_stop, stop_outflows
from kefu.wallet.actions.topup import ask_about, create_topup
from kefu.wallet.actions.transfer import cancel_transfer, check_payee, create_transfer, quote_transfer
from kefu.wallet.actions.vouchers.campaign import NewCampaign, end_campaign, open_campaign, propose_campaign
from kefu.wallet.actions.vouchers.issue import expire_vouchers, take_voucher
from kefu.wallet.actions.vouchers.locking import free_expired
from kefu.wallet.actions.wallet import open_wallet
from kefu.wallet.actions.withdrawal import create_withdrawal, quote_withdrawal

__all__ = [
    "Caps",
    "Charge",
    "FeeTerms",
    "NewCampaign",
    "add_merchant_staff",
    "answer_refund",
    "apply_outcome",
    "approve_merchant",
    "ask_about",
    "cancel_transfer",
    "capture_payment",
    "change_limits",
    "charge_code",
    "check_account",
    "check_payee",
    "check_saved_account",
    "claim_released",
    "clear_orders",
    "close_expired",
    "close_sale",
    "complete_topup",
    "completion_arguments",
    "confirm_card",
    "create_payment",
    "create_sale",
    "create_topup",
    "create_transfer",
    "create_withdrawal",
    "credit_found",
    "decide_terms",
    "decline_arguments",
    "decline_decided_refund",
    "end_campaign",
    "end_refused",
    "escalate_refund",
    "expire_restrictions",
    "expire_vouchers",
    "follow_instruction",
    "forget_codes",
    "free_expired",
    "goodwill_arguments",
    "hold_merchant",
    "hold_troubled",
    "issue_pay_code",
    "issue_receive_code",
    "lift_restriction",
    "lift_stop",
    "link_card",
    "look_at_receive_code",
    "move_pot",
    "note_contradiction",
    "open_campaign",
    "open_wallet",
    "pay_bill",
    "pay_decided_refund",
    "pay_goodwill",
    "propose_campaign",
    "propose_fee",
    "propose_limit",
    "quote_bill",
    "quote_payment",
    "quote_receive_code",
    "quote_transfer",
    "quote_withdrawal",
    "recover_debts",
    "refund_arguments",
    "refund_payment",
    "register_merchant",
    "release_transfer",
    "remove_account",
    "reopen_merchant",
    "request_refund",
    "reroute_refund",
    "restrict",
    "set_standing",
    "step_in",
    "stop_outflows",
    "take_card",
    "take_voucher",
    "unlink_card",
    "void_expired",
    "void_payment",
    "withdraw_refund",
]
