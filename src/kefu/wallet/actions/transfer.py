"""Transfers to other customers: confirmed from a quote, posted at once or held until they go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import order_no
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.identity.values import Person
from kefu.ledger import actions as ledger
from kefu.ledger.chart import Journal
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.quote import carry_out, write_quote
from kefu.wallet.actions.wallet import both
from kefu.wallet.models import Order, Quote, Wallet
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView, QuoteView
from kefu.wallet.refusals import BooksRefused, ModeUnknown, NotCancellable, PayeeUnknown, ToOneself
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules.arrival import release_at
from kefu.wallet.rules.timeline import not_cancellable_because

# What the books may say of a transfer that was possible when it was quoted; anything else is a bug.
_ORDINARY = {"insufficient_funds": "insufficient_funds", "debits_stopped": "outflows_stopped"}


def quote_transfer(
    *, actor: Actor, payee_phone: str, amount: Money, mode: str, now: datetime, remark: str = ""
) -> QuoteView:
    """What a transfer of `amount` to the customer with `payee_phone` would be; nothing is moved or held.

    Refuses `core.amount.*`, `wallet.transfer.mode_unknown`, `.remark_unfit`, `.payee_unknown`,
    `.to_oneself`, `.insufficient_funds`, `wallet.account.outflows_stopped`, `wallet.account.restricted`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.quote_transfer", now=now)
    minor = amounts.check(amount, most=amounts.TRANSFER_MOST)
    if mode not in m.MODES:
        raise ModeUnknown(mode=mode[:20])
    with transaction.atomic():
        payee, words = check_payee(actor=actor, payee_phone=payee_phone, remark=remark, now=now)
        return write_quote(actor, kind=m.TRANSFER, mode=mode, amount=minor, now=now, **naming(payee, words))


def naming(payee: Person, words: str) -> dict[str, Any]:
    """The parties of a transfer's quote."""
    return {
        "payee_id": payee.id,
        "payee_name": payee.masked_name,
        "payee_phone": payee.masked_phone,
        "remark": words,
    }


def check_payee(*, actor: Actor, payee_phone: str, remark: str, now: datetime) -> tuple[Person, str]:
    """Whom the phone belongs to, and the remark as it would be kept. Writes nothing.

    Refuses `wallet.transfer.remark_unfit`, `.payee_unknown`, `.to_oneself`.
    """
    if actor.kind != "customer":
        raise NotFound()
    words = amounts.remark(remark)
    return fit_payee(actor, identity.find_customer_by_phone(payee_phone), now=now), words


def fit_payee(actor: Actor, payee: Person | None, *, now: datetime) -> Person:
    """The person, when the actor may pay them. Refuses `wallet.transfer.payee_unknown`, `.to_oneself`."""
    if payee is not None and payee.id == actor.uuid:
        raise ToOneself()
    if payee is None or not forbidden.may_receive(payee.id, now=now):
        raise PayeeUnknown()
    return payee


def create_transfer(*, actor: Actor, key: UUID, quote_id: UUID, now: datetime) -> OrderView:
    """Carry out what the quote said.

    An order that the books refuse in the last moment (the money went elsewhere) is kept as FAILED with its
    reason. Refuses what `carry_out` does, and `wallet.transfer.payee_unknown`.
    """

    def make(quote: Quote, wallet: Wallet) -> Order:  # noqa: ARG001 - both wallets are read together
        return _make(actor, quote, now=now)

    return carry_out(actor=actor, kind=m.TRANSFER, key=key, quote_id=quote_id, make=make, now=now)


