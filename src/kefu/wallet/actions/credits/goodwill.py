"""Goodwill: a credit that a case decided and another person approved, funded in the same batch."""

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
from kefu.wallet.refusals import CaseMissing
from kefu.wallet.rules import amount as amounts

ACTION = "wallet.pay_goodwill"


def goodwill_arguments(*, customer_id: UUID, amount: Money, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.pay_goodwill` is bound to: propose with exactly these. Minor units.

    Refuses `core.amount.*`: what could never be paid is not put before a checker.
    """
    return {
        "customer": str(customer_id),
        "amount": amounts.check(amount, most=amounts.GOODWILL_MOST),
        "currency": amount.currency,
        "case": case_ref,
    }


def pay_goodwill(
    *, actor: Actor, customer_id: UUID, amount: Money, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Credit `amount` to the customer and fund it from our own money, once for each approval.

    Refuses `core.amount.*`, `wallet.goodwill.case_missing`, `identity.approval.*`, `core.thing.not_found`.
    """
    if not (actor.is_staff or actor.kind == "system"):
        raise NotFound()
    minor = amounts.check(amount, most=amounts.GOODWILL_MOST)
    if not case_ref:
        raise CaseMissing()
    payee = people.person(customer_id)
    if payee.kind != "customer":
        raise NotFound()
    with transaction.atomic():
        arguments = goodwill_arguments(customer_id=customer_id, amount=amount, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=ACTION, arguments=arguments, now=now, actor=actor)
        wallet = ensure(actor, customer_id, now=now)
        order = Order.objects.create(
            no=order_no("G", now),
            kind=m.GOODWILL,
            customer_id=customer_id,
            payer_label="",
            payee_label=payee.masked_name,
            amount=minor,
            currency=wallet.currency,
            case_ref=case_ref,
            created_at=now,
        )
        _post(order, wallet.account, approval_id, now=now)
        book.move(order, m.SUCCEEDED, settled_at=now)
        source = f"approval:{approval_id}"
        book.write_step(order, "goodwill", at=now, heard_at=now, source_ref=source, data={"case": case_ref})
        data = {"customer": customer_id, "amount": minor, "approval": approval_id}
        ref = book.ref_of(order.id)
        audit.record(actor=actor, action=ACTION, subject=ref, now=now, case_ref=case_ref, data=data)
        telling.order_changed(order, balance=True, now=now)
        values = {"amount": amount.text(), "case": case_ref}
        telling.tell(customer_id, "goodwill_paid", actor=actor, ref=ref, now=now, **values)
    return order_for(SYSTEM, order.id)


def _post(order: Order, account: int, approval_id: UUID, *, now: datetime) -> None:
    legs = (
        ("goodwill", book.house("E13", order), account, Journal.GOODWILL),
        ("fund", book.house("A10", order), book.house("A11", order), Journal.FUND_LEG),
    )
    book.post(
        order,
        [
            book.Leg(
                name=name,
                debit=debit,
                credit=to,
                amount=order.amount,
                journal=journal,
                happened_at=now,
                evidence_ref=f"approval:{approval_id}",
            )
            for name, debit, to, journal in legs
        ],
        now=now,
    )
