"""The sandbox's biller and lender (docs/reference/sandbox-billers.md): accounts and what they owe; payments."""

from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from kefu.rails import rules
from kefu.rails.connectors.base import AccountAnswer, Payee
from kefu.rails.connectors.signed import SignedHouse, reading, stamp


class _SandboxPayee(SignedHouse, Payee):
    doors = {rules.OUT: "/v1/payments"}
    named_by = "account_token"
    outcomes = {
        "ACKNOWLEDGED": rules.ACKNOWLEDGED,
        "POSTED": rules.SUCCEEDED,
        "REFUSED": rules.FAILED,
        "REVERSED": rules.RETURNED,
    }

    def check_account(self, *, payee: str, number: str, token: str, at: datetime | None) -> AccountAnswer:
        wanted: dict[str, Any] = {"account_token": token} if token else {"payee": payee, "number": number}
        if at is not None:
            wanted["happened_at"] = stamp(at)
        told, raw = self._call("POST", "/v1/accounts", wanted)
        return reading(raw, lambda: _account(told))


def _account(told: dict[str, Any]) -> AccountAnswer:
    amounts = (told["amount_due"], told["minimum"], told["days"], *told["amounts"])
    if any(type(number) is not int or number < 0 for number in amounts):
        raise TypeError("amounts")
    return AccountAnswer(
        token=str(told["account_token"]),
        kind=str(told["kind"]),
        number_masked=str(told["number_masked"]),
        holder_masked=str(told["holder_masked"]),
        currency=str(told["currency"]),
        period=str(told["period"]),
        amount_due=told["amount_due"],
        minimum=told["minimum"],
        partial=told["partial"] is True,
        amounts=tuple(told["amounts"]),
        due_on=date.fromisoformat(told["due_on"]),
        cutoff=time.fromisoformat(told["cutoff"]),
        days=told["days"],
    )


class SandboxBiller(_SandboxPayee):
    """Electricity, water, gas, phone."""

    code = "biller"
    shown = _("演示缴费机构")
    account = "SANDBOX-BILLER-CNY"
    prefix = "/biller"


class SandboxLender(_SandboxPayee):
    """Credit cards and loans."""

    code = "lender"
    shown = _("演示信贷机构")
    account = "SANDBOX-LENDER-CNY"
    prefix = "/lender"
