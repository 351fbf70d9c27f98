"""One's own money put aside, and taken out again."""

from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.wish import POT, Purse, Told, Wish, purse
from kefu.core.actor import Actor
from kefu.core.money import HOME, Money
from kefu.wallet import actions as wallet


def pot_of(who: Actor) -> UUID:
    """Everybody has one pot."""
    return uuid5(NAMESPACE_OID, who.id)


def put_aside(who: Actor) -> Purse:
    """What lies in it."""
    return f"pot of {who.id}", HOME


def pot(clients: Clients) -> None:
    """Into the pot or out of it, perhaps more than is there."""
    who, key, amount, world = clients.anybody(), uuid4(), clients.amount(800_00), clients.world
    out = world.dice.random() < 0.5

    def call() -> Told:
        made = wallet.move_pot(
            actor=who, key=key, pot_id=pot_of(who), name="旅行", amount=Money(amount), from_pot=out, now=world.now
        )
        return made.id, made.status

    more = amount if out else -amount
    clients.begin(Wish(POT, amount, who, {purse(who): more, put_aside(who): -more}, call))
