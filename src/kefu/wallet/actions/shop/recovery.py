"""What a merchant owes us for refunds is taken from what they were paid since."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM
from kefu.core.batch import each_by_itself
from kefu.core.ids import new_id
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.wallet.actions.shop.merchant import owner_ref
from kefu.wallet.models import Merchant, Refund
from kefu.wallet.refusals import BooksRefused


def recover_debts(*, now: datetime) -> int:
    """Of every merchant that owes us, as much as their payable holds now; returns the sum in minor units.

    The requirement falls with it, so as much leaves the safeguarded account in the same batch.
    """
    owing = Refund.objects.filter(owed__gt=0).values_list("merchant_id", flat=True).distinct()
    return each_by_itself(owing, lambda merchant_id: _recover(merchant_id, now=now), what="recover a merchant's debt")


def _recover(merchant_id: UUID, *, now: datetime) -> int:
    owner = owner_ref(merchant_id)
    with transaction.atomic():
        row = Merchant.objects.select_for_update().get(pk=merchant_id)
        debt = books.balance(owner, code="A30", currency=row.currency).posted
        amount = min(debt, books.balance(owner, code="L30", currency=row.currency).available)
        if amount <= 0:
            return 0
        own, safe = (books.account(code, "", row.currency) for code in ("A11", "A10"))
        legs = (
            (Journal.MERCH_RECOVERED, row.account, row.receivable),
            (Journal.SWEEP_LEG, own, safe),
        )
        answer = ledger.post(
            transfers=[
                ledger.NewTransfer(
                    id=new_id(),
                    debit=debit,
                    credit=credit,
                    amount=amount,
                    journal=journal,
                    order_ref=owner,
                    happened_at=now,
                )
                for journal, debit, credit in legs
            ],
            now=now,
        )
        if isinstance(answer, ledger.Refused):
            raise BooksRefused(ledger_code=answer.code)
        data = {"amount": amount, "debt": debt}
        audit.record(actor=SYSTEM, action="wallet.recover_debt", subject=owner, now=now, data=data)
    return amount
