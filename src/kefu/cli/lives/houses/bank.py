"""A bank in memory that keeps its word about money and about nothing else.

Once it has decided, money has moved or not, for good (a payout may come back). What it says on the way is another
matter: requests and answers are lost, answers are stale or wrong, callbacks are forged, doubled, early, late, changed.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from kefu.core import clock
from kefu.rails import rules
from kefu.rails.connectors.base import (
    Answer,
    Bank,
    CallbackRefusedError,
    CardAnswer,
    HeardCallback,
    Order,
    PermanentError,
    TemporaryError,
)
from kefu.rails.messages.recall import RecallRequest

PROCESSING, SUCCEEDED, FAILED, RETURNED = "PROCESSING", rules.SUCCEEDED, rules.FAILED, rules.RETURNED
CODE = "246810"


@dataclass
class Movement:
    """An order as the bank took it, and what it did: the truth. `told`: the last of it that was said to the product."""

    order: Order
    status: str = PROCESSING
    told: str = PROCESSING
    taken_at: datetime = field(default_factory=lambda: clock.now())

    @property
    def is_fresh(self) -> bool:
        """A bank loses sight of a number for an hour, not for a day."""
        return clock.now() - self.taken_at < timedelta(hours=1)

    def decide(self, dice: random.Random) -> None:
        if self.status == PROCESSING:
            self.status = SUCCEEDED if dice.random() < 0.8 else FAILED

    def give_back(self) -> None:
        """A payout that was paid comes back: the account is closed, say."""
        if self.status == SUCCEEDED and self.order.direction == rules.OUT:
            self.status = RETURNED


class LyingBank(Bank):
    """One memory for all its instances: the product makes one at each call. `honest` ends the lies."""

    code = "sandbox"
    account = "SANDBOX-SAFEGUARDED-CNY"
    held: ClassVar[dict[UUID, Movement]] = {}
    sent: ClassVar[list[bytes]] = []
    broken: ClassVar[list[str]] = []
    dice: ClassVar[random.Random]
    honest: ClassVar[bool] = True

    # -- what the product calls

    def submit(self, order: Order) -> Answer:
        self._lose(0.10, "the request was lost")
        known = self.held.get(order.instruction)
        if known is None and self._lies(0.04):
            raise PermanentError("card_blocked", b'{"code": "card_blocked"}')
        if known is None:
            known = self.held[order.instruction] = Movement(order)
            if self.dice.random() < 0.4:
                known.decide(self.dice)
        elif known.order != order:
            self.broken.append(f"number {order.instruction} was sent twice with two bodies")
            raise PermanentError("instruction_conflict")
        self._lose(0.12, "the answer was lost")
        if self._lies(0.06):
            return self._answer(known, self.dice.choice((PROCESSING, SUCCEEDED, FAILED)))
        return self._answer(known, known.status)

    def query(self, instruction: UUID, *, direction: str) -> Answer:
        self._lose(0.12, "no answer")
        known = self.held.get(instruction)
        if known is None or known.order.direction != direction or (known.is_fresh and self._lies(0.04)):
            return Answer(outcome=rules.NOT_FOUND, raw=b"{}")
        if self._lies(0.10):
            return self._answer(known, PROCESSING)
        known.told = known.status
        return self._answer(known, known.status)

    def _lies(self, chance: float) -> bool:
        return not self.honest and self.dice.random() < chance

    def _lose(self, chance: float, what: str) -> None:
        if self._lies(chance):
            raise TemporaryError(what)

    @staticmethod
    def _answer(known: Movement, outcome: str) -> Answer:
        order = known.order
        return Answer(
            outcome=outcome,
            raw=json.dumps({"status": outcome}).encode(),
            bank_ref=f"LB{order.instruction.hex[-10:]}",
            reason="account_closed" if outcome in (FAILED, RETURNED) else "",
            amount=order.amount,
            currency=order.currency,
        )

    # -- what it calls the product with

    def word(self, known: Movement) -> bytes:
        """A callback about a movement, as an honest bank would send it: signed, once, true."""
        return self._signed(known, known.status, known.order.amount)

    def lie(self, known: Movement) -> bytes:
        """One that claims something else, repeats an old one, is not signed by us, or is no callback at all."""
        how = self.dice.choice(("repeated", "contrary", "amount", "forged", "strange", "garbage"))
        if how == "repeated" and self.sent:
            return self.dice.choice(self.sent)
        if how == "garbage":
            return self.dice.randbytes(40)
        contrary = FAILED if known.status == SUCCEEDED else SUCCEEDED
        amount = known.order.amount + (self.dice.choice((-1, 1, 1_000_000)) if how == "amount" else 0)
        instruction = uuid4() if how == "strange" else None
        return self._signed(known, contrary, amount, signed=how != "forged", instruction=instruction)

    def _signed(
        self, known: Movement, outcome: str, amount: int, *, signed: bool = True, instruction: UUID | None = None
    ) -> bytes:
        said = {
            "instruction": str(instruction or known.order.instruction), "outcome": outcome, "amount": amount,
            "event": self.dice.randbytes(8).hex(), "signed": signed,
        }  # fmt: skip
        body = json.dumps(said).encode()
        self.sent.append(body)
        return body

    def read_callback(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> HeardCallback:
        try:
            said = json.loads(body)
            outcome, amount, event = said["outcome"], said["amount"], said["event"]
        except (ValueError, KeyError, TypeError):
            raise CallbackRefusedError(rules.UNREADABLE, "no callback") from None
        if not said["signed"]:
            raise CallbackRefusedError(rules.FORGED, "not signed")
        answer = Answer(outcome=outcome, raw=body, amount=amount, currency="CNY")
        return HeardCallback(nonce=event, event=event, instruction=said["instruction"], answer=answer)

    def fetch_statement(self, day: date) -> bytes:
        raise TemporaryError("no statement")

    def fetch_channel_file(self, day: date) -> bytes:
        raise TemporaryError("no channel file")

    def fetch_status_report(self, day: date) -> bytes:
        raise TemporaryError("no status report")

    def send_recall(self, wanted: RecallRequest) -> bytes:
        raise TemporaryError("nobody asks for money back in these lives")

    def query_recall(self, wanted: RecallRequest) -> Answer:
        raise TemporaryError("nobody asks for money back in these lives")

    # -- cards

    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        return CardAnswer(outside_id=pan, phone_masked="139****0000", expires_at=datetime(2100, 1, 1, tzinfo=UTC))

    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        return CardAnswer(token=f"card_{outside_id}", last4=outside_id[-4:], bank="招商银行", kind="debit")
