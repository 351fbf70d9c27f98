"""Restrictions by the house or the law: never without reason, materials, a way out and an end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet import events as facts
from kefu.wallet.access import customer_seen_by
from kefu.wallet.actions import telling
from kefu.wallet.actions.stop import allow_again, pause_delayed, stop_debits
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import Restriction
from kefu.wallet.queries.values import RestrictionView, see_restriction
from kefu.wallet.refusals import ReasonUnknown
from kefu.wallet.rules.restriction import REASONS

APPEAL_URL = "/me/#restrictions"


def restrict(
    *,
    actor: Actor,
    customer_id: UUID,
    scope: str,
    reason_code: str,
    until: datetime,
    now: datetime,
    materials: Sequence[str] = (),
) -> RestrictionView:
    """Forbid money out, in, or both, until `until`; the customer is told at once why and what to do.

    `materials` default to those of the reason. Refuses `wallet.restriction.reason_unknown` (reason, scope or
    end), `identity.role.insufficient`, `core.thing.not_found`.
    """
    identity.require(actor=actor, action="wallet.restrict", now=now)
    customer = customer_seen_by(actor, customer_id, now=now)
    if reason_code not in REASONS or scope not in ("out", "in", "all") or until <= now:
        raise ReasonUnknown()
    with override("zh-hans"):  # kept in the source language, translated for each reader
        needed = [str(material) for material in materials or REASONS[reason_code].materials]
    with transaction.atomic():
        ensure(actor, customer, now=now)
        lock(customer)
        row = Restriction.objects.create(
            customer_id=customer,
            scope=scope,
            reason_code=reason_code,
            materials=needed,
            appeal_url=APPEAL_URL,
            imposed_by=actor.ref,
            since=now,
            until=until,
        )
        if scope != Restriction.IN:
            pause_delayed(customer, now=now)
            stop_debits(customer, now=now)
        data = {"restriction": row.id, "scope": scope, "reason": reason_code, "until": until}
        audit.record(actor=actor, action="wallet.restrict", subject=f"customer:{customer}", now=now, data=data)
        telling.changed(facts.RESTRICTION_CHANGED, customer, now=now)
        values = {"reason": REASONS[reason_code].text, "materials": "、".join(needed)}
        ref = f"restriction:{row.id}"
        telling.tell(customer, "restricted", actor=actor, ref=ref, now=now, **values)
    return see_restriction(row)


def lift_restriction(*, actor: Actor, restriction_id: UUID, now: datetime) -> RestrictionView:
    """End a restriction before its time, as the table of levels allows it (`wallet.unfreeze`).

    Refuses `identity.level.insufficient`, `identity.role.insufficient`, `core.thing.not_found`.
    """
    row = Restriction.objects.filter(pk=restriction_id).first()
    if row is None:
        raise NotFound()
    customer_seen_by(actor, row.customer_id, now=now)
    identity.require(actor=actor, action="wallet.unfreeze", ref=f"restriction:{row.id}", now=now)
    _end(row, actor, now=now)
    return see_restriction(row)


def expire_restrictions(*, now: datetime) -> int:
    """End those whose time has come; returns how many. A run that died before is made good."""
    ended = 0
    for row in Restriction.objects.filter(lifted_at=None, until__lte=now).order_by("until")[:200]:
        ended += _end(row, SYSTEM, now=now)
    return ended


def _end(row: Restriction, actor: Actor, *, now: datetime) -> bool:
    with transaction.atomic():
        wallet = lock(row.customer_id)
        rows = Restriction.objects.filter(pk=row.pk, lifted_at=None)
        ended = bool(rows.update(lifted_at=now, lifted_by=actor.ref))
        if ended:
            allow_again(wallet, now=now)
            subject = f"customer:{row.customer_id}"
            data = {"restriction": row.id}
            audit.record(actor=actor, action="wallet.lift_restriction", subject=subject, now=now, data=data)
            telling.changed(facts.RESTRICTION_CHANGED, row.customer_id, now=now)
            ref = f"restriction:{row.id}"
            telling.tell(row.customer_id, "restriction_lifted", actor=actor, ref=ref, now=now)
        row.refresh_from_db()
    return ended
