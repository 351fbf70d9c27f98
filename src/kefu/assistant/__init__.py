"""The assistant: reads what a customer asks, checks their own orders and books, and answers with the evidence.

Owns the emergency detector, the playbooks (diagnosis) and Answer. Door: `actions`, `tasks`. It stands on cases,
wallet, desk, knowledge and language, holds no credentials and moves no money; what it may do alone is to ask a
bank, and to offer buttons that the signed-in customer presses.
"""
