"""Reads across currencies: a ledger a currency, each balanced by itself."""

from kefu.ledger.queries import Balance
from kefu.ledger.queries import _rows as rows_of


def balances_of(owner: str, *, code: str = "L10") -> list[Balance]:
    """What `owner` has in account `code` in every currency that it is open in, by the currency's code. The accounts of
    one owner and code lie together in the index.
    """
    rows = rows_of(
        "SELECT o.currency, (a.credits_posted - a.debits_posted)::bigint, a.debits_pending::bigint,"
        " a.debits_stopped_at IS NOT NULL FROM ledger_owned o JOIN ledger_account a ON a.id = o.account"
        " WHERE o.owner = %s AND o.code = %s AND a.stripe = 0 ORDER BY o.currency",
        [owner, code],
    )
    return [Balance(net - held, held, net, currency, stopped) for currency, net, held, stopped in rows]


def accounts_of(owner: str, *, code: str = "L10") -> list[int]:
    """The ids of `owner`'s accounts `code`, one a currency, in the order in which they are locked."""
    rows = rows_of("SELECT account FROM ledger_owned WHERE owner = %s AND code = %s ORDER BY account", [owner, code])
    return [int(id_) for (id_,) in rows]


def currencies() -> list[str]:
    """The currencies that the books have a safeguarded account in, by code."""
    rows = rows_of("SELECT currency FROM ledger_owned WHERE owner = '' AND code = 'A10' ORDER BY currency", [])
    return [str(currency) for (currency,) in rows]
