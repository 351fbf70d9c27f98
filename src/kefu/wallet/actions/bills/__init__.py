"""Bills and repayments, from the account's check to the payment."""
