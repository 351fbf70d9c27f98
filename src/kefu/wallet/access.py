"""Whose wallet an actor may see. "Not yours" looks like "not there"."""

from datetime import datetime
from uuid import UUID

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.identity.values import GrantView


def customer_seen_by(
    actor: Actor, customer_id: UUID | None = None, *, now: datetime | None = None, held: GrantView | None = None
) -> UUID:
    """The customer whose wallet this is about: a customer's own, or for staff one they hold a Grant for (`held`,
    if this request was given it already).

    Refuses `core.thing.not_found` and, for staff without the role, `identity.role.insufficient`.
    """
    if actor.kind == "customer":
        if customer_id is not None and customer_id != actor.uuid:
            raise NotFound()
        return actor.uuid
    if customer_id is None:
        raise NotFound()
    if actor.kind == "system":
        return customer_id
    moment = now or clock.now()
    identity.require(actor=actor, action="wallet.see", now=moment)
    identity.require_grant(staff=actor, customer_id=customer_id, now=moment, held=held)
    return customer_id
