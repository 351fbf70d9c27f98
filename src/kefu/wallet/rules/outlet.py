"""The ways that money leaves a wallet by. A new kind of order appears everywhere by one line here."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.wallet import models as m


@dataclass(frozen=True)
class Outlet:
    """`orders` are the orders that leave by it, as `kind` or, where one kind has several outlets, `kind.mode`.

    `own`: the money stays its owner's (a card of one's own, another currency), so that limits on payments leave it out
    (CN-12).
    """

    code: str
    name: Any
    icon: str
    orders: tuple[str, ...]
    own: bool = False


OUTLETS: dict[str, Outlet] = {
    outlet.code: outlet
    for outlet in (
        Outlet("transfer", _("转账"), "arrow-left-right", (m.TRANSFER,)),
        Outlet("withdrawal", _("提现"), "arrow-up-from-line", (m.WITHDRAWAL,), own=True),
        Outlet("exchange", _("换汇"), "coins", (m.EXCHANGE,), own=True),
        Outlet("bill", _("缴费"), "lightbulb", (m.BILL,)),
        Outlet("repayment", _("还款"), "landmark", (m.REPAYMENT,)),
        Outlet("payment", _("商户付款"), "shopping-bag", (m.PAYMENT,)),
        Outlet("code", _("付款码"), "qr-code", (f"{m.PAYMENT}.{m.CODE}",)),
        Outlet("tap", _("碰一碰"), "nfc", (f"{m.PAYMENT}.{m.TAP}",)),
    )
}
_BY_ORDER = {name: outlet for outlet in OUTLETS.values() for name in outlet.orders}
KINDS = tuple(sorted({name.partition(".")[0] for name in _BY_ORDER}))
"""The kinds of order that some outlet counts."""


def outlet_of(kind: str, mode: str = "") -> Outlet:
    """The outlet by which orders of this kind and mode leave. A kind that is quoted has one, or a test says so."""
    return _BY_ORDER.get(f"{kind}.{mode}") or _BY_ORDER[kind]
