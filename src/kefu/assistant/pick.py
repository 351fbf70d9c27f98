"""Which order do they mean? By amount, time, number and counterparty, then by what is still open, then the latest."""

from collections.abc import Sequence

from kefu.assistant.context import Context
from kefu.language.slots import Amount
from kefu.wallet.queries import OrderView

UNSETTLED = frozenset({"CREATED", "HELD", "SUBMITTED", "UNKNOWN", "MANUAL"})
CHOICES_MAX = 3


def matching(context: Context, orders: Sequence[OrderView]) -> list[OrderView]:
    """The orders that fit what was named; all of them when nothing was.

    Number and amount are binding; time, card and name narrow only while something is left: people err in them.
    """
    slots, fit = context.slots, list(orders)
    if slots.order_numbers:
        return [o for o in fit if o.no in slots.order_numbers]
    if slots.amounts:
        fit = [o for o in fit if any(_fits(said, o) for said in slots.amounts)]
    if slots.times:
        fit = [o for o in fit if any(t.start <= o.created_at < t.end for t in slots.times)] or fit
    if slots.card_tails:
        fit = [o for o in fit if any(tail in o.counterparty_masked for tail in slots.card_tails)] or fit
    if slots.names:
        fit = [o for o in fit if any(o.counterparty_masked[:1] == name[:1] for name in slots.names)] or fit
    return fit


def _fits(said: Amount, order: OrderView) -> bool:
    """Of an exchange either side may be meant."""
    sides = (order.amount, *((order.exchange.bought,) if order.exchange else ()))
    return any(said.currency == one.currency and said.low <= one.minor <= said.high for one in sides)


def pick(context: Context, orders: Sequence[OrderView], troubled: frozenset[str]) -> list[OrderView]:
    """The one order that is meant, or up to three to choose from, or none.

    An order that was named before in this conversation stays meant while nothing speaks against it.
    """
    fit = matching(context, orders)
    if context.about is not None:
        same = [o for o in fit if o.id == context.about]
        if same:
            return same
    in_trouble = [o for o in fit if o.status in troubled]
    if len(in_trouble) == 1 or (in_trouble and _said_which(context)):
        return in_trouble[:1]
    if in_trouble:
        return in_trouble[:CHOICES_MAX]
    return fit[:1]


def _said_which(context: Context) -> bool:
    return bool(context.slots.amounts or context.slots.times or context.slots.order_numbers)