def _make(actor: Actor, quote: Quote, *, now: datetime) -> Order:
    if quote.payee_id is None or not forbidden.may_receive(quote.payee_id, now=now):
        raise PayeeUnknown()
    order = Order.objects.create(
        no=order_no("T", now),
        kind=m.TRANSFER,
        customer_id=actor.uuid,
        payee_id=quote.payee_id,
        payer_label=actor.label or identity.person(actor.uuid).masked_name,
        payee_label=quote.payee_name,
        amount=quote.amount,
        fee=quote.fee,
        quota_used=quote.quota_used,
        currency=quote.currency,
        mode=quote.mode,
        quote=quote,
        remark=quote.remark,
        created_at=now,
        release_at=release_at(quote.mode, now=now, zone=brand().zone),
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    refused = book.try_post(order, _legs(actor, order, now=now), now=now)
    if refused:
        _fail(order, refused, now=now)
    elif order.release_at:
        book.move(order, m.HELD)
        book.write_step(order, "held", at=now, heard_at=now)
        telling.tell_held(order, actor=actor, now=now)
    else:
        arrive(order, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="wallet.create_transfer",
        subject=book.ref_of(order.id),
        now=now,
        data={"no": order.no, "amount": order.amount, "fee": order.fee, "status": order.status},
    )
    telling.order_changed(order, balance=not refused, now=now)
    return order


def _legs(actor: Actor, order: Order, *, now: datetime) -> list[book.Leg]:
    payer, payee = both(actor, order.customer_id, _payee(order), now=now)
    kind: ledger.Kind = "hold" if order.release_at else "post"
    legs = [
        book.Leg(
            name=kind,
            debit=payer.account,
            credit=payee.account,
            amount=order.amount,
            journal=Journal.TRANSFER,
            happened_at=now,
            kind=kind,
        )
    ]
    if order.fee:
        fee = f"fee_{kind}"
        to = book.house("I11", order)
        legs.append(
            book.Leg(
                name=fee,
                debit=payer.account,
                credit=to,
                amount=order.fee,
                journal=Journal.FEE,
                happened_at=now,
                kind=kind,
            )
        )
    return legs if order.release_at else legs + sweep(order, now=now)


def sweep(order: Order, *, now: datetime) -> list[book.Leg]:
    """An earned fee is no longer the customers' money: it leaves the safeguarded account with the posting."""
    if not order.fee:
        return []
    out, to = book.house("A11", order), book.house("A10", order)
    return [
        book.Leg(
            name="sweep",
            debit=out,
            credit=to,
            amount=order.fee,
            journal=Journal.SWEEP_LEG,
            happened_at=now,
        )
    ]


def arrive(order: Order, *, actor: Actor, now: datetime) -> None:
    """The books have posted it: the order has succeeded, and both sides are told."""
    book.move(order, m.SUCCEEDED, settled_at=now)
    book.write_step(order, "arrived", at=now, heard_at=now)
    amount, ref = telling.amount_of(order), book.ref_of(order.id)
    telling.tell(
        order.customer_id,
        "transfer_sent",
        actor=actor,
        ref=ref,
        now=now,
        amount=amount,
        payee=order.payee_label,
        no=order.no,
    )
    telling.tell(
        _payee(order),
        "transfer_received",
        actor=actor,
        ref=ref,
        now=now,
        amount=amount,
        payer=order.payer_label,
    )


def _payee(order: Order) -> UUID:
    assert order.payee_id is not None
    return order.payee_id


def _fail(order: Order, refused: str, *, now: datetime) -> None:
    if refused not in _ORDINARY:
        raise BooksRefused(ledger_code=refused)
    book.move(order, m.FAILED, reason=_ORDINARY[refused])
    book.write_step(order, "failed", at=now, heard_at=now, data={"reason": order.reason})


def cancel_transfer(*, actor: Actor, order_id: UUID, now: datetime) -> OrderView:
    """Take a held transfer back before it goes: the money is available again. Safe to repeat.

    Refuses `core.thing.not_found` and `wallet.transfer.not_cancellable` (it has gone, or never waited).
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.cancel_transfer", now=now)
    with transaction.atomic():
        # Against the release at the same second: who gets the row first ends the order, the other sees it.
        order = Order.objects.select_for_update().filter(pk=order_id, customer_id=actor.uuid, kind=m.TRANSFER).first()
        if order is None:
            raise NotFound()
        if order.status != m.CANCELLED:
            if order.status != m.HELD:
                raise NotCancellable(status=order.status, why=not_cancellable_because(order.status))
            _cancel(order, actor, now=now)
    return order_for(actor, order.id)


def _cancel(order: Order, actor: Actor, *, now: datetime) -> None:
    book.post(order, void_legs(order, now=now), now=now)
    book.move(order, m.CANCELLED)
    book.write_step(order, "cancelled", at=now, heard_at=now, source_ref=actor.ref)
    audit.record(actor=actor, action="wallet.cancel_transfer", subject=book.ref_of(order.id), now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell(
        order.customer_id,
        "transfer_cancelled",
        actor=actor,
        ref=book.ref_of(order.id),
        now=now,
        amount=telling.amount_of(order),
        payee=order.payee_label,
        no=order.no,
    )
    telling.tell_not_coming(order, actor=actor, now=now)


def void_legs(order: Order, *, now: datetime) -> list[book.Leg]:
    """Gives everything back that the order holds."""
    return [
        book.Leg(
            name=f"void_{name}",
            journal=journal,
            happened_at=now,
            kind="void_hold",
            hold=name,
        )
        for name, journal in held(order)
    ]


def held(order: Order) -> list[tuple[str, Journal]]:
    """The names of the holds that a delayed transfer placed."""
    return [("hold", Journal.TRANSFER), *([("fee_hold", Journal.FEE)] if order.fee else [])]
