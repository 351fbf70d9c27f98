"""Buying at the shop, and what it gives back."""

from uuid import uuid4

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.houses.house import SUCCEEDED
from kefu.cli.lives.wish import PAYMENT, REFUND, Told, Wish, purse
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet.actions.shop.sale import NewSale


def payment(clients: Clients) -> None:
    who, amount, world = clients.anybody(), clients.amount(500_00), clients.world
    given = NewSale(no=f"S{amount}", amount=Money(amount), subject="面包")
    try:
        sale = world.attempt(lambda: wallet.create_sale(actor=world.seller, given=given, now=world.now))
    except Refusal:
        return
    if sale is None:
        return
    quote = clients.quoted(who, lambda: wallet.quote_payment(actor=who, token=sale.token, now=world.now))
    if quote:
        clients.prove(who, f"quote:{quote.id}")
        change = {purse(who): -amount - quote.fee.minor}
        clients.confirm(PAYMENT, who, quote, wallet.create_payment, change)


def refund(clients: Clients) -> None:
    """The shop gives back a part of something that was paid, perhaps more than is left of it."""
    bought, world = clients.some(lambda wish: wish.kind == PAYMENT and wish.order is not None), clients.world
    if bought is None:
        return
    key, amount, order = uuid4(), clients.amount(max(2_00, bought.amount)), bought.order
    assert order is not None

    def call() -> Told:
        wallet.refund_payment(
            actor=world.seller, key=key, order_id=order, amount=Money(amount), words="", now=world.now
        )
        return key, SUCCEEDED

    clients.begin(Wish(REFUND, amount, bought.who, {purse(bought.who): amount}, call, of=bought))
