"""Provisional credits as data: which orders can be disputed, why a credit is taken back, and on what a debt is due."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.wallet import models as m
from kefu.wallet.rules import voucher as vouchers

WORDS_MOST = 500
LEFT = (m.TRANSFER, m.PAYMENT, m.WITHDRAWAL, *m.TO_PAYEE)
"""Kinds of order by which money left the balance."""

REASONS: dict[str, Any] = {
    "not_upheld": _("核实后，争议不成立"),
    "refunded": _("商户已经退款"),
    "returned": _("原来的款项已经退回"),
    "customer": _("您撤回了争议"),
}
"""Why a provisional credit is taken back, as its customer reads it."""

BASES: dict[str, Any] = {
    "consent": _("您的书面同意"),
    "agreement": _("用户服务协议的约定"),
    "judgment": _("生效的法律文书"),
}
"""On what a customer's debt may be taken from the balance."""


def can_be_disputed(kind: str, status: str) -> bool:
    """Whether the customer's money is gone, or lies with somebody outside: else there is nothing to make good."""
    if kind in LEFT and status == m.SUCCEEDED:
        return True
    return kind in (*LEFT, m.TOPUP) and status in m.OUTSIDE


def money_left(order: int, *, captured: int, refunded: int, part: int) -> int:
    """What of the `order` that paid a merchant was not refunded as money, minor units: a voucher's part of it does
    not count.
    """
    back = refunded - vouchers.share(refunded, paid=captured, part=part) if captured else 0
    return order - back


def refundable(order: int, *, captured: int, refunded: int, made_good: int) -> int:
    """What can still be refunded of a payment whose payer has got `made_good` from us for good.

    Rounded down: its share of money never exceeds what the payer of `order` still lacks.
    """
    ours = -(-made_good * captured // order) if captured else 0
    return max(0, captured - refunded - ours)


def share(amount: int, available: int) -> tuple[int, int]:
    """What of `amount` the balance carries, and what the customer owes of it."""
    carried = min(amount, max(0, available))
    return carried, amount - carried
