"""Money that a bank had and nobody knew of, credited to its owner once they are found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.wallet import ensure
from kefu.wallet.models import Order
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView


def credit_found(
    *,
    actor: Actor,
    customer_id: UUID,
    amount: Money,
    ref: str,
    approval: tuple[UUID, str, dict[str, Any]],
    now: datetime,
) -> OrderView:
    """Credit `amount` out of the surplus in suspense (L40), once for each approval; the customer is told.

    `ref` is the number of the break that is cleared by it; `approval` its id, action and arguments. Refuses
    `identity.approval.*`, `wallet.books.refused` when the suspense does not hold as much, `core.thing.not_found`.
    """
    payee = people.person(customer_id)
    if not (actor.is_staff or actor.kind == "system") or payee.kind != "customer":
        raise NotFound()
    approval_id, action, arguments = approval
    with transaction.atomic():
        identity.consume_approval(approval_id=approval_id, action=action, arguments=arguments, now=now, actor=actor)
        wallet = ensure(actor, customer_id, now=now)
        order = Order.objects.create(
            no=order_no("F", now), kind=m.FOUND, customer_id=customer_id, payer_label="", payee_label=payee.masked_name,
            amount=amount.minor, currency=wallet.currency, case_ref=ref, created_at=now,
        )  # fmt: skip
        source = f"approval:{approval_id}"
        leg = book.Leg(
            name="found", debit=book.house("L40", order), credit=wallet.account, amount=order.amount,
            journal=Journal.LONG, happened_at=now, evidence_ref=source,
        )  # fmt: skip
        book.post(order, [leg], now=now)
        book.move(order, m.SUCCEEDED, settled_at=now)
        book.write_step(order, "found", at=now, heard_at=now, source_ref=source, data={"break": ref})
        data = {"customer": customer_id, "amount": order.amount, "approval": approval_id}
        subject = book.ref_of(order.id)
        audit.record(actor=actor, action="wallet.credit_found", subject=subject, now=now, case_ref=ref, data=data)
        telling.order_changed(order, balance=True, now=now)
        telling.tell(customer_id, "found_paid", actor=actor, ref=subject, now=now, amount=amount.text(), no=order.no)
    return order_for(SYSTEM, order.id)
