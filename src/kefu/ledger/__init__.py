"""The books: accounts, transfers and holds, double entry, in integers of the smallest unit.

Owns Account, Transfer, Hold, BalanceDay, the chart of accounts and the journals. Owners of accounts are
opaque references ('customer:<uuid>'). Its doors are `actions` (post, open_account, ensure_chart, stop_debits,
…) and `queries` (balance, entries, check_books, …). A posting goes through one SQL function, `ledger_post`:
the application's role can write them in no other way. Stands on core alone; wallet is its one user.
"""
