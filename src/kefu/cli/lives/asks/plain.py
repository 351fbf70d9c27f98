"""Money in from a card, and between customers."""

from uuid import uuid4

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.wish import TOPUP, TRANSFER, Told, Wish, purse
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet


def topup(clients: Clients) -> None:
    who, key, amount = clients.anybody(), uuid4(), clients.amount(5_000_00)
    world, card = clients.world, clients.world.cards[who.id]

    def call(amount: int = amount) -> Told:
        made = wallet.create_topup(actor=who, key=key, instrument_id=card.id, amount=Money(amount), now=world.now)
        return made.id, made.status

    clients.begin(Wish(TOPUP, amount, who, {purse(who): amount}, call, to=card.token))


def transfer(clients: Clients) -> None:
    world, amount = clients.world, clients.amount(2_000_00)
    payer, payee = world.dice.sample(world.customers, 2)
    mode = world.dice.choice(("now", "now", "two_hours", "next_day"))
    phone = f"1380000000{world.customers.index(payee)}"
    quote = clients.quoted(
        payer,
        lambda: wallet.quote_transfer(
            actor=payer, payee_phone=phone, amount=Money(amount), mode=mode, now=world.now, remark=""
        ),
    )
    if quote:
        change = {purse(payer): -amount - quote.fee.minor, purse(payee): amount}
        clients.confirm(TRANSFER, payer, quote, wallet.create_transfer, change, delayed=mode != "now")


def cancel(clients: Clients) -> None:
    """A transfer that waits is taken back."""
    wish = clients.some(lambda one: one.delayed and one.order is not None and one.cancel != "done")
    if wish is None:
        return
    who, order, world = wish.who, wish.order, clients.world
    assert order is not None
    wish.cancel = "asked"
    try:
        done = world.attempt(lambda: wallet.cancel_transfer(actor=who, order_id=order, now=world.now).status)
    except Refusal:
        return
    if done == "CANCELLED":
        wish.cancel = "done"
