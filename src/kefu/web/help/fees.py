"""What things cost and how much may leave: the same tables that every quote is made from."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kefu.core import clock
from kefu.core.money import Money
from kefu.wallet import queries as wallet
from kefu.wallet.queries import FeeView
from kefu.wallet.rules.exchange import currency_name
from kefu.web.orders import kind_words


@dataclass(frozen=True)
class FeeLine:
    """One row of the fee page; `coming` are the versions that were announced."""

    what: str
    how: str
    fee: FeeView
    coming: tuple[FeeView, ...]


def fee_values() -> dict[str, str]:
    """`fee_topup`, `fee_transfer` and `fee_withdrawal` for articles: of the usual, instant kind."""
    texts = {fee.kind: fee.text for fee in reversed(wallet.fees())}
    return {f"fee_{kind}": texts.get(kind, Money(0).text()) for kind in ("topup", "transfer", "withdrawal")}


def what_words(fee: FeeView) -> str:
    """What is paid for, in the active language. Repayments are priced by what is repaid."""
    priced = {"repayment": _("信用卡还款"), "loan": _("借款还款")}
    return priced.get(fee.kind) or kind_words(fee.kind)


def how_words(fee: FeeView) -> str:
    """In which way an order of this kind and mode goes, in the active language; '' where there is only one."""
    modes = {"now": _("实时到账"), "two_hours": _("2 小时后到账"), "next_day": _("次日到账")}
    whole = {"withdrawal": _("到绑定的银行卡"), "payment": _("由商户承担")}
    if fee.kind == "exchange":
        return currency_name(fee.mode)
    return whole.get(fee.kind, "") or (modes.get(fee.mode, "") if fee.kind in ("topup", "transfer") else "")


def fee_lines(now: datetime) -> list[FeeLine]:
    """What is in force, each with what will follow it."""
    versions = wallet.fee_versions(now=now)
    return [
        FeeLine(
            what_words(fee),
            how_words(fee),
            fee,
            tuple(v for v in versions if v.is_coming and (v.kind, v.mode) == (fee.kind, fee.mode)),
        )
        for fee in versions
        if not fee.is_coming
    ]


def fees(request: HttpRequest) -> HttpResponse:
    """The public page of fees and of limits by class."""
    now = clock.now()
    lines = fee_lines(now)
    since = max((line.fee.effective_from for line in lines), default=None)
    values = {"lines": lines, "since": since, "limits": wallet.limit_versions(now=now)}
    return render(request, "help/fees.html", values)
