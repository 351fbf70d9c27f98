"""What a kind of case is: its title, its steps in order, what may be proposed on it, and its clocks."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

OPENED, CHECKED, BANK_ASKED, PROPOSED, DECIDED, POSTED, TOLD = (
    "opened", "checked", "bank_asked", "proposed", "decided", "posted", "told",
)  # fmt: skip

STEP_LABELS: dict[str, Any] = {
    OPENED: _("已受理"),
    CHECKED: _("已核对订单和账目"),
    BANK_ASKED: _("已向银行核实"),
    PROPOSED: _("已提出处理办法"),
    DECIDED: _("已由另一人复核"),
    POSTED: _("已入账"),
    TOLD: _("已告知客户"),
}


FOR_AN_ORDER = frozenset({"provisional", "final", "notice", "recovery"})
"""What may be proposed where an order is in dispute: a provisional credit, and each of its ends."""


@dataclass(frozen=True)
class Kind:
    """`steps` are codes in order; `proposals` the actions allowed; `clocks` the rows of the pack that run; `recalls`:
    its order can be asked back of the bank for the customer.
    """

    code: str
    title: Any
    steps: tuple[str, ...]
    proposals: frozenset[str]
    clocks: tuple[str, ...]
    recalls: bool = False
