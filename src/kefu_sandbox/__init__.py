"""The sandbox bank: a small acquiring bank for demos and tests, in a process of its own.

Owns: linked test cards, debits from them into the wallet's safeguarded account and payouts from there to them,
the signed callbacks about both, the bank's statement, and the moods that make it misbehave on purpose.
Door: HTTP only (docs/reference/sandbox-bank.md). It never imports `kefu`, and `kefu` never imports it: they
share a secret and a wire format, as with a real bank.
"""
