"""Books for the tests: customers with money that came in by top-ups, so that safeguarding holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from kefu.ledger import actions, queries
from kefu.ledger.actions import NewTransfer, Posted, Refused
from kefu.ledger.chart import Journal


@dataclass
class Books:
    """A chart of accounts and short ways to move money in it."""

    now: datetime
    counter: itertools.count[int]

    def house(self, code: str, currency: str = "CNY") -> int:
        return queries.account(code, "", currency)

    def customer(self, funds: int = 0, currency: str = "CNY") -> tuple[str, int]:
        """A new owner and the wallet account, with `funds` topped up."""
        owner = f"customer:{uuid4()}"
        account = actions.open_account(code="L10", owner=owner, currency=currency, now=self.now)
        if funds:
            topup = self.transfer(self.house("A20", currency), account, funds, journal=Journal.TOPUP)
            assert self.post(topup) == Posted((topup.id,))
        return owner, account

    def transfer(self, debit: int, credit: int, amount: int, **fields: object) -> NewTransfer:
        first = {
            "id": uuid4(),
            "journal": Journal.TRANSFER,
            "order_ref": f"order:{next(self.counter)}",
            "happened_at": self.now,
        }
        return NewTransfer(**{**first, **fields}, debit=debit, credit=credit, amount=amount)  # type: ignore[arg-type]

    def hold(self, debit: int, credit: int, amount: int, **fields: object) -> NewTransfer:
        return self.transfer(debit, credit, amount, kind="hold", **fields)

    def end(self, kind: str, hold_id: UUID, amount: int = 0, **fields: object) -> NewTransfer:
        """A post_hold, void_hold or expire with the hold's own accounts."""
        return self.transfer(0, 0, amount, kind=kind, hold_id=hold_id, **fields)

    def post(self, *transfers: NewTransfer, now: datetime | None = None) -> Posted | Refused:
        return actions.post(transfers=transfers, now=now or self.now)


@pytest.fixture
def books(db: None, now: datetime) -> Books:
    actions.ensure_chart(now=now)
    return Books(now, itertools.count(1))


@pytest.fixture
def again() -> Callable[..., NewTransfer]:
    """The same transfer with other fields."""
    return replace


OWNED = "INSERT INTO ledger_owned SELECT id, owner, code, currency FROM ledger_account WHERE stripe = 0"
OWNED += " ON CONFLICT DO NOTHING"


def write_accounts(owner: psycopg.Connection, wallets: range, striped: dict[int, str]) -> None:
    """Account rows as the owner writes them, for clones in which ids are chosen by the test."""
    rows = [(wallet, 0, "L10", f"customer:{wallet}", True) for wallet in wallets]
    rows += [(account, stripe, code, "", False) for account, code in striped.items() for stripe in range(16)]
    with owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger_account (id, stripe, code, owner, currency, debits_must_not_exceed_credits,"
            " credits_must_not_exceed_debits, opened_at) VALUES (%s, %s, %s, %s, 'CNY', %s, false, now())",
            rows,
        )
    owner.execute(OWNED)
