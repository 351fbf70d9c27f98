"""The sandbox bank (docs/reference/sandbox-bank.md): debits of cards, payouts to them, and the linking of cards."""

from datetime import datetime
from urllib.parse import quote

from kefu.rails import rules
from kefu.rails.connectors.base import Bank, CardAnswer
from kefu.rails.connectors.signed import SignedHouse, reading


class SandboxBank(SignedHouse, Bank):
    """Debits and payouts."""

    code = "sandbox"
    account = "SANDBOX-SAFEGUARDED-CNY"
    doors = {rules.IN: "/v1/debits", rules.OUT: "/v1/payouts"}
    named_by = "card_token"
    outcomes = {outcome: outcome for outcome in (rules.PROCESSING, *rules.FINAL)}

    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        told, raw = self._call("POST", "/v1/cards", {"pan": pan, "holder": holder, "phone": phone})
        return reading(raw, lambda: CardAnswer(
            outside_id=str(told["check"]),
            phone_masked=str(told["phone"]),
            expires_at=datetime.fromisoformat(told["expires_at"]),
        ))  # fmt: skip

    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        path = f"/v1/cards/{quote(outside_id, safe='')}/confirm"
        told, raw = self._call("POST", path, {"code": code})
        return reading(raw, lambda: CardAnswer(
            token=str(told["token"]), last4=str(told["last4"]), bank=str(told["bank"]), kind=str(told["kind"])
        ))  # fmt: skip
