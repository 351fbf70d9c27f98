"""Every read of the wallet, for customers by their own right and for staff by a Grant."""

from kefu.wallet.queries.account import (
    balance_for,
    card_check_for,
    instruments_for,
    restrictions_for,
    stop_for,
)
from kefu.wallet.queries.fee import fees, schedule_at
from kefu.wallet.queries.order import order_for, orders_for, pressing_order
from kefu.wallet.queries.pot import pots_for
from kefu.wallet.queries.spending import SpentView, counterparty_of, spent_for
from kefu.wallet.queries.values import (
    BalanceView,
    CardLinkView,
    FeeView,
    InstrumentView,
    OrderView,
    QuoteView,
    RestrictionView,
    StepView,
    StopView,
    WalletView,
)

__all__ = [
    "BalanceView",
    "CardLinkView",
    "FeeView",
    "InstrumentView",
    "OrderView",
    "QuoteView",
    "RestrictionView",
    "SpentView",
    "StepView",
    "StopView",
    "WalletView",
    "balance_for",
    "card_check_for",
    "counterparty_of",
    "fees",
    "instruments_for",
    "order_for",
    "orders_for",
    "pots_for",
    "pressing_order",
    "restrictions_for",
    "schedule_at",
    "spent_for",
    "stop_for",
]
