"""The codes by which `post` refuses, in the order of precedence in which one transfer is judged.

`batch_size` stands before all and refuses the call as a whole (index 0). Of a batch, the first refused
transfer gives the code. `sql/post.sql` numbers the others by their place here, from 1.
"""

BATCH_SIZE = "batch_size"
"""The batch holds no transfer, or more than MOST."""

REFUSAL_CODES = (
    "kind_unknown",
    "exists_with_different_fields",
    "exists",
    "account_missing",
    "currency_differs",
    "same_account",
    "amount_not_positive",
    "amount_too_large",
    "debits_stopped",
    "account_closed",
    "insufficient_funds",
    "exceeds_debits",
    "hold_missing",
    "hold_accounts_differ",
    "hold_resolved",
    "hold_expired",
    "hold_not_due",
    "hold_amount_differs",
    "hold_amount_exceeded",
    "corrects_missing",
)

MOST = 500
"""Transfers in one call."""

AMOUNT_MOST = 10_000_000_000_000
"""Minor units in one transfer."""
