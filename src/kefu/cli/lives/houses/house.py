"""A house in memory that keeps its word about money and about nothing else.

Once it has decided, money has moved or not, for good (what was paid out may come back). What it says on the way is
another matter: requests and answers are lost, answers are stale or wrong, callbacks are forged, doubled, early, late,
changed.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from kefu.core import clock
from kefu.rails import rules
from kefu.rails.connectors.base import (
    Answer,
    CallbackRefusedError,
    Connector,
    HeardCallback,
    Order,
    PermanentError,
    TemporaryError,
)

PROCESSING, SUCCEEDED, FAILED, RETURNED = "PROCESSING", rules.SUCCEEDED, rules.FAILED, rules.RETURNED
OPEN = (PROCESSING, rules.ACKNOWLEDGED)


@dataclass
class Movement:
    """An order as a house took it, and what it did: the truth. `told`: the last of it that was said to the product;
    `at`: when it did what.
    """

    order: Order
    house: str
    status: str = PROCESSING
    told: str = PROCESSING
    at: dict[str, datetime] = field(default_factory=dict)
    taken_at: datetime = field(default_factory=lambda: clock.now())

    @property
    def is_fresh(self) -> bool:
        """A house loses sight of a number for an hour, not for a day."""
        return clock.now() - self.taken_at < timedelta(hours=1)

    def become(self, status: str) -> None:
        """It does so, now."""
        self.status, self.at[status] = status, clock.now()

    def give_back(self) -> None:
        """What was paid comes back: the account is closed, say."""
        if self.status == SUCCEEDED and self.order.direction == rules.OUT:
            self.become(RETURNED)


class LyingHouse(Connector):
    """One memory for all houses and all their instances: the product makes one at each call. `honest` ends the lies."""

    refusal: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = (PROCESSING, SUCCEEDED, FAILED)
    held: ClassVar[dict[UUID, Movement]] = {}
    sent: ClassVar[list[bytes]] = []
    broken: ClassVar[list[str]] = []
    dice: ClassVar[random.Random]
    honest: ClassVar[bool] = True

    # -- what it does

    def decide(self, known: Movement) -> None:
        """The next step of what becomes of it."""
        if known.status == PROCESSING:
            known.become(SUCCEEDED if self.dice.random() < 0.8 else FAILED)

    def end(self, known: Movement) -> None:
        """All steps that are left."""
        while known.status in OPEN:
            self.decide(known)

    # -- what the product calls

    def submit(self, order: Order) -> Answer:
        self.lose(0.10, "the request was lost")
        known = self.held.get(order.instruction)
        if known is None and self.lies(0.04):
            raise PermanentError(self.refusal, json.dumps({"code": self.refusal}).encode())
        if known is None:
            known = self.held[order.instruction] = Movement(order, self.code)
            if self.dice.random() < 0.4:
                self.decide(known)
        elif (known.order, known.house) != (order, self.code):
            self.broken.append(f"number {order.instruction} was sent twice with two bodies")
            raise PermanentError("instruction_conflict")
        self.lose(0.12, "the answer was lost")
        if self.lies(0.10):
            return self._answer(known, self.dice.choice(self.words))
        return self._answer(known, known.status)

    def query(self, instruction: UUID, *, direction: str) -> Answer:
        self.lose(0.12, "no answer")
        known = self.held.get(instruction)
        ours = known is not None and (known.order.direction, known.house) == (direction, self.code)
        if known is None or not ours or (known.is_fresh and self.lies(0.04)):
            return Answer(outcome=rules.NOT_FOUND, raw=b"{}")
        if self.lies(0.10):
            stale = (PROCESSING, rules.ACKNOWLEDGED) if rules.ACKNOWLEDGED in known.at else (PROCESSING,)
            return self._answer(known, self.dice.choice(stale))
        known.told = known.status
        return self._answer(known, known.status)

    def lies(self, chance: float) -> bool:
        """Whether it does, this time."""
        return not self.honest and self.dice.random() < chance

    def lose(self, chance: float, what: str) -> None:
        """Nothing comes through, this time."""
        if self.lies(chance):
            raise TemporaryError(what)

    @staticmethod
    def _answer(known: Movement, outcome: str) -> Answer:
        order, taken_on = known.order, outcome in (rules.ACKNOWLEDGED, SUCCEEDED, RETURNED)
        return Answer(
            outcome=outcome,
            raw=json.dumps({"status": outcome}).encode(),
            bank_ref=f"LB{order.instruction.hex[-10:]}",
            reason="account_closed" if outcome in (FAILED, RETURNED) else "",
            amount=order.amount,
            currency=order.currency,
            acknowledged_at=known.at.get(rules.ACKNOWLEDGED) if taken_on else None,
        )

    # -- what it calls the product with

    def word(self, known: Movement) -> bytes:
        """A callback about a movement, as an honest house would send it: signed, once, true."""
        return self.signed(known, known.status, known.order.amount)

    def lie(self, known: Movement) -> bytes:
        """One that claims something else, repeats an old one, is not signed by us, or is no callback at all."""
        how = self.dice.choice(("repeated", "contrary", "amount", "forged", "strange", "recall", "garbage"))
        if how == "repeated" and self.sent:
            return self.dice.choice(self.sent)
        if how == "garbage":
            return self.dice.randbytes(40)
        contrary = FAILED if known.status == SUCCEEDED else SUCCEEDED
        outcome = self.dice.choice(rules.RECALL_WORDS) if how == "recall" else contrary
        amount = known.order.amount + (self.dice.choice((-1, 1, 1_000_000)) if how == "amount" else 0)
        instruction = uuid4() if how == "strange" else None
        return self.signed(known, outcome, amount, right=how != "forged", instruction=instruction)

    def signed(
        self, known: Movement, outcome: str, amount: int, *, right: bool = True, instruction: UUID | None = None
    ) -> bytes:
        """The body of a callback; not `right`: signed by somebody else."""
        said = {
            "instruction": str(instruction or known.order.instruction), "outcome": outcome, "amount": amount,
            "event": self.dice.randbytes(8).hex(), "signed": right,
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
