"""Giving a provisional credit, and making it the customer's own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.ledger import actions as ledger
from kefu.ledger.chart import Journal
from kefu.sla import actions as sla
from kefu.wallet import models as m
from kefu.wallet.actions import book, telling
from kefu.wallet.actions.provisional.refusals import AlreadyGiven, NotDisputable, ProvisionalMoved, TooMuch, Undecided
from kefu.wallet.actions.wallet import ensure
from kefu.wallet.models import Order, Payment, Provisional
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.provisional import left_to_give, left_to_make_good
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import CaseMissing
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import provisional as rules

GIVE, FINALISE = "wallet.give_provisional", "wallet.finalise_provisional"
DECIDE_CLOCK = "PROV-DECIDE"


def give_arguments(*, customer_id: UUID, order_id: UUID, amount: Money, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.give_provisional` is bound to. `order_id`: the order in dispute. Minor units.

    Refuses `core.amount.*`, `core.thing.not_found` (also an order that is not this customer's),
    `wallet.provisional.not_disputable`, `.too_much`, `.already_given`.
    """
    disputed = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if disputed is None:
        raise NotFound()
    return {
        "customer": str(customer_id),
        "order": str(order_id),
        "amount": _check(disputed, amount),
        "currency": amount.currency,
        "case": case_ref,
    }


def _check(disputed: Order, amount: Money) -> int:
    minor = amounts.check(amount, most=amounts.PROVISIONAL_MOST)
    if not rules.can_be_disputed(disputed.kind, disputed.status):
        raise NotDisputable(kind=disputed.kind, status=disputed.status)
    if disputed.provisionals.filter(status__in=Provisional.OPEN).exists():
        raise AlreadyGiven()
    left = left_to_give(disputed.pk)
    if left is None or minor > left.minor:
        raise TooMuch(left=left.text() if left else "")
    return minor


def for_people(actor: Actor, case_ref: str) -> None:
    """Only staff and the house itself act here, and only on a case."""
    if not (actor.is_staff or actor.kind == "system"):
        raise NotFound()
    if not case_ref:
        raise CaseMissing()


