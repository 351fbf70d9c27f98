"""What lies in a customer's savings pots: accounts of their own in the books, apart from the wallet's."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.ledger import queries as books
from kefu.wallet.access import customer_seen_by
from kefu.wallet.rules.amount import CURRENCY

CODE = "L12"


def pot_owner(customer_id: UUID, pot_id: UUID) -> str:
    """How the books know a pot: by its customer and itself."""
    return f"customer:{customer_id}/pot:{pot_id}"


def pot_balances(customer_id: UUID, pot_ids: Iterable[UUID]) -> dict[UUID, Money]:
    """What each pot holds; zero for one that never held anything."""
    owners = {pot_owner(customer_id, pot_id): pot_id for pot_id in pot_ids}
    found = books.balances(list(owners), code=CODE, currency=CURRENCY) if owners else {}
    return {pot_id: Money(found.get(owner, 0), CURRENCY) for owner, pot_id in owners.items()}


def pots_for(
    actor: Actor, pot_ids: Iterable[UUID], *, customer_id: UUID | None = None, now: datetime | None = None
) -> dict[UUID, Money]:
    """What the customer's pots hold. Refuses `core.thing.not_found`."""
    return pot_balances(customer_seen_by(actor, customer_id, now=now), pot_ids)
