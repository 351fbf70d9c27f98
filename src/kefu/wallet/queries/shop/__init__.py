"""What is read about merchants: by payers, by who acts for a merchant, and by the house."""
