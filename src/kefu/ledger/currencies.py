"""Reads across currencies: a ledger a currency, each balanced by itself."""

from kefu.ledger.queries import Balance
from kefu.ledger.queries import _rows as rows_of


def balances_of(owner: str, *, code: str = "L10") -> list[Balance]:
    """What `owner` has in account `code` in every currency that it is open in, by the currency's code. The accounts of
    one owner and code lie together in the index.
    """
    rows = rows_of(
        "SELECT currency, (credits_posted - debits_posted)::bigint, debits_pending::bigint,"
        " debits_stopped_at IS NOT NULL FROM ledger_account WHERE owner = %s AND code = %s AND stripe = 0"
        " ORDER BY currency",
        [owner, code],
    )
    return [Balance(net - held, held, net, currency, stopped) for currency, net, held, stopped in rows]


def accounts_of(owner: str, *, code: str = "L10") -> list[int]:
    """The ids of `owner`'s accounts `code`, one a currency, in the order in which they are locked."""
    rows = rows_of(
        "SELECT id FROM ledger_account WHERE owner = %s AND code = %s AND stripe = 0 ORDER BY id", [owner, code]
    )
    return [int(id_) for (id_,) in rows]


def currencies() -> list[str]:
    """The currencies that the books have a safeguarded account in, by code."""
    rows = rows_of(
        "SELECT currency FROM ledger_account WHERE owner = '' AND code = 'A10' AND stripe = 0 ORDER BY currency", []
    )
    return [str(currency) for (currency,) in rows]
