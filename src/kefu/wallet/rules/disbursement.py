"""Merchants' pay-outs: how little is paid out, how long a new account waits, and whose it is."""

import unicodedata
from datetime import timedelta

LEAST, MOST = 1_00, 1_000_000_00
"""Minor units of one pay-out; less waits for the next day, more is paid on the days after."""
PAUSE = timedelta(hours=24)
"""After the account was changed nothing is paid out for so long: whoever did not want it can say so first."""


def same_name(one: str, other: str) -> bool:
    """Whether an account's holder is named as the merchant is: letters and digits alone, wide or narrow, in any case.
    A longer name is another one: what it may have to do with the merchant a person says.
    """

    def core(name: str) -> str:
        return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())

    return core(one) == core(other) != ""
