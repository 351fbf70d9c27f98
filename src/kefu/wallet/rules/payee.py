"""Whom a customer can pay bills and repay: data. The codes are those of the connector's house."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from kefu.wallet.models import BILL, REPAYMENT


@dataclass(frozen=True, kw_only=True)
class Payee:
    """One company. `kind` is the kind of its orders, `priced_as` the fee schedule when it is another; `label` says
    which number it wants.
    """

    code: str
    connector: str
    kind: str
    category: str
    name: Any
    label: Any
    hint: Any = ""
    priced_as: str = ""


_CARD_HINT = _("信用卡的后四位数字")
PAYEES: dict[str, Payee] = {
    payee.code: payee
    for payee in (
        Payee(
            code="river_power", connector="biller", kind=BILL, category="electricity",
            name=_("滨江电力"), label=_("用电户号"), hint=_("10 位数字，在电费单上"),
        ),
        Payee(
            code="river_water", connector="biller", kind=BILL, category="water",
            name=_("滨江自来水"), label=_("用水户号"), hint=_("8 位数字，在水费单上"),
        ),
        Payee(
            code="river_gas", connector="biller", kind=BILL, category="gas",
            name=_("滨江燃气"), label=_("用气户号"), hint=_("9 位数字，在燃气费单上"),
        ),
        Payee(
            code="river_mobile", connector="biller", kind=BILL, category="phone",
            name=_("滨江移动"), label=_("手机号"), hint=_("要充值的 11 位手机号"),
        ),
        Payee(
            code="cmb_card", connector="lender", kind=REPAYMENT, category="credit_card",
            name=_("招商银行信用卡"), label=_("卡号后四位"), hint=_CARD_HINT,
        ),
        Payee(
            code="icbc_card", connector="lender", kind=REPAYMENT, category="credit_card",
            name=_("工商银行信用卡"), label=_("卡号后四位"), hint=_CARD_HINT,
        ),
        Payee(
            code="ccb_card", connector="lender", kind=REPAYMENT, category="credit_card",
            name=_("建设银行信用卡"), label=_("卡号后四位"), hint=_CARD_HINT,
        ),
        Payee(
            code="qinghe_loan", connector="lender", kind=REPAYMENT, category="loan", priced_as="loan",
            name=_("青禾借款"), label=_("借款合同号"), hint=_("12 位数字，在借款合同上"),
        ),
        Payee(
            code="yunzhou_loan", connector="lender", kind=REPAYMENT, category="loan", priced_as="loan",
            name=_("云舟分期"), label=_("借款合同号"), hint=_("12 位数字，在借款合同上"),
        ),
    )
}  # fmt: skip

CHECK_REASONS: dict[str, Any] = {
    "account_unknown": _("没有这个号码的账户，请核对后重新填写。"),
    "unreachable": _("对方系统正在维护，暂时查不到账单，请稍后再试。"),
}
_OTHER_REASON = _("对方没有受理这次查询，请核对号码或稍后再试。")


def check_reason(reason: str) -> str:
    """Why an account was not found, for its customer; '' when it was."""
    return str(CHECK_REASONS.get(reason, _OTHER_REASON)) if reason else ""


def payee_ref(payee: str) -> str:
    """How the books know a biller or lender."""
    return f"payee:{payee}"


def posts_on(*, cutoff: time, days: int, now: datetime, zone: ZoneInfo) -> date:
    """The day on which the biller will book a payment made at `now`: from its cut-off on a day later."""
    local = now.astimezone(zone)
    return local.date() + timedelta(days=days + (local.time() >= cutoff))


def last_safe(*, due_on: date, cutoff: time, days: int, zone: ZoneInfo) -> datetime:
    """What is paid before it is booked by `due_on`."""
    return datetime.combine(due_on - timedelta(days=days), cutoff, zone)
