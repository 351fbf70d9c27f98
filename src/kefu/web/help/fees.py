"""What things cost: the same table that every quote is made from."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kefu.core.money import Money
from kefu.wallet import queries as wallet
from kefu.wallet.queries import FeeView


@dataclass(frozen=True)
class FeeLine:
    """One row of the fee page."""

    what: str
    how: str
    text: str
    version: int


def fee_text(fee: FeeView) -> str:
    """`免费`, or from where on which share is charged, at least and at most."""
    if fee.is_free:
        return _("免费")
    parts = [_("%(percent)s%%") % {"percent": fee.percent}]
    if fee.free_up_to.minor:
        given = {"free": fee.free_up_to.text(), "percent": fee.percent}
        parts = [_("每笔 %(free)s 以内免费，超出部分 %(percent)s%%") % given]
    if fee.least.minor:
        parts.append(_("最低 %(least)s") % {"least": fee.least.text()})
    if fee.most.minor:
        parts.append(_("最高 %(most)s") % {"most": fee.most.text()})
    return _("，").join(parts)


def fee_values() -> dict[str, str]:
    """`fee_topup` and `fee_transfer` for articles: of the usual, instant kind."""
    texts = {fee.kind: fee_text(fee) for fee in reversed(wallet.fees())}
    return {f"fee_{kind}": texts.get(kind, Money(0).text()) for kind in ("topup", "transfer")}


def fees(request: HttpRequest) -> HttpResponse:
    """The public fee page."""
    kinds = {"topup": _("充值"), "transfer": _("转账")}
    modes = {"now": _("实时到账"), "two_hours": _("2 小时后到账"), "next_day": _("次日到账")}
    found = wallet.fees()
    lines = [
        FeeLine(kinds.get(fee.kind, fee.kind), modes.get(fee.mode, ""), fee_text(fee), fee.version) for fee in found
    ]
    since = max((fee.effective_from for fee in found), default=None)
    return render(request, "help/fees.html", {"lines": lines, "since": since})
