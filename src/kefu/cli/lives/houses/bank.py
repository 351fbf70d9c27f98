"""A bank that lies: cards, debits and payouts, and what it says when a payout is asked back."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import ClassVar

from kefu.cli.lives.houses.house import FAILED, PROCESSING, RETURNED, LyingHouse, Movement
from kefu.core import clock
from kefu.rails import rules
from kefu.rails.connectors.base import Answer, Bank, CardAnswer, PermanentError, TemporaryError
from kefu.rails.messages.recall import RecallRequest

CODE = "246810"
GONE = {FAILED: "payment_failed", RETURNED: "payment_returned"}


@dataclass
class AskedBack:
    """A request to get a payout back as the bank took it. `word`: what it thinks of it; `said`: every answer that it
    gave, true or not; `mute`: it never will give one.
    """

    wanted: RecallRequest
    known: Movement
    mute: bool
    word: str = rules.RECALL_PENDING
    said: set[str] = field(default_factory=set)
    taken_at: datetime = field(default_factory=lambda: clock.now())


class LyingBank(LyingHouse, Bank):
    """`recalls`: what it was asked back, by the id of the request."""

    code = "sandbox"
    account = "SANDBOX-SAFEGUARDED-CNY"
    refusal = "card_blocked"
    recalls: ClassVar[dict[str, AskedBack]] = {}

    # -- getting a payout back

    def send_recall(self, wanted: RecallRequest) -> bytes:
        self.lose(0.10, "the request was lost")
        asked = self.recalls.get(wanted.message_id)
        if asked is None:
            known = self.held.get(wanted.instruction)
            if known is None or known.house != self.code or known.order.direction != rules.OUT:
                raise PermanentError("payment_unknown")
            if known.status in GONE:
                raise PermanentError(GONE[known.status])
            if any(other.known is known for other in self.recalls.values()):
                self.broken.append(f"payout {known.order.amount} was asked back under two ids")
            if wanted.amount != known.order.amount:
                self.broken.append(f"payout {known.order.amount} was asked back as {wanted.amount}")
            self.recalls[wanted.message_id] = AskedBack(wanted, known, mute=self.dice.random() < 0.15)
        elif asked.wanted != wanted:
            raise PermanentError("message_conflict")
        self.lose(0.12, "the answer was lost")
        return b'{"status": "RECEIVED"}'

    def query_recall(self, wanted: RecallRequest) -> Answer:
        self.lose(0.12, "no answer")
        asked = self.recalls.get(wanted.message_id)
        if asked is None or self.lies(0.04):
            return Answer(outcome=rules.NOT_FOUND, raw=b"{}")
        word = self.dice.choice(rules.RECALL_WORDS) if self.lies(0.08) else asked.word
        amount = wanted.amount + (1 if self.lies(0.04) else 0)
        asked.said.add(word)
        reason = "CUST" if word == rules.RECALL_REFUSED else ""
        return Answer(outcome=word, raw=b"<Document/>", reason=reason, amount=amount, currency="CNY")

    def consider(self, asked: AskedBack) -> None:
        """Make up its mind. What it agrees to give back has perhaps never been paid, or comes back, or does not."""
        if asked.word != rules.RECALL_PENDING or asked.mute:
            return
        agrees, does = self.dice.random() < 0.6, self.dice.random() < 0.7
        asked.word = rules.RECALL_ACCEPTED if agrees else rules.RECALL_REFUSED
        if agrees and does and asked.known.status == PROCESSING:
            asked.known.become(FAILED)
        elif agrees and does:
            asked.known.give_back()

    def answer(self, asked: AskedBack) -> bytes:
        """Its word on a request, pushed."""
        asked.said.add(asked.word)
        return self.signed(asked.known, asked.word, asked.known.order.amount)

    # -- files and cards

    def fetch_status_report(self, day: date) -> bytes:
        raise TemporaryError("no status report")

    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        return CardAnswer(outside_id=pan, phone_masked="139****0000", expires_at=datetime(2100, 1, 1, tzinfo=UTC))

    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        return CardAnswer(token=card_token(outside_id), last4=outside_id[-4:], bank="招商银行", kind="debit")


def card_token(pan: str) -> str:
    """How the bank knows a card."""
    return f"card_{pan}"
