"""The town's mornings: what its houses said of each day that is over, compared with the books."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings

from kefu.core.actor import SYSTEM
from kefu.rails import actions as rails
from kefu.rails.connectors import Bank, connector
from kefu.rails.rules import BANK_ZONE
from kefu.settlement import actions as settlement
from kefu.wallet import actions as wallet

FILES_AT = timedelta(hours=10)
"""The files of a bank day can be had at ten in the morning of the next."""
BANK_DAYS, OTHER_DAYS = 61, 4
"""How far back customers opened their wallets by the bank, and others used the biller and the lender."""


def mornings(now: datetime) -> None:
    """Fetch the files of all days that are over, compare each day, and test that customers' money is safeguarded."""
    last = (now - FILES_AT).astimezone(BANK_ZONE).date() - timedelta(days=1)
    for code in settings.RAILS_CONNECTORS:
        is_bank = isinstance(connector(code), Bank)
        days = list(_until(last, BANK_DAYS if is_bank else OTHER_DAYS))
        for day in days:
            if is_bank:
                rails.fetch_status_report(actor=SYSTEM, connector_code=code, day=day, now=now)
            rails.fetch_channel_file(actor=SYSTEM, connector_code=code, day=day, now=now)
            statement = rails.fetch_statement(actor=SYSTEM, connector_code=code, day=day, now=now)
            wallet.clear_orders(statement_id=statement, now=now)
        for day in days:
            settlement.reconcile_day(actor=SYSTEM, connector=code, day=day, now=now)
    settlement.test_currencies(actor=SYSTEM, day=last, now=now)


def _until(last: date, count: int) -> Iterator[date]:
    """So many days, the oldest first."""
    return (last - timedelta(days=back) for back in reversed(range(count)))
