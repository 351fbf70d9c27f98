"""Tables of the wallet, a file a noun."""

from kefu.wallet.models.account import Instrument, Wallet
from kefu.wallet.models.fee import LIFETIME, MONTH, WINDOWS, YEAR, FeeSchedule
from kefu.wallet.models.kind import (
    BY_BANK,
    GOODWILL,
    KINDS,
    MODES,
    NEXT_DAY,
    NOW,
    POT,
    TOPUP,
    TRANSFER,
    TWO_HOURS,
    WITHDRAWAL,
)
from kefu.wallet.models.order import Order, OrderStep
from kefu.wallet.models.quote import Quote
from kefu.wallet.models.restriction import OutflowStop, Restriction
from kefu.wallet.models.status import (
    CANCELLED,
    CREATED,
    FAILED,
    HELD,
    MANUAL,
    OPEN,
    OUTSIDE,
    RETURNED,
    STATUSES,
    SUBMITTED,
    SUCCEEDED,
    TRANSITIONS,
    UNKNOWN,
)

__all__ = [
    "BY_BANK",
    "CANCELLED",
    "CREATED",
    "FAILED",
    "GOODWILL",
    "HELD",
    "KINDS",
    "LIFETIME",
    "MANUAL",
    "MODES",
    "MONTH",
    "NEXT_DAY",
    "NOW",
    "OPEN",
    "OUTSIDE",
    "POT",
    "RETURNED",
    "STATUSES",
    "SUBMITTED",
    "SUCCEEDED",
    "TOPUP",
    "TRANSFER",
    "TRANSITIONS",
    "TWO_HOURS",
    "UNKNOWN",
    "WINDOWS",
    "WITHDRAWAL",
    "YEAR",
    "FeeSchedule",
    "Instrument",
    "Order",
    "OrderStep",
    "OutflowStop",
    "Quote",
    "Restriction",
    "Wallet",
]
