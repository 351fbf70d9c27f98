"""A bank in memory that does what the test says, behind the same door as a real one."""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID

from kefu.rails.connectors.base import (
    Answer,
    CallbackRefusedError,
    CardAnswer,
    Connector,
    HeardCallback,
    Order,
    TemporaryError,
)

CODE = "246810"


class ScriptedBank(Connector):
    """`outcome` is what becomes of new debits; `of` overrules it for one instruction. `down`: no answer."""

    code = "sandbox"
    account = "SANDBOX-SAFEGUARDED-CNY"
    outcome: ClassVar[str] = "SUCCEEDED"
    reason: ClassVar[str] = ""
    down: ClassVar[bool] = False
    of: ClassVar[dict[UUID, str]] = {}
    taken: ClassVar[dict[UUID, Order]] = {}
    submissions: ClassVar[int] = 0
    _cards = itertools.count(1000)

    @classmethod
    def reset(cls) -> None:
        cls.outcome, cls.reason, cls.down, cls.submissions = "SUCCEEDED", "", False, 0
        cls.of.clear()
        cls.taken.clear()

    def submit(self, order: Order) -> Answer:
        if self.down:
            raise TemporaryError("down")
        type(self).submissions += 1
        self.taken.setdefault(order.instruction, order)
        return self._tell(order.instruction)

    def query(self, instruction: UUID, *, direction: str) -> Answer:
        if self.down:
            raise TemporaryError("down")
        if instruction not in self.taken or self.taken[instruction].direction != direction:
            return Answer(outcome="NOT_FOUND", raw=b"{}")
        return self._tell(instruction)

    def _tell(self, instruction: UUID) -> Answer:
        order = self.taken[instruction]
        outcome = self.of.get(instruction, self.outcome)
        return Answer(
            outcome=outcome,
            raw=f'{{"status": "{outcome}"}}'.encode(),
            bank_ref=f"SB{instruction.hex[-8:]}",
            reason=(self.reason or "risk") if outcome in ("FAILED", "RETURNED") else "",
            amount=order.amount,
            currency=order.currency,
        )

    def read_callback(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> HeardCallback:
        raise CallbackRefusedError("forged", "this bank calls nobody back")

    def fetch_statement(self, day: date) -> bytes:
        raise TemporaryError("no statement")

    def fetch_channel_file(self, day: date) -> bytes:
        raise TemporaryError("no channel file")

    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        return CardAnswer(
            outside_id=f"chk_{pan[-4:]}",
            phone_masked=f"{phone[:3]}****{phone[-4:]}",
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )

    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        number = next(self._cards)
        return CardAnswer(token=f"crd_{number}_{outside_id}", last4=outside_id[-4:], bank="招商银行", kind="debit")
