"""An order that a house outside carries out: made from its quote, its money reserved, the house told after commit."""

from datetime import datetime
from typing import Any

from kefu.core.actor import Actor
from kefu.core.ids import order_no
from kefu.identity import queries as identity
from kefu.rails import actions as rails
from kefu.wallet import models as m
from kefu.wallet.actions import book, payout
from kefu.wallet.actions.quote import lacking
from kefu.wallet.models import BillAccount, Instrument, Order, Quote, Wallet
from kefu.wallet.refusals import BooksRefused, OutflowsStopped


def send_out(
    actor: Actor, quote: Quote, wallet: Wallet, *, prefix: str, to: Instrument | BillAccount, now: datetime
) -> Order:
    """Make the order of `quote`, hold amount and fee, and instruct the house that `to` belongs to.

    Refuses `wallet.transfer.insufficient_funds`, `wallet.account.outflows_stopped`, `wallet.books.refused`.
    """
    named: dict[str, Any] = {"instrument": to} if isinstance(to, Instrument) else {"account": to}
    order = Order.objects.create(
        no=order_no(prefix, now),
        kind=quote.kind,
        customer_id=actor.uuid,
        payer_label=actor.label or identity.person(actor.uuid).masked_name,
        payee_label=quote.payee_name,
        amount=quote.amount,
        fee=quote.fee,
        quota_used=quote.quota_used,
        currency=quote.currency,
        quote=quote,
        created_at=now,
        **named,
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    _hold(order, wallet, now=now)
    rails.create_instruction(
        actor=actor,
        order_ref=book.ref_of(order.id),
        direction="out",
        amount=order.amount,
        currency=order.currency,
        instrument_token=to.token,
        now=now,
        connector_code=to.connector,
    )
    return order


def _hold(order: Order, wallet: Wallet, *, now: datetime) -> None:
    refused = book.try_post(order, payout.hold(order, account=wallet.account, now=now), now=now)
    if refused == "insufficient_funds":
        raise lacking(wallet, needed=order.amount + order.fee)
    if refused == "debits_stopped":
        raise OutflowsStopped()
    if refused:
        raise BooksRefused(ledger_code=refused)
    book.move(order, m.HELD)
    book.write_step(order, "held", at=now, heard_at=now)
