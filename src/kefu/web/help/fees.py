"""What things cost: the same table that every quote is made from."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kefu.core.money import Money
from kefu.wallet import queries as wallet


@dataclass(frozen=True)
class FeeLine:
    """One row of the fee page."""

    what: str
    how: str
    text: str
    version: int


def fee_values() -> dict[str, str]:
    """`fee_topup`, `fee_transfer` and `fee_withdrawal` for articles: of the usual, instant kind."""
    texts = {fee.kind: fee.text for fee in reversed(wallet.fees())}
    return {f"fee_{kind}": texts.get(kind, Money(0).text()) for kind in ("topup", "transfer", "withdrawal")}


def fees(request: HttpRequest) -> HttpResponse:
    """The public fee page."""
    kinds = {
        "topup": _("充值"), "transfer": _("转账"), "withdrawal": _("提现"), "bill": _("缴费"),
        "repayment": _("信用卡还款"), "loan": _("借款还款"),
    }  # fmt: skip
    modes = {"now": _("实时到账"), "two_hours": _("2 小时后到账"), "next_day": _("次日到账")}
    timed = ("topup", "transfer")
    found = wallet.fees()
    lines = [
        FeeLine(
            kinds.get(fee.kind, fee.kind),
            _("到绑定的银行卡") if fee.kind == "withdrawal" else modes.get(fee.mode, "") if fee.kind in timed else "",
            fee.text,
            fee.version,
        )
        for fee in found
    ]
    since = max((fee.effective_from for fee in found), default=None)
    return render(request, "help/fees.html", {"lines": lines, "since": since})
