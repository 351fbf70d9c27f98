"""ISO 20022 messages beside the statement, as the bank reads and writes them."""
