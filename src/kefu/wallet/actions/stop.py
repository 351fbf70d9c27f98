"""The emergency brake: at once, for who asks for their own account; lifted only with a second proof."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.ledger import actions as ledger
from kefu.ledger.currencies import accounts_of
from kefu.wallet import events as facts
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.actions import book, forbidden, telling
from kefu.wallet.actions.release import pause
from kefu.wallet.actions.wallet import ensure, lock, owner_ref
from kefu.wallet.models import Order, OutflowStop, Wallet
from kefu.wallet.queries.values import StopView, see_stop
from kefu.wallet.refusals import ReasonUnknown
from kefu.wallet.rules.restriction import STOP_REASONS


def stop_outflows(*, actor: Actor, reason_code: str, now: datetime, customer_id: UUID | None = None) -> StopView:
    """Stop everything that leaves the account, in the books themselves, before this returns. Safe to repeat.

    Delayed transfers wait. Staff name the `customer_id` that they hold a Grant for. Refuses
    `wallet.restriction.reason_unknown`, `core.thing.not_found`.
    """
    customer = customer_seen_by(actor, customer_id, now=now)
    identity.require(actor=actor, action="wallet.stop_outflows", now=now)
    if reason_code not in STOP_REASONS:
        raise ReasonUnknown()
    with transaction.atomic():
        ensure(actor, customer, now=now)
        lock(customer)
        stop = OutflowStop.objects.filter(customer_id=customer, lifted_at=None).first()
        if stop is not None:
            return see_stop(stop)
        stop = OutflowStop.objects.create(
            customer_id=customer, reason_code=reason_code, imposed_by=actor.ref, since=now
        )
        pause_delayed(customer, now=now)
        stop_debits(customer, now=now)
        data = {"reason": reason_code, "stop": stop.id}
        audit.record(actor=actor, action="wallet.stop_outflows", subject=f"customer:{customer}", now=now, data=data)
        telling.changed(facts.RESTRICTION_CHANGED, customer, now=now)
        telling.tell(customer, "outflows_stopped", actor=actor, ref=f"stop:{stop.id}", now=now)
    return see_stop(stop)


def stop_debits(customer: UUID, *, now: datetime) -> None:
    """Stop what the customer has in every currency. Who opens another holds the wallet's row, as this caller does."""
    for account in accounts_of(owner_ref(customer)):
        ledger.stop_debits(account=account, now=now)


def pause_delayed(customer: UUID, *, now: datetime) -> None:
    """Have the customer's delayed transfers wait. Orders are locked before the books, as everywhere."""
    rows = Order.objects.select_for_update().filter(
        customer_id=customer, kind=m.TRANSFER, status=m.HELD, paused_at=None
    )
    for order in rows.order_by("id"):
        pause(order, now=now)


def lift_stop(*, actor: Actor, stop_id: UUID, now: datetime) -> StopView:
    """Let money leave again. The customer's own stop, with the payment PIN given for `stop:<id>`.

    Refuses `identity.level.insufficient`, `core.thing.not_found`. Lifted already: the same answer.
    """
    stop = OutflowStop.objects.filter(pk=stop_id).first()
    if stop is None or actor.kind != "customer" or stop.customer_id != actor.uuid:
        raise NotFound()
    identity.require(actor=actor, action="wallet.lift_stop", ref=f"stop:{stop_id}", now=now)
    with transaction.atomic():
        wallet = lock(stop.customer_id)
        rows = OutflowStop.objects.filter(pk=stop_id, lifted_at=None)
        if rows.update(lifted_at=now, lifted_by=actor.ref):
            allow_again(wallet, now=now)
            audit.record(
                actor=actor,
                action="wallet.lift_stop",
                subject=f"customer:{stop.customer_id}",
                now=now,
                data={"stop": stop_id},
            )
            telling.changed(facts.RESTRICTION_CHANGED, stop.customer_id, now=now)
            telling.tell(stop.customer_id, "outflows_allowed", actor=actor, ref=f"stop:{stop_id}", now=now)
        stop.refresh_from_db()
    return see_stop(stop)


def allow_again(wallet: Wallet, *, now: datetime) -> None:
    """Open the accounts for debits, unless something else still stands against it. Its row is locked."""
    customer = wallet.customer_id
    stopped = OutflowStop.objects.filter(customer_id=customer, lifted_at=None).exists()
    restricted = forbidden.restrictions_in_force(customer, now=now).filter(scope__in=("out", "all"))
    if stopped or restricted.exists():
        return
    rows = Order.objects.select_for_update().filter(customer_id=customer, status=m.HELD, paused_at__isnull=False)
    for order in rows.order_by("id"):
        Order.objects.filter(pk=order.pk).update(paused_at=None)
        book.write_step(order, "resumed", at=now, heard_at=now)
        telling.order_changed(order, balance=False, now=now)
    for account in accounts_of(owner_ref(customer)):
        ledger.allow_debits(account=account, now=now)
