"""Playbooks: what is checked for a question, in order, until the one cause is found. One file a matter.

A playbook takes the Context and returns an Answer whose every figure is a Fact with a source.
"""

from collections.abc import Callable

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.playbooks import (
    balance,
    contact,
    emergency,
    exchange,
    fees,
    limits,
    payment,
    planning,
    receipts,
    refund,
    repayment,
    restriction,
    topup,
    transfer,
    withdrawal,
)

Playbook = Callable[[Context], Answer]

PLAYBOOKS: dict[str, Playbook] = {
    "topup_not_arrived": topup.not_arrived,
    "topup_failed": topup.failed,
    "transfer_failed": transfer.failed,
    "transfer_not_received": transfer.not_received,
    "transfer_wrong_person": transfer.wrong_person,
    "withdraw_pending": withdrawal.pending,
    "withdraw_how": withdrawal.how,
    "withdraw_fee": fees.fees,
    "repay_delayed": repayment.delayed,
    "credit_card_repay": repayment.how_repay,
    "utility_bill": repayment.bill,
    "payment_failed": payment.failed,
    "refund_request": refund.ask,
    "refund_delayed": refund.delayed,
    "refund_rejected": refund.rejected,
    "refund_destination": refund.destination,
    "duplicate_charge": transfer.paid_twice,
    "balance_transactions_query": balance.balance_and_activity,
    "fees_general": fees.fees,
    "fx_cross_border": exchange.exchange,
    "voucher_receipt": receipts.receipts,
    "transaction_limit": limits.limits,
    "account_frozen_reason": restriction.why_restricted,
    "account_unfreeze": restriction.why_restricted,
    "contact_human": contact.human,
    "hotline_number": contact.hotline,
    "split_bill": planning.splits,
    "spending_budget": planning.spending,
    "service_hours": contact.hours,
    "contact_channels": contact.channels,
    "queue_wait": contact.wait,
    "unauthorized_transaction": emergency.stolen,
    "scam_report": emergency.scam,
    "lost_phone": emergency.lost_phone,
}
