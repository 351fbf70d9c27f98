"""Savings pots: opened, aimed, filled and emptied at once, closed when empty."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.planning.models import Pot
from kefu.planning.queries.pot import PotView, pot_for
from kefu.planning.queries.spending import local_day
from kefu.planning.refusals import PotNameTaken, PotNotEmpty, PotsTooMany, TargetUnfit
from kefu.planning.rules import amount as amounts
from kefu.planning.rules.text import name as fit
from kefu.wallet import actions as wallet
from kefu.wallet.queries import OrderView

POTS_MOST, YEARS_MOST = 10, 30


def open_pot(
    *, actor: Actor, name: str, now: datetime, target: Money | None = None, target_on: date | None = None
) -> PotView:
    """A pot at zero. Refuses `core.amount.*`, `planning.name.unfit`, `planning.pot.too_many`, `.name_taken`,
    `.target_unfit`.
    """
    values = _values(actor, "planning.open_pot", name, target, target_on, now=now)
    try:
        with transaction.atomic():
            if Pot.objects.filter(customer_id=actor.uuid, closed_at=None).count() >= POTS_MOST:
                raise PotsTooMany(most=POTS_MOST)
            pot = Pot.objects.create(customer_id=actor.uuid, opened_at=now, **values)
            audit.record(actor=actor, action="planning.open_pot", subject=f"pot:{pot.id}", now=now)
    except IntegrityError as clash:
        raise PotNameTaken() from clash
    return pot_for(actor, pot.id)


def change_pot(
    *, actor: Actor, pot_id: UUID, name: str, now: datetime, target: Money | None = None, target_on: date | None = None
) -> PotView:
    """Another name or aim. Refuses what `open_pot` does and `core.thing.not_found`."""
    values = _values(actor, "planning.change_pot", name, target, target_on, now=now)
    try:
        with transaction.atomic():
            if not Pot.objects.filter(pk=pot_id, customer_id=actor.uuid, closed_at=None).update(**values):
                raise NotFound()
            audit.record(actor=actor, action="planning.change_pot", subject=f"pot:{pot_id}", now=now)
    except IntegrityError as clash:
        raise PotNameTaken() from clash
    return pot_for(actor, pot_id)


def _values(
    actor: Actor, action: str, name: str, target: Money | None, target_on: date | None, *, now: datetime
) -> dict[str, object]:
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action=action, now=now)
    today = local_day(now)
    if target_on is not None and not today < target_on <= today.replace(year=today.year + YEARS_MOST, day=1):
        raise TargetUnfit(years=YEARS_MOST)
    minor = None if target is None else amounts.check(target, most=amounts.TARGET_MOST)
    return {"name": fit(name), "target": minor, "target_on": target_on}


def move_pot(*, actor: Actor, key: UUID, pot_id: UUID, amount: Money, from_pot: bool, now: datetime) -> OrderView:
    """Put money into one's pot or, `from_pot`, take it back; at once and once a key.

    Refuses `core.thing.not_found` and what `wallet.move_pot` does.
    """
    with transaction.atomic():
        # Against closing at the same moment: the pot's row decides.
        pot = Pot.objects.select_for_update().filter(pk=pot_id, customer_id=actor.uuid, closed_at=None).first()
        if pot is None:
            raise NotFound()
        return wallet.move_pot(
            actor=actor, key=key, pot_id=pot.id, name=pot.name, amount=amount, from_pot=from_pot, now=now
        )


def close_pot(*, actor: Actor, pot_id: UUID, now: datetime) -> None:
    """Close an empty pot; safe to repeat. Refuses `core.thing.not_found` and `planning.pot.not_empty`."""
    identity.require(actor=actor, action="planning.close_pot", now=now)
    with transaction.atomic():
        pot = Pot.objects.select_for_update().filter(pk=pot_id, customer_id=actor.uuid).first()
        if pot is None:
            raise NotFound()
        if pot.closed_at is not None:
            return
        there = pot_for(actor, pot_id).balance
        if there.minor:
            raise PotNotEmpty(there=there.text())
        Pot.objects.filter(pk=pot.pk).update(closed_at=now)
        audit.record(actor=actor, action="planning.close_pot", subject=f"pot:{pot_id}", now=now)
