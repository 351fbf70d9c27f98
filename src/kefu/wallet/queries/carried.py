"""Orders that a bank carries out, with what the books say of them: the wallet's half of a reconciliation."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from kefu.core.ids import descendant
from kefu.ledger import proving as books
from kefu.wallet.models import DISBURSEMENT, PAYMENT, REFUND, REROUTE, RETURNED, SUCCEEDED, TO_PAYEE, TOPUP, Order
from kefu.wallet.rules.payee import payee_ref

BOOKED: dict[str, str] = {TOPUP: "topup", PAYMENT: "charged"}
"""The leg that books the bank's Yes; of kinds that are not named it is `paid`, for amount and fee."""
PAID = "paid"
IN_TRANSIT = (REFUND, REROUTE)
"""Kinds whose money stands in transit from the start: the bank's Yes changes their status and posts nothing."""


class Carried(NamedTuple):
    """An order; amounts in minor units. A merchant's has no customer. `booked`: what the books say the bank has moved
    for it, None: nothing yet."""

    order_ref: str
    no: str
    kind: str
    status: str
    amount: int
    customer_id: UUID | None
    booked: int | None


def transit_of(order_ref: str) -> tuple[str, str]:
    """The account, as code and owner, in which what an order pays out waits until a statement shows it gone."""
    order = Order.objects.select_related("account").get(pk=order_ref.removeprefix("order:"))
    if order.kind in TO_PAYEE and order.account is not None:
        return "L31", payee_ref(order.account.payee)
    return "L20", ""


_ORDERS = "SELECT id, no, kind, status, amount, fee, customer_id FROM wallet_order WHERE "


def carried_orders(order_ids: Sequence[UUID]) -> list[Carried]:
    """The orders of these ids; those that are not there are left out."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_ORDERS} id = ANY(%s)", [list(order_ids)])
        rows = cursor.fetchall()
    return _with_books(rows)


def carried_by_no(numbers: Sequence[str]) -> list[Carried]:
    """The orders of these numbers."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_ORDERS} no = ANY(%s)", [list(numbers)])
        rows = cursor.fetchall()
    return _with_books(rows)


def _with_books(rows: list[tuple[UUID, str, str, str, int, int, UUID]]) -> list[Carried]:
    legs = {row[0]: descendant(row[0], BOOKED.get(row[2], PAID)) for row in rows}
    amounts = books.posted_amounts(list(legs.values()))
    found = []
    for order_id, no, kind, status, amount, fee, customer in rows:
        posted = amounts.get(legs[order_id])
        booked = None if posted is None else posted - (0 if kind in BOOKED else fee)
        if kind in IN_TRANSIT and status in (SUCCEEDED, RETURNED):
            booked = amount
        whose = None if kind == DISBURSEMENT else customer
        found.append(Carried(f"order:{order_id}", no, kind, status, amount, whose, booked))
    return found
