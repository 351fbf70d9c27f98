"""The kinds of order, the modes of sending, and whom an order or a quote of each kind must name."""

import functools
import operator
from uuid import UUID

from django.db.models import F, Q

from kefu.core.money import CURRENCIES, HOME

TOPUP, TRANSFER, GOODWILL, WITHDRAWAL = "topup", "transfer", "goodwill", "withdrawal"
POT, PAYMENT, REFUND = "pot", "payment", "refund"
BILL, REPAYMENT = "bill", "repayment"
FOUND, DISBURSEMENT, EXCHANGE, PROVISIONAL = "found", "disbursement", "exchange", "provisional"
REROUTE = "reroute"
KINDS = (
    *(TOPUP, TRANSFER, GOODWILL, WITHDRAWAL, POT, BILL, REPAYMENT, PAYMENT, REFUND, REROUTE, FOUND, DISBURSEMENT),
    *(EXCHANGE, PROVISIONAL),
)
TO_PAYEE = (BILL, REPAYMENT)
PAID_OUT = (WITHDRAWAL, *TO_PAYEE, DISBURSEMENT)
BY_BANK = (TOPUP, *PAID_OUT)
BY_CARD = (PAYMENT, REFUND, REROUTE)
"""Kinds that a bank carries out when their order names a card, and else the books alone."""
NOW, TWO_HOURS, NEXT_DAY = "now", "two_hours", "next_day"
MODES = (NOW, TWO_HOURS, NEXT_DAY)
CODE, TAP = "code", "tap"
AT_COUNTER = (CODE, TAP)
"""How a payment was made whose payer showed a code, or held a device near; it costs what any other does."""
BUY, SELL = "buy", "sell"
FOREIGN = tuple(code for code in CURRENCIES if code != HOME)
"""The currencies that are exchanged against ours; the mode of an exchange says which."""

PARTIES: dict[str, Q] = {
    TOPUP: Q(payee_id=None, instrument__isnull=False),
    TRANSFER: Q(payee_id__isnull=False) & ~Q(payee_id=F("customer_id")),
    GOODWILL: Q(payee_id=None) & ~Q(case_ref=""),
    WITHDRAWAL: Q(payee_id=None, instrument__isnull=False, quote__isnull=False),
    POT: Q(payee_id=None, pot_id__isnull=False, fee=0),
    BILL: Q(payee_id=None, instrument=None, account__isnull=False, quote__isnull=False),
    REPAYMENT: Q(payee_id=None, instrument=None, account__isnull=False, quote__isnull=False),
    PAYMENT: Q(payee_id=None, quote__isnull=False),
    REFUND: Q(payee_id=None, quote=None),
    REROUTE: Q(payee_id=None, quote=None, fee=0),
    FOUND: Q(payee_id=None) & ~Q(case_ref=""),
    EXCHANGE: Q(payee_id=None, instrument=None, quote__isnull=False, counted__isnull=False),
    DISBURSEMENT: Q(payee_id=None, instrument=None, account=None, quote=None, fee=0),
    PROVISIONAL: Q(payee_id=None, instrument=None, quote=None, fee=0) & ~Q(case_ref=""),
}
"""What an order of each kind names. The database refuses any other."""
QUOTED: dict[str, Q] = {
    TRANSFER: Q(payee_id__isnull=False, instrument=None),
    WITHDRAWAL: Q(payee_id=None, instrument__isnull=False),
    BILL: Q(payee_id=None, instrument=None, account__isnull=False),
    REPAYMENT: Q(payee_id=None, instrument=None, account__isnull=False),
    PAYMENT: Q(payee_id=None, sale__isnull=False),
    EXCHANGE: Q(payee_id=None, instrument=None, counted__isnull=False),
}
"""What a quote of each kind names; kinds that are not here are not quoted."""


WITH_BANK = Q(kind__in=BY_BANK) | Q(kind__in=BY_CARD, instrument__isnull=False)
"""Orders that a bank, biller or lender carries out."""


def is_with_bank(kind: str, instrument_id: UUID | None) -> bool:
    """`WITH_BANK` of one row."""
    return kind in BY_BANK or (kind in BY_CARD and instrument_id is not None)


def one_of(rules: dict[str, Q]) -> Q:
    """The condition that a row is of one of the kinds and names what its kind must."""
    return functools.reduce(operator.or_, (Q(kind=kind) & rule for kind, rule in rules.items()))
