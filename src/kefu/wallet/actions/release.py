"""Delayed transfers going when their time has come: once, or not at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import SYSTEM
from kefu.wallet import models as m
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.transfer import arrive, held, sweep, void_legs
from kefu.wallet.models import Order
from kefu.wallet.refusals import BooksRefused

DEBITS_STOPPED = "debits_stopped"


def claim_released(*, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """The transfers that are due, the longest due first."""
    due = Order.objects.filter(kind=m.TRANSFER, status=m.HELD, paused_at=None, release_at__lte=now)
    return list(due.order_by("release_at").values_list("id", flat=True)[:limit])


def release_transfer(*, order_id: UUID, now: datetime) -> str:
    """Let a due transfer go; returns the order's status after it. Safe to repeat.

    Stopped outflows pause it. A payee who may not receive any more makes it fail, and the money is back.
    """
    with transaction.atomic():
        # Against the cancel at the same second: the row decides.
        order = Order.objects.select_for_update().filter(pk=order_id).first()
        if order is None or order.status != m.HELD or order.paused_at:
            return order.status if order else ""
        if order.release_at is None or order.release_at > now:
            return order.status
        assert order.payee_id is not None
        if not forbidden.may_receive(order.payee_id, now=now):
            _give_back(order, now=now)
            return order.status
        refused = book.try_post(order, _post_legs(order, now=now), now=now)
        if refused == DEBITS_STOPPED:
            pause(order, now=now)
            return order.status
        if refused:
            raise BooksRefused(ledger_code=refused)
        arrive(order, actor=SYSTEM, now=now)
        _record(order, now=now)
        telling.order_changed(order, balance=True, now=now)
        return order.status


def _post_legs(order: Order, *, now: datetime) -> list[book.Leg]:
    legs = [
        book.Leg(
            name=f"post_{name}",
            amount=order.amount if name == "hold" else order.fee,
            journal=journal,
            happened_at=now,
            kind="post_hold",
            hold=name,
        )
        for name, journal in held(order)
    ]
    return legs + sweep(order, now=now)


def pause(order: Order, *, now: datetime) -> None:
    """A stopped account keeps its delayed transfers waiting, to be cancelled or to go on after the stop."""
    Order.objects.filter(pk=order.pk, status=m.HELD).update(paused_at=now)
    book.write_step(order, "paused", at=now, heard_at=now)
    telling.order_changed(order, balance=False, now=now)


def _give_back(order: Order, *, now: datetime) -> None:
    book.post(order, void_legs(order, now=now), now=now)
    book.move(order, m.FAILED, reason="payee_unavailable")
    book.write_step(order, "failed", at=now, heard_at=now, data={"reason": order.reason})
    _record(order, now=now)
    telling.order_changed(order, balance=True, now=now)
    telling.tell_failed(order, now=now)
    telling.tell_not_coming(order, actor=SYSTEM, now=now)


def _record(order: Order, *, now: datetime) -> None:
    subject = book.ref_of(order.id)
    data = {"status": order.status, "reason": order.reason}
    audit.record(actor=SYSTEM, action="wallet.release_transfer", subject=subject, now=now, data=data)