def give_provisional(
    *, actor: Actor, customer_id: UUID, order_id: UUID, amount: Money, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Credit `amount` while the order is in dispute, funded from our own money in the same batch, once an approval.

    Refuses what `give_arguments` does, `wallet.goodwill.case_missing`, `identity.approval.*`.
    """
    for_people(actor, case_ref)
    with transaction.atomic():
        # The order in dispute is the queue: two credits for it are judged one after the other.
        disputed = Order.objects.select_for_update().filter(pk=order_id, customer_id=customer_id).first()
        if disputed is None:
            raise NotFound()
        arguments = give_arguments(customer_id=customer_id, order_id=order_id, amount=amount, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=GIVE, arguments=arguments, now=now, actor=actor)
        order = _order(actor, disputed, amount, case_ref, now=now)
        clock = sla.start_clock(actor=actor, ref=book.ref_of(order.id), clock_id=DECIDE_CLOCK, now=now)
        row = Provisional.objects.create(order=order, disputed=disputed, given_at=now, decide_by=clock.due_at)
        _post_given(order, approval_id, now=now)
        book.move(order, m.HELD)
        source = f"approval:{approval_id}"
        book.write_step(order, "provisional_given", at=now, heard_at=now, source_ref=source, data={"case": case_ref})
        data = {"disputed": order_id, "amount": order.amount, "approval": approval_id}
        record(actor, GIVE, row, now=now, **data)
        changed(row, "provisional_given", actor=actor, now=now, decide_at=row.decide_by.isoformat())
    return order_for(SYSTEM, order.id)


def _order(actor: Actor, disputed: Order, amount: Money, case_ref: str, *, now: datetime) -> Order:
    ledger.ensure_chart(currency=disputed.currency, now=now)
    wallet = ensure(actor, disputed.customer_id, now=now)
    return Order.objects.create(
        no=order_no("A", now),
        kind=m.PROVISIONAL,
        customer_id=disputed.customer_id,
        payer_label=disputed.no,
        payee_label=people.person(disputed.customer_id).masked_name,
        amount=amount.minor,
        currency=wallet.currency,
        case_ref=case_ref,
        created_at=now,
    )


def _post_given(order: Order, approval_id: UUID, *, now: datetime) -> None:
    account = m.Wallet.objects.get(pk=order.customer_id).account
    legs = (
        ("provisional", book.house("A33", order), account, Journal.PROVISIONAL),
        ("provisional_fund", book.house("A10", order), book.house("A11", order), Journal.FUND_LEG),
    )
    evidence = f"approval:{approval_id}"
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
                evidence_ref=evidence,
            )
            for name, debit, to, journal in legs
        ],
        now=now,
    )


def final_arguments(*, order_id: UUID, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.finalise_provisional` is bound to. `order_id`: the provisional credit.

    Refuses `core.thing.not_found`, `wallet.provisional.moved`, `.undecided` while the bank has the order in dispute in
    hand, `.too_much` when more would be given for good than its customer still lacks.
    """
    row = Provisional.objects.select_related("order", "disputed").filter(pk=order_id).first()
    if row is None or row.order.case_ref != case_ref:
        raise NotFound()
    if row.status not in Provisional.OPEN:
        raise ProvisionalMoved()
    order, disputed = row.order, row.disputed
    if disputed.status in m.OUTSIDE:
        raise Undecided()
    left = Money(0, order.currency)
    if rules.can_be_disputed(disputed.kind, disputed.status):
        left = left_to_make_good(disputed)
    if order.amount > left.minor:
        raise TooMuch(left=left.text())
    return {"order": str(order_id), "amount": order.amount, "currency": order.currency, "case": case_ref}


def finalise_provisional(
    *, actor: Actor, order_id: UUID, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Make the credit the customer's own: our loss. Also after the notice, until it is taken back.

    Refuses what `final_arguments` does, `identity.approval.*`.
    """
    for_people(actor, case_ref)
    with transaction.atomic():
        row = lock(order_id)
        # Against its money coming back at the same moment: who comes second sees what the first has done.
        Order.objects.select_for_update().get(pk=row.disputed_id)
        Payment.objects.select_for_update().filter(pk=row.disputed_id).first()
        arguments = final_arguments(order_id=order_id, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=FINALISE, arguments=arguments, now=now, actor=actor)
        if not transition(Provisional, row.pk, Provisional.OPEN, Provisional.FINAL, ended_at=now):
            raise ProvisionalMoved()
        order = row.order
        loss, given = book.house("E12", order), book.house("A33", order)
        leg = book.Leg(
            name="provisional_final",
            debit=loss,
            credit=given,
            amount=order.amount,
            journal=Journal.PROVISIONAL,
            happened_at=now,
            evidence_ref=f"approval:{approval_id}",
        )
        book.post(order, [leg], now=now)
        book.move(order, m.SUCCEEDED, settled_at=now)
        stop_clock(row, actor=actor, now=now)
        source = f"approval:{approval_id}"
        book.write_step(order, "provisional_final", at=now, heard_at=now, source_ref=source)
        record(actor, FINALISE, row, now=now, amount=order.amount, approval=approval_id)
        changed(row, "provisional_final", actor=actor, now=now)
    return order_for(SYSTEM, order_id)


def lock(order_id: UUID) -> Provisional:
    """The credit with its order, that one's row locked: making it final and taking it back go one after the other."""
    order = Order.objects.select_for_update().filter(pk=order_id, kind=m.PROVISIONAL).first()
    if order is None:
        raise NotFound()
    row = Provisional.objects.select_related("disputed").get(pk=order_id)
    row.order = order
    return row


def stop_clock(row: Provisional, *, actor: Actor, now: datetime) -> None:
    """The decision is there."""
    sla.stop_clock(actor=actor, ref=book.ref_of(row.pk), clock_id=DECIDE_CLOCK, now=now)


def record(actor: Actor, action: str, row: Provisional, *, now: datetime, **data: object) -> None:
    """One line of the trail, under the case."""
    order = row.order
    audit.record(
        actor=actor, action=action, subject=book.ref_of(order.id), now=now, case_ref=order.case_ref, data=dict(data)
    )


def changed(
    row: Provisional, notice: str, *, actor: Actor, now: datetime, balance: bool = True, **values: object
) -> None:
    """Tell the pages of the credit and of the order in dispute, and the customer by a notice."""
    order = row.order
    telling.order_changed(order, balance=balance, now=now)
    telling.order_changed(row.disputed, balance=False, now=now)
    given = {"amount": telling.amount_of(order), "no": order.no, **values}
    telling.tell(order.customer_id, notice, actor=actor, ref=book.ref_of(order.id), now=now, **given)
