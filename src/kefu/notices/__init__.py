"""Messages that must arrive: notices in the app, and what leaves by SMS or mail, encrypted until it is sent.

Door: `actions` (writes), `queries` (reads), `events`. Stands on identity and core; told by wallet, cases
and others.
"""
