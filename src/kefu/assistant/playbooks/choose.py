"""Several orders fit: ask back with buttons, never guess about money."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.draft import Draft
from kefu.wallet.queries import OrderView


def which_one(draft: Draft, orders: Sequence[OrderView]) -> Answer:
    """“Which of these?”, each with amount, time and number on its button."""
    for order in orders:
        source = draft.source("order", str(order.id), version=order.status, label=order.no)
        draft.fact(f"amount_{order.no}", order.amount.text(), source)
        draft.moment(f"created_{order.no}", order.created_at, source)
        label = f"{order.amount.text()} · {draft.facts[f'created_{order.no}'].value} · {order.counterparty_masked}"
        draft.button("about", label, argument=order.no)
    draft.always_a_human()
    return draft.finish("which_order", _("您说的是哪一笔？点一下，我就查。"))
