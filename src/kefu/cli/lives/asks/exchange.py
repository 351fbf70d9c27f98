"""One currency of one's own for another, at a rate that was quoted and holds for a minute."""

from decimal import Decimal
from fractions import Fraction

from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.houses.market import UNITS, Market
from kefu.cli.lives.wish import EXCHANGE, purse
from kefu.core.money import HOME, Money
from kefu.wallet import actions as wallet
from kefu.wallet.queries import QuoteView

FOREIGN = ("USD", "JPY", "EUR")
MINOR = {"JPY": 1}
"""How many of the smallest unit make one; of others a hundred do."""


def exchange(clients: Clients) -> None:
    """Foreign money is bought, or sold again; the confirmation may come too late."""
    world, who, foreign = clients.world, clients.anybody(), clients.world.dice.choice(FOREIGN)
    sells = world.dice.random() < 0.4
    sold, bought = (foreign, HOME) if sells else (HOME, foreign)
    amount = Money(clients.amount(60_00 if sells else 600_00), sold)
    purpose = "left_over" if sells else "travel"
    quote = clients.quoted(
        who, lambda: wallet.quote_exchange(actor=who, amount=amount, into=bought, purpose=purpose, now=world.now)
    )
    if quote is None or quote.exchange is None:
        return
    came = quote.exchange.bought.minor
    clients.wrong += unfair(quote, foreign, Market.worth(foreign, world.now))
    if world.dice.random() < 0.3:
        world.wait(seconds=world.dice.choice((20, 90)))
    change = {purse(who, sold): -amount.minor - quote.fee.minor, purse(who, bought): came}
    clients.confirm(EXCHANGE, who, quote, wallet.create_exchange, change)


def unfair(quote: QuoteView, foreign: str, mids: set[Decimal]) -> list[str]:
    """What is amiss with a quote by the market's own word: a rate that it did not say, or more taken than the share
    that is shown.
    """
    given = quote.exchange
    assert given is not None
    line = f"exchange {quote.amount.minor}"
    if given.mid not in mids:
        said = ", ".join(map(str, sorted(mids))) or "nothing"
        return [f"rate: {line} was quoted at {given.mid}, the market says {said}"]
    price = Fraction(given.mid) / UNITS.get(foreign, 1) * MINOR.get(HOME, 100) / MINOR.get(foreign, 100)
    worth = quote.amount.minor / price if given.bought.currency == foreign else quote.amount.minor * price
    least = worth * (10_000 - 2 * given.bps) / 10_000 - 2
    return [] if least <= given.bought.minor <= worth else [f"rate: {line} brings {given.bought.minor} of {worth}"]
