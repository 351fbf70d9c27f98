"""Every read of the wallet, for customers by their own right and for staff by a Grant."""

from kefu.wallet.queries.account import (
    balance_for,
    card_check_for,
    instruments_for,
    restrictions_for,
    stop_for,
)
from kefu.wallet.queries.carried import Carried, carried_by_no, carried_orders, transit_of
from kefu.wallet.queries.limits.fee import fee_story_for, fee_versions, fees, schedule_at
from kefu.wallet.queries.limits.fee_values import FeeStory, FeeView
from kefu.wallet.queries.limits.limit import LimitView, OutletView, StandingView, limit_versions, limits_for
from kefu.wallet.queries.order import order_for, orders_for, pressing_order
from kefu.wallet.queries.pot import pots_for
from kefu.wallet.queries.spending import SpentView, counterparty_of, spent_for
from kefu.wallet.queries.values import (
    BalanceView,
    CardLinkView,
    ExchangeView,
    InstrumentView,
    OrderView,
    QuoteView,
    RestrictionView,
    StepView,
    StopView,
    WalletView,
)
from kefu.wallet.rules.limit import IN_PERSON, PROOF_NAMES, TIER_NAMES
from kefu.wallet.rules.terms import NOTICE_DAYS

__all__ = [
    "IN_PERSON",
    "NOTICE_DAYS",
    "PROOF_NAMES",
    "TIER_NAMES",
    "BalanceView",
    "CardLinkView",
    "Carried",
    "ExchangeView",
    "FeeStory",
    "FeeView",
    "InstrumentView",
    "LimitView",
    "OrderView",
    "OutletView",
    "QuoteView",
    "RestrictionView",
    "SpentView",
    "StandingView",
    "StepView",
    "StopView",
    "WalletView",
    "balance_for",
    "card_check_for",
    "carried_by_no",
    "carried_orders",
    "counterparty_of",
    "fee_story_for",
    "fee_versions",
    "fees",
    "instruments_for",
    "limit_versions",
    "limits_for",
    "order_for",
    "orders_for",
    "pots_for",
    "pressing_order",
    "restrictions_for",
    "schedule_at",
    "spent_for",
    "stop_for",
    "transit_of",
]
