"""Proving the books from outside: order ↔ ledger ↔ channel file ↔ bank statement, breaks and how they are cleared,
money in suspense, and the daily test that customers' money is safeguarded.

Door: `actions`, `queries`, `events`. Neighbours: stands on wallet, ledger, rails, identity and notices; knows no case
and no conversation (`cases` hears of breaks and tells back its number).
"""
