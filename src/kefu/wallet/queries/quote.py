"""The confirmation page once more, for who has it open."""

from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.refusal import NotFound
from kefu.wallet.models import Quote
from kefu.wallet.queries.values import QuoteView, see_quote


def quote_for(actor: Actor, quote_id: UUID) -> QuoteView:
    """The customer's own quote, also when it has expired. Refuses `core.thing.not_found`."""
    row = Quote.objects.select_related("schedule").filter(pk=quote_id, customer_id=actor.uuid).first()
    if row is None or actor.kind != "customer":
        raise NotFound()
    return see_quote(row, zone=brand().zone)
