"""The confirmation page once more, for who has it open."""

from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.rails import queries as outside
from kefu.wallet.models import EXCHANGE, PAYMENT, Quote
from kefu.wallet.queries.exchange import see_exchange
from kefu.wallet.queries.values import QuoteView, see_quote


def quote_for(actor: Actor, quote_id: UUID, *, now: datetime) -> QuoteView:
    """The customer's own quote, also when it has expired. Refuses `core.thing.not_found`."""
    rows = Quote.objects.select_related("schedule", "instrument", "sale", "voucher", "exchange__spread")
    row = rows.filter(pk=quote_id, customer_id=actor.uuid).first()
    if row is None or actor.kind != "customer":
        raise NotFound()
    return see(row, now=now)


def see(row: Quote, *, now: datetime) -> QuoteView:
    """The quote with what its card's bank is expected to take."""
    expected = None
    direction = "in" if row.kind == PAYMENT else "out"
    if row.instrument is not None:
        expected = outside.expected_arrival(connector=row.instrument.connector, direction=direction, now=now)
    exchange = None
    if row.kind == EXCHANGE and hasattr(row, "exchange"):
        exchange = see_exchange(row.exchange, sold=Money(row.amount, row.currency))
    return see_quote(row, zone=brand().zone, expected=expected, exchange=exchange)
