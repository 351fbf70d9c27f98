"""Merchants' pay-outs: how little is paid out, and how long a new account waits."""

from datetime import timedelta

LEAST, MOST = 1_00, 1_000_000_00
"""Minor units of one pay-out; less waits for the next day, more is paid on the days after."""
PAUSE = timedelta(hours=24)
"""After the account was changed nothing is paid out for so long: whoever did not want it can say so first."""
