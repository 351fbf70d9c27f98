"""What each action asks of the customer (V0–V3) and which roles of staff may do it: the whole table.

V0 anybody · V1 signed in · V2 signed in and the payment PIN given for this very thing within five minutes ·
V3 V2 and identity proved again as at enrolment. An action that is not in the table is done by nobody.
"""

from datetime import timedelta
from typing import Literal

Level = Literal["V0", "V1", "V2", "V3"]

STEP_UP_LASTS = timedelta(minutes=5)

LEVELS: dict[str, Level] = {
    "knowledge.read": "V0",
    "cases.report_scam": "V0",
    "identity.request_code": "V0",
    "identity.see_self": "V1",
    "identity.set_payment_pin": "V1",
    "identity.end_session": "V1",
    "identity.change_password": "V1",
    "identity.replace_payment_pin": "V2",
    "identity.add_email": "V1",
    "identity.change_email": "V2",
    "identity.change_phone": "V3",
    "identity.recover_account": "V3",
    "wallet.open_wallet": "V1",
    "wallet.see": "V1",
    "wallet.link_card": "V1",
    "wallet.confirm_card": "V1",
    "wallet.unlink_card": "V1",
    "wallet.create_topup": "V1",
    "wallet.quote_transfer": "V1",
    "wallet.create_transfer": "V1",
    "wallet.create_large_transfer": "V2",
    "wallet.cancel_transfer": "V1",
    "wallet.quote_withdrawal": "V1",
    "wallet.create_withdrawal": "V1",
    "wallet.create_large_withdrawal": "V2",
    "wallet.move_pot": "V1",
    "planning.create_split": "V1",
    "planning.pay_share": "V1",
    "planning.remind_split": "V1",
    "planning.cancel_split": "V1",
    "planning.recategorise": "V1",
    "planning.set_budget": "V1",
    "planning.open_pot": "V1",
    "planning.change_pot": "V1",
    "planning.close_pot": "V1",
    "planning.create_schedule": "V2",
    "planning.change_schedule": "V1",
    "wallet.check_account": "V1",
    "wallet.remove_account": "V1",
    "wallet.quote_bill": "V1",
    "wallet.create_bill": "V1",
    "wallet.create_large_bill": "V2",
    "wallet.quote_repayment": "V1",
    "wallet.create_repayment": "V1",
    "wallet.create_large_repayment": "V2",
    "wallet.quote_payment": "V1",
    "wallet.create_payment": "V1",
    "wallet.create_large_payment": "V2",
    "wallet.create_pin_payment": "V2",
    "wallet.issue_pay_code": "V1",
    "wallet.issue_receive_code": "V1",
    "wallet.withdraw_refund": "V1",
    "wallet.escalate_refund": "V1",
    "wallet.stop_outflows": "V1",
    "wallet.lift_stop": "V2",
    "wallet.lower_limits": "V1",
    "wallet.change_limits": "V2",
    "wallet.request_refund": "V2",
    "wallet.large_payout": "V3",
    "wallet.unfreeze": "V3",
    "receipts.see": "V1",
    "receipts.issue_proof": "V2",
    "channels.send": "V1",
    "desk.open_conversation": "V1",
    "desk.ask_for_human": "V1",
    "assistant.ask": "V1",
    "cases.open_case": "V1",
    "cases.appeal": "V2",
    "cases.dispute": "V2",
}

AGENT, SUPERVISOR, OPERATOR = "agent", "supervisor", "operator"
DESK = frozenset({AGENT, SUPERVISOR})
STAFF = frozenset({AGENT, SUPERVISOR, OPERATOR})

ROLES: dict[str, frozenset[str]] = {
    "knowledge.read": STAFF,
    "identity.see_self": STAFF,
    "identity.end_session": STAFF,
    "identity.change_password": STAFF,
    "identity.see_customer": DESK,
    "identity.propose_approval": STAFF,
    "identity.decide_approval": frozenset({SUPERVISOR}),
    "identity.register_staff": frozenset({OPERATOR}),
    "wallet.see": DESK,
    "wallet.restrict": DESK,
    "wallet.stop_outflows": DESK,
    "wallet.set_standing": frozenset({OPERATOR}),
    "wallet.see_terms": frozenset({SUPERVISOR, OPERATOR}),
    "wallet.propose_terms": frozenset({OPERATOR}),
    "wallet.decide_terms": frozenset({SUPERVISOR}),
    "desk.see_queue": DESK,
    "desk.take_conversation": DESK,
    "desk.add_message": DESK,
    "desk.hand_over": DESK,
    "desk.close_conversation": DESK,
    "desk.add_note": DESK,
    "receipts.send": DESK,
    "cases.open_case": DESK,
    "cases.propose_goodwill": DESK,
    "cases.propose_completion": DESK,
    "cases.close_case": DESK,
    "cases.take_case": DESK,
    "cases.propose_refund": DESK,
    "wallet.register_merchant": frozenset({SUPERVISOR, OPERATOR}),
    "wallet.judge_merchant": frozenset({SUPERVISOR, OPERATOR}),
    "rails.set_mood": frozenset({OPERATOR}),
    "settlement.see": frozenset({SUPERVISOR, OPERATOR}),
    "settlement.import_file": frozenset({OPERATOR}),
    "settlement.take_break": frozenset({SUPERVISOR, OPERATOR}),
    "settlement.propose_clearance": frozenset({SUPERVISOR, OPERATOR}),
    "settlement.find_bank_record": DESK,
    "office.see": frozenset({SUPERVISOR, OPERATOR}),
}

MERCHANT: frozenset[str] = frozenset(
    {
        "identity.end_session",
        "wallet.see_shop",
        "wallet.create_sale",
        "wallet.close_sale",
        "wallet.charge_code",
        "wallet.capture_payment",
        "wallet.void_payment",
        "wallet.refund_payment",
        "wallet.answer_refund",
    }
)
"""What who acts for a merchant may do, with the money and orders of that merchant alone."""
