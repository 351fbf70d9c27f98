"""Reads of the books for who proves them from outside: sums over sets, and as of a day. Amounts are minor units."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kefu.ledger.chart import CHART
from kefu.ledger.queries import _rows as rows_of
from kefu.ledger.queries import _sign as sign_of
from kefu.ledger.queries import account


def posted_amounts(transfer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The amounts of those of the transfers that were posted (holds that were posted included), by id."""
    statement = "SELECT id, amount FROM ledger_transfer WHERE id = ANY(%s) AND kind IN ('post', 'post_hold')"
    return dict(rows_of(statement, [list(transfer_ids)]))


def owed_by_account(currency: str = "CNY") -> dict[str, int]:
    """What each code of the chart that counts as owed or safeguarded holds, summed from every single account."""
    codes = [kind.code for kind in CHART.values() if kind.owed or kind.safe]
    found = rows_of(
        "SELECT code, sum(credits_posted - debits_posted)::bigint FROM ledger_account"
        " WHERE currency = %s AND code = ANY(%s) GROUP BY code",
        [currency, codes],
    )
    nets = dict(found)
    return {code: sign_of(code) * nets.get(code, 0) for code in codes}


def moved(code: str, *, before: datetime, without: Sequence[str] = (), currency: str = "CNY") -> int:
    """What house account `code` held by all transfers that happened before `before`, but for journals `without`."""
    account_id = account(code, "", currency)
    found = rows_of(
        "SELECT coalesce(sum(amount) FILTER (WHERE debit = %(a)s), 0)"
        " - coalesce(sum(amount) FILTER (WHERE credit = %(a)s), 0) FROM ledger_transfer"
        " WHERE (debit = %(a)s OR credit = %(a)s) AND happened_at < %(before)s AND journal <> ALL(%(without)s)"
        " AND kind IN ('post', 'post_hold')",
        {"a": account_id, "before": before, "without": list(without)},
    )
    return -sign_of(code) * int(found[0][0])
