"""What a biller calls things: that it took a payment on (acknowledged) and that it booked it (posted) are two facts."""

from __future__ import annotations

STATUSES = {
    "PROCESSING": "ACKNOWLEDGED",
    "SUCCEEDED": "POSTED",
    "FAILED": "REFUSED",
    "RETURNED": "REVERSED",
}
REASONS = {
    "insufficient_funds": "bill_changed",
    "card_closed": "account_closed",
    "risk": "account_unknown",
    "limit_exceeded": "amount_refused",
}
WORDS = {**STATUSES, **REASONS}
