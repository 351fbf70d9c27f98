"""When accounts paid before fall due again, by what their biller said last."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kefu.core.brand import brand
from kefu.wallet import models as m
from kefu.wallet.models import BillAccount, BillTerms
from kefu.wallet.rules.payee import PAYEES

PAID = (*m.OPEN, m.SUCCEEDED)


@dataclass(frozen=True, kw_only=True)
class DueAccount:
    """A kept account that is expected to fall due on `due_on`, as in the months before. The bill itself is not known.

    `safe_at`: what is paid before it is booked by then, as the biller's cut-off and its days stood last.
    """

    account_id: UUID
    customer_id: UUID
    payee_name: Any
    number_masked: str
    due_on: date
    safe_at: datetime


def accounts_due(on: date) -> Iterator[DueAccount]:
    """The kept accounts whose last paid bill lets expect one due on `on`; a month paid for is not asked for again.

    Accounts without bills, such as phones that are topped up, are left out.
    """
    last_of_month = on.day == monthrange(on.year, on.month)[1]
    same_day = {"due_on__day__gte": on.day} if last_of_month else {"due_on__day": on.day}
    rows = (
        BillTerms.objects.filter(
            quote__account__status=BillAccount.SAVED,
            quote__order__status__in=PAID,
            amount_due__gt=0,
            due_on__lt=on.replace(day=1),
            **same_day,
        )
        .select_related("quote__account")
        .order_by("quote__account_id", "-due_on", "-quote__created_at")
        .distinct("quote__account_id")
    )
    for row in rows.iterator(chunk_size=500):
        account = row.quote.account
        if account is None or account.payee not in PAYEES or _paid_since(account, row.due_on):
            continue
        yield DueAccount(
            account_id=account.id,
            customer_id=account.customer_id,
            payee_name=PAYEES[account.payee].name,
            number_masked=account.number_masked,
            due_on=on,
            safe_at=_safe_at(row, on),
        )


def _paid_since(account: BillAccount, due_on: date) -> bool:
    """A later bill was paid: that one says when the next falls due."""
    later = BillTerms.objects.filter(quote__account=account, quote__order__status__in=PAID, due_on__gt=due_on)
    return later.exists()


def _safe_at(row: BillTerms, due_on: date) -> datetime:
    paid = row.quote.created_at.astimezone(brand().zone)
    days = (row.posts_on - paid.date()).days - (paid.time() >= row.cutoff)
    return datetime.combine(due_on - timedelta(days=days), row.cutoff, brand().zone)
