"""Money out to a card, and asked back."""

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.wish import WITHDRAWAL, purse
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet

REASONS = ("FRAD", "AC03", "AM09", "DUPL", "CUST")


def withdrawal(clients: Clients) -> None:
    who, amount, world = clients.anybody(), clients.amount(2_000_00), clients.world
    card = world.cards[who.id]
    quote = clients.quoted(
        who,
        lambda: wallet.quote_withdrawal(actor=who, instrument_id=card.id, amount=Money(amount), now=world.now),
    )
    if quote:
        change = {purse(who): -amount - quote.fee.minor}
        clients.confirm(WITHDRAWAL, who, quote, wallet.create_withdrawal, change, to=card.token)
        if world.dice.random() < 0.15:
            recall(clients)


def recall(clients: Clients) -> None:
    """A withdrawal is asked back: an old one, or that of a moment ago, which the bank may not know of yet."""
    world = clients.world
    sent = [wish for wish in clients.wishes if wish.kind == WITHDRAWAL and wish.order]
    if not sent:
        return
    wish = world.dice.choice((sent[-1], world.dice.choice(sent)))
    who, order, reason = wish.who, wish.order, world.dice.choice(REASONS)
    assert order is not None
    clients.prove(who, f"recall:{order}")
    asked_before = bool(wish.recall)
    wish.recall = wish.recall or "asked"
    try:
        made = world.attempt(
            lambda: wallet.recall_withdrawal(actor=who, order_id=order, reason=reason, now=world.now)
        )
    except Refusal as refused:
        if refused.code == "wallet.recall.asked" and not asked_before:
            clients.wrong.append(f"withdrawal {wish.amount}: asked back by nobody before")
        world.counts[refused.code] += 1
        return
    if made is None:
        return
    if made.status == "CANCELLED":
        wish.cancel = "done"
    else:
        wish.recall = "told"
    world.counts[f"recall {made.status}"] += 1
