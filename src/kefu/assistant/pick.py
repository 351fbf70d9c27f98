"""Which order do they mean? By amount, time, number and counterparty, then by what is still open, then the latest."""

from collections.abc import Sequence

from kefu.assistant.context import Context
from kefu.wallet.queries import OrderView

UNSETTLED = frozenset({"CREATED", "HELD", "SUBMITTED", "UNKNOWN", "MANUAL"})
CHOICES_MAX = 3


def matching(context: Context, orders: Sequence[OrderView]) -> list[OrderView]:
    """The orders that fit every slot that was given; all of them when none was."""
    slots, fit = context.slots, list(orders)
    if slots.order_no:
        return [o for o in fit if o.no == slots.order_no]
    if slots.amount:
        fit = [o for o in fit if slots.amount.low <= o.amount.minor <= slots.amount.high]
    if slots.time:
        inside = [o for o in fit if slots.time.start <= o.created_at < slots.time.end]
        fit = inside or fit
    if slots.counterparty:
        named = [o for o in fit if o.counterparty_masked[:1] == slots.counterparty[:1]]
        fit = named or fit
    return fit


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
    return bool(context.slots.amount or context.slots.time or context.slots.order_no)
