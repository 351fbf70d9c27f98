"""The sandbox bank (docs/reference/sandbox-bank.md): debits of cards, payouts to them, their status and recall, and the
linking of cards.
"""

from datetime import date, datetime
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from kefu.rails import rules
from kefu.rails.connectors.base import Answer, Bank, CardAnswer, HeardCallback, PermanentError, TemporaryError
from kefu.rails.connectors.signed import ANSWER_BYTES_MAX, SignedHouse, reading
from kefu.rails.messages.recall import RecallAnswer, RecallRequest, read_answer, write_request
from kefu.rails.statements import StatementUnreadableError


class SandboxBank(SignedHouse, Bank):
    """Debits and payouts."""

    code = "sandbox"
    shown = _("演示银行")
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

    def fetch_status_report(self, day: date) -> bytes:
        return self._fetch(f"/v1/status-report?date={day.isoformat()}")

    def send_recall(self, wanted: RecallRequest) -> bytes:
        return self._told(self._request("POST", "/v1/recalls", write_request(wanted), "application/xml"))[1]

    def query_recall(self, wanted: RecallRequest) -> Answer:
        response = self._request("GET", f"/v1/recalls/{wanted.message_id}", b"")
        raw = response.content[:ANSWER_BYTES_MAX]
        if not response.is_success:
            try:
                self._told(response)
            except PermanentError as refused:
                if refused.code == "not_found":
                    return Answer(outcome=rules.NOT_FOUND, raw=raw)
                raise TemporaryError(refused.code, raw) from refused
        try:
            said = read_answer(raw)
        except StatementUnreadableError as wrong:
            raise TemporaryError(str(wrong), raw) from wrong
        ours = said.case == wanted.message_id and said.instruction == wanted.instruction
        return _word(said, raw, amount=said.amount if ours else None)

    def _read_message(self, nonce: str, body: bytes) -> HeardCallback:
        """The bank pushes its answers to recalls; one that does not hold is kept as unreadable."""
        try:
            said = read_answer(body)
        except StatementUnreadableError as wrong:
            answer = Answer(outcome="", raw=body, reason=str(wrong)[:200])
            return HeardCallback(nonce=nonce, event="", instruction=None, answer=answer)
        answer = _word(said, body, amount=said.amount)
        return HeardCallback(nonce=nonce, event=said.message_id, instruction=str(said.instruction), answer=answer)


def _word(said: RecallAnswer, raw: bytes, *, amount: int | None) -> Answer:
    return Answer(
        outcome=said.outcome, raw=raw, bank_ref=said.bank_ref, reason=said.code, amount=amount, currency="CNY",
        happened_at=said.at,
    )  # fmt: skip
