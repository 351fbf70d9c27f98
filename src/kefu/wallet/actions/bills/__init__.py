"""Bills and repayments, from the account's check to the payment, also of a later day."""
