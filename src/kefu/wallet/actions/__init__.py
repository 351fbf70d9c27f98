"""Every write of the wallet."""

from kefu.wallet.actions.bills.bill import check_account, check_saved_account, pay_bill, quote_bill, remove_account
from kefu.wallet.actions.cards.link import confirm_card, link_card, take_card, unlink_card
from kefu.wallet.actions.codes.pay import Charge, charge_code, forget_codes, issue_pay_code
from kefu.wallet.actions.codes.receive import issue_receive_code, look_at_receive_code, quote_receive_code
from kefu.wallet.actions.credits.completion import complete_topup, completion_arguments
from kefu.wallet.actions.credits.found import credit_found
from kefu.wallet.actions.credits.goodwill import goodwill_arguments, pay_goodwill
from kefu.wallet.actions.disburse.account import (
    approve_merchant_account,
    confirm_merchant_account,
    link_merchant_account,
    reject_merchant_account,
)
from kefu.wallet.actions.disburse.paying import disburse_daily, request_disbursement
from kefu.wallet.actions.exchange.exchange import create_exchange, quote_exchange
from kefu.wallet.actions.exchange.rates import decide_rate
from kefu.wallet.actions.limits import Caps, change_limits, decide_standing, set_standing
from kefu.wallet.actions.limits.terms import FeeTerms, decide_terms, propose_fee, propose_limit, propose_spread
from kefu.wallet.actions.outcome import (
    apply_outcome,
    clear_orders,
    follow_instruction,
    note_contradiction,
)
from kefu.wallet.actions.pots.pot import move_pot
from kefu.wallet.actions.provisional.give import (
    final_arguments,
    finalise_provisional,
    give_arguments,
    give_provisional,
)
from kefu.wallet.actions.provisional.recover import announce_recovery, recover_provisionals, recovery_arguments
from kefu.wallet.actions.provisional.withdraw import (
    announce_provisional,
    notice_arguments,
    withdraw_due,
    withdraw_provisional,
)
from kefu.wallet.actions.recalls.follow import follow_recall
from kefu.wallet.actions.recalls.request import recall_withdrawal
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
    ask_reopen,
    confirm_merchant_staff,
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
from kefu.wallet.actions.taps.device import (
    add_tap_device,
    remove_tap_device,
    resume_tap_device,
    suspend_tap_device,
    suspend_unproved,
)
from kefu.wallet.actions.taps.paying import take_tap
from kefu.wallet.actions.taps.waiting import forget_waits, open_tap_wait, read_terminal
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
    "add_tap_device",
    "announce_provisional",
    "announce_recovery",
    "answer_refund",
    "apply_outcome",
    "approve_merchant",
    "approve_merchant_account",
    "ask_about",
    "ask_reopen",
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
    "confirm_merchant_account",
    "confirm_merchant_staff",
    "create_exchange",
    "create_payment",
    "create_sale",
    "create_topup",
    "create_transfer",
    "create_withdrawal",
    "credit_found",
    "decide_rate",
    "decide_standing",
    "decide_terms",
    "decline_arguments",
    "decline_decided_refund",
    "disburse_daily",
    "end_campaign",
    "end_refused",
    "escalate_refund",
    "expire_restrictions",
    "expire_vouchers",
    "final_arguments",
    "finalise_provisional",
    "follow_instruction",
    "follow_recall",
    "forget_codes",
    "forget_waits",
    "free_expired",
    "give_arguments",
    "give_provisional",
    "goodwill_arguments",
    "hold_merchant",
    "hold_troubled",
    "issue_pay_code",
    "issue_receive_code",
    "lift_restriction",
    "lift_stop",
    "link_card",
    "link_merchant_account",
    "look_at_receive_code",
    "move_pot",
    "note_contradiction",
    "notice_arguments",
    "open_campaign",
    "open_tap_wait",
    "open_wallet",
    "pay_bill",
    "pay_decided_refund",
    "pay_goodwill",
    "propose_campaign",
    "propose_fee",
    "propose_limit",
    "propose_spread",
    "quote_bill",
    "quote_exchange",
    "quote_payment",
    "quote_receive_code",
    "quote_transfer",
    "quote_withdrawal",
    "read_terminal",
    "recall_withdrawal",
    "recover_debts",
    "recover_provisionals",
    "recovery_arguments",
    "refund_arguments",
    "refund_payment",
    "register_merchant",
    "reject_merchant_account",
    "release_transfer",
    "remove_account",
    "remove_tap_device",
    "reopen_merchant",
    "request_disbursement",
    "request_refund",
    "reroute_refund",
    "restrict",
    "resume_tap_device",
    "set_standing",
    "step_in",
    "stop_outflows",
    "suspend_tap_device",
    "suspend_unproved",
    "take_card",
    "take_tap",
    "take_voucher",
    "unlink_card",
    "void_expired",
    "void_payment",
    "withdraw_due",
    "withdraw_provisional",
    "withdraw_refund",
]
