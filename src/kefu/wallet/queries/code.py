"""Codes as their customer's page shows them, and what became of one that was shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity.values import Person
from kefu.trust import queries as trust
from kefu.wallet.models import PayCode, Sale
from kefu.wallet.queries.shop.merchant import paying_orders
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.code import Receiving


@dataclass(frozen=True, kw_only=True)
class PayCodeView:
    """A fresh code: its digits are known here and on the page, nowhere else."""

    id: UUID
    digits: str
    expires_at: datetime

    @property
    def grouped(self) -> str:
        """`2812 3456 …`, to be read aloud or typed."""
        return " ".join(self.digits[at : at + 4] for at in range(0, len(self.digits), 4))


@dataclass(frozen=True, kw_only=True)
class UsedCodeView:
    """What a shown code was used for. `order_id` None: it waits for its payer's yes under `token`, or was given up."""

    id: UUID
    merchant_name: str
    amount: Money
    order_id: UUID | None
    token: str
    is_waiting: bool
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReceiveCodeView:
    """A fresh code to be paid with; `amount` None: the payer says how much."""

    token: str
    amount: Money | None
    note: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReceivingView:
    """Whom a scanned code pays. `note` is the payee's, with what could mislead hidden."""

    payee_masked_name: str
    payee_masked_phone: str
    amount: Money | None
    note: str
    expires_at: datetime


def see_receiving(code: Receiving, payee: Person) -> ReceivingView:
    return ReceivingView(
        payee_masked_name=payee.masked_name,
        payee_masked_phone=payee.masked_phone,
        amount=Money(code.amount, CURRENCY) if code.amount else None,
        note=trust.shown(code.note).text,
        expires_at=code.expires_at,
    )


def used_code_for(actor: Actor, code_id: UUID, *, now: datetime) -> UsedCodeView | None:
    """What the customer's code was used for; None while it was not. Refuses `core.thing.not_found`."""
    rows = PayCode.objects.select_related("sale__merchant")
    code = rows.filter(pk=code_id, customer_id=actor.uuid).first() if actor.kind == "customer" else None
    if code is None:
        raise NotFound()
    sale = code.sale
    if sale is None:
        return None
    return UsedCodeView(
        id=code.id,
        merchant_name=sale.merchant.name,
        amount=Money(sale.amount, sale.currency),
        order_id=paying_orders(sale).get(sale.id),
        token=sale.token,
        is_waiting=sale.status == Sale.OPEN and sale.expires_at > now,
        expires_at=sale.expires_at,
    )
