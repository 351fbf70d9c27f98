"""Reminders that bills paid before fall due again: three days before and one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import lazy

from kefu.core.actor import SYSTEM
from kefu.core.when import spoken_day
from kefu.planning.actions import telling
from kefu.planning.models import BillReminder
from kefu.planning.queries.spending import local_day
from kefu.planning.rules.days import REMIND_DAYS
from kefu.wallet.queries.due import DueAccount, accounts_due

_day = lazy(spoken_day, str)


def remind_bills(*, now: datetime) -> int:
    """Remind of the kept accounts that fall due in three days, and in one, with the last moment at which a payment
    is still booked in time; each once. Returns how many notices. What is due is not known before the biller is asked.
    """
    told = 0
    for days in REMIND_DAYS:
        for account in accounts_due(local_day(now) + timedelta(days=days)):
            told += _remind(account, days, now=now)
    return told


def _remind(account: DueAccount, days: int, *, now: datetime) -> int:
    with transaction.atomic():
        _, new = BillReminder.objects.get_or_create(
            account_id=account.account_id, due_on=account.due_on, days=days, defaults={"at": now}
        )
        if not new:
            return 0
        late = account.safe_at <= now
        telling.tell(
            account.customer_id,
            "bill_soon_late" if late else "bill_soon",
            actor=SYSTEM,
            ref=f"bill_account:{account.account_id}",
            now=now,
            payee=account.payee_name,
            number=account.number_masked,
            due=_day(account.due_on),
            safe_at=account.safe_at.isoformat(),
        )
    return 1
