"""A customer puts a spending under another category: this one, or everything with that counterparty."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.planning.actions.budget import check_budgets
from kefu.planning.models import CategoryChoice
from kefu.planning.refusals import CategoryUnknown
from kefu.planning.rules.category import NAMES
from kefu.wallet import queries as wallet


def recategorise(*, actor: Actor, order_id: UUID, category: str, always: bool, now: datetime) -> None:
    """Count the order under `category`; `always`: also all else with its counterparty, before and after.

    A budget that is passed by it is told. Refuses
    `core.thing.not_found` (not an order by which the actor spent) and `planning.category.unknown`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="planning.recategorise", now=now)
    if category not in NAMES:
        raise CategoryUnknown()
    ref = wallet.counterparty_of(actor, order_id)
    with transaction.atomic():
        mine = CategoryChoice.objects.filter(customer_id=actor.uuid)
        if always:
            mine.filter(order_id=order_id).delete()
            CategoryChoice.objects.update_or_create(
                customer_id=actor.uuid, counterparty_ref=ref, order_id=None, defaults={"category": category, "at": now}
            )
        else:
            CategoryChoice.objects.update_or_create(
                customer_id=actor.uuid,
                order_id=order_id,
                counterparty_ref="",
                defaults={"category": category, "at": now},
            )
        data = {"category": category, "always": always}
        audit.record(actor=actor, action="planning.recategorise", subject=f"order:{order_id}", now=now, data=data)
    check_budgets(customer_id=actor.uuid, now=now)
