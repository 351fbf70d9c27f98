"""Savings pots with what the books say is in them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.planning.models import Pot
from kefu.wallet import queries as wallet


@dataclass(frozen=True, kw_only=True)
class PotView:
    """`balance` is the account's; the aim is the customer's own."""

    id: UUID
    name: str
    balance: Money
    target: Money | None
    target_on: date | None
    opened_at: datetime

    @property
    def percent(self) -> int:
        """Of the aim, at most 100; 0 without one."""
        return min(100, self.balance.minor * 100 // self.target.minor) if self.target else 0

    @property
    def missing(self) -> Money | None:
        """What is left to the aim."""
        return None if self.target is None else Money(max(0, self.target.minor - self.balance.minor))

    def monthly(self, today: date) -> Money | None:
        """What to put in each month, this one included, to reach the aim in time; None without amount and date."""
        if self.missing is None or self.target_on is None or not self.missing.minor or self.target_on <= today:
            return None
        months = (self.target_on.year - today.year) * 12 + self.target_on.month - today.month + 1
        return Money(-(-self.missing.minor // months))


def pot_for(actor: Actor, pot_id: UUID) -> PotView:
    """One's own open pot. Refuses `core.thing.not_found`."""
    found = _seen(actor, Q(pk=pot_id))
    if not found:
        raise NotFound()
    return found[0]


def pots_for(actor: Actor) -> list[PotView]:
    """One's own open pots, the oldest first."""
    return _seen(actor, Q())


def _seen(actor: Actor, wanted: Q) -> list[PotView]:
    if actor.kind != "customer":
        raise NotFound()
    rows = list(Pot.objects.filter(wanted, customer_id=actor.uuid, closed_at=None).order_by("opened_at", "id"))
    balances = wallet.pots_for(actor, [row.id for row in rows])
    return [
        PotView(
            id=row.id,
            name=row.name,
            balance=balances[row.id],
            target=None if row.target is None else Money(row.target),
            target_on=row.target_on,
            opened_at=row.opened_at,
        )
        for row in rows
    ]
