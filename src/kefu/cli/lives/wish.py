"""What somebody wants, and what they were told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import HOME

TOPUP, WITHDRAWAL, TRANSFER, PAYMENT, REFUND = "topup", "withdrawal", "transfer", "payment", "refund"
BILL, REPAYMENT, EXCHANGE, POT = "bill", "repayment", "exchange", "pot"
Purse = tuple[str, str]
"""Whose money, or what lies where, and in which currency."""
Told = tuple[UUID, str]
"""The order that somebody was told, and its status."""


def purse(who: Actor, currency: str = HOME) -> Purse:
    """A customer's balance."""
    return who.id, currency


@dataclass
class Wish:
    """`change`: who has how much more or less once it has come about; `fee` and `until`: as quoted; `to`: the account
    or card that a house takes it from, or pays; `must_refuse`: the only answer that is right.

    `order` and `status`: what they were told first; `refused`: the code of the refusal that they were told instead.
    `cancel`: what became of taking it back ('' never asked, 'asked' without an answer, 'done'); `recall`: likewise of
    asking a withdrawal back ('' never, 'asked', 'told' that the bank is asked). `of`: what a refund is of.
    """

    kind: str
    amount: int
    who: Actor
    change: dict[Purse, int]
    call: Callable[..., Told]
    fee: int = 0
    to: str = ""
    until: datetime | None = None
    must_refuse: str = ""
    delayed: bool = False
    order: UUID | None = None
    status: str = ""
    refused: str = ""
    tries: int = 0
    cancel: str = ""
    recall: str = ""
    of: "Wish | None" = None

    @property
    def answered(self) -> bool:
        return self.order is not None or bool(self.refused)


@dataclass
class AccountAsked:
    """An account at a biller or lender that a customer had asked about; `account`: its token there."""

    id: UUID
    kind: str
    who: Actor
    account: str
    amount: int
    late: bool
    used: bool = False
