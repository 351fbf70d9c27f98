"""Clients that were not answered, or ask again."""

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.wish import TOPUP
from kefu.core.refusal import Refusal


def again(clients: Clients) -> None:
    """Who was not answered asks with the same key."""
    if wish := clients.some(lambda one: not one.answered):
        clients.ask(wish)


def replay(clients: Clients) -> None:
    """Who was told asks again with the same key: the same order, and nothing moves."""
    wish = clients.some(lambda one: one.order is not None)
    if wish is None:
        return
    try:
        same = clients.world.attempt(wish.call)
    except Refusal as refused:
        clients.wrong.append(f"{wish.kind} {wish.amount}: told an order, then refused with {refused.code}")
        return
    if same is not None and same[0] != wish.order:
        clients.wrong.append(f"{wish.kind} {wish.amount}: two orders for one key")


def change(clients: Clients) -> None:
    """The same key with another amount: refused, whatever became of the first."""
    wish = clients.some(lambda one: one.order is not None and one.kind == TOPUP)
    if wish is None:
        return
    call, amount = wish.call, wish.amount + 1
    try:
        made = clients.world.attempt(lambda: call(amount))
    except Refusal:
        return
    if made is not None:
        clients.wrong.append(f"topup {wish.amount}: its key took another amount")
