"""Those whom the wallet pays for its customers: a biller (utilities, phone top-up) and a lender (credit cards, loans).

Each is a house of its own beside the bank, in the same process under its own path (`/biller`, `/lender`), with its own
store, journal, secret, moods and page. It moves and calls back as the bank does, and says it in its own `words`.
"""
