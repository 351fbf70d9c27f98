"""From a plan to the books: transfers between house accounts, under ids that follow from the break."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kefu.core.ids import descendant
from kefu.core.money import HOME
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import CHART
from kefu.settlement.refusals import BooksRefused
from kefu.settlement.rules.plan import Leg

CURRENCY = HOME
"""What banks carry out for us, and so what breaks and suspense are in."""


def post(
    root: UUID,
    legs: Sequence[Leg],
    *,
    ref: str,
    evidence: str,
    now: datetime,
    at: datetime | None = None,
    payee: str = "",
    currency: str = CURRENCY,
) -> tuple[UUID, ...]:
    """Post all or nothing, as of `at` (else now); the ids. `payee` says whose account L31 is.

    Refuses `settlement.books.refused`.
    """
    if not legs:
        return ()
    ledger.ensure_chart(currency=currency, now=now)
    answer = ledger.post(
        transfers=[
            ledger.NewTransfer(
                id=descendant(root, leg.name),
                debit=_account(leg.debit, payee, currency),
                credit=_account(leg.credit, payee, currency),
                amount=leg.amount,
                journal=leg.journal,
                order_ref=ref,
                happened_at=at or now,
                evidence_ref=evidence,
            )
            for leg in legs
        ],
        now=now,
    )
    if isinstance(answer, ledger.Refused):
        raise BooksRefused(ledger_code=answer.code)
    return answer.ids


def _account(code: str, payee: str, currency: str) -> int:
    return books.account(code, payee if CHART[code].owned else "", currency)
