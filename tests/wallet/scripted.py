"""A bank, a biller and a lender in memory that do what the test says, behind the same door as real ones."""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from kefu.rails.connectors.base import (
    AccountAnswer,
    Answer,
    Bank,
    CallbackRefusedError,
    CardAnswer,
    Connector,
    HeardCallback,
    Order,
    Payee,
    PermanentError,
    TemporaryError,
)
from kefu.rails.messages.recall import RecallRequest

CODE = "246810"


class ScriptedHouse(Connector):
    """`outcome` is what becomes of new debits; `of` overrules it for one instruction. `down`: no answer."""

    outcome: ClassVar[str] = "SUCCEEDED"
    reason: ClassVar[str] = ""
    down: ClassVar[bool] = False
    of: ClassVar[dict[UUID, str]] = {}
    taken: ClassVar[dict[UUID, Order]] = {}

    def __init_subclass__(cls) -> None:
        """Each house has its own memory."""
        cls.of, cls.taken = {}, {}
    submissions: ClassVar[int] = 0

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
            acknowledged_at=self.acknowledged_at(outcome),
        )

    def acknowledged_at(self, outcome: str) -> datetime | None:
        """When the house took it on; a bank does not tell."""
        return None

    def read_callback(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> HeardCallback:
        raise CallbackRefusedError("forged", "this house calls nobody back")

    def fetch_statement(self, day: date) -> bytes:
        raise TemporaryError("no statement")

    def fetch_channel_file(self, day: date) -> bytes:
        raise TemporaryError("no channel file")


class ScriptedBank(ScriptedHouse, Bank):
    """Cards too, and recalls: `recall` is what it says to each, `recall_code` why it refuses; `recall_problem`: it takes
    none. `asked_back` are those it was sent, by their ids.
    """

    code = "sandbox"
    account = "SANDBOX-SAFEGUARDED-CNY"
    _cards = itertools.count(1000)
    recall: ClassVar[str] = "RECALL_PENDING"
    recall_code: ClassVar[str] = ""
    recall_problem: ClassVar[str] = ""
    asked_back: ClassVar[dict[str, list[RecallRequest]]] = {}

    @classmethod
    def reset(cls) -> None:
        super().reset()
        cls.recall, cls.recall_code, cls.recall_problem, cls.asked_back = "RECALL_PENDING", "", "", {}

    def fetch_status_report(self, day: date) -> bytes:
        raise TemporaryError("no status report")

    def send_recall(self, wanted: RecallRequest) -> bytes:
        if self.down:
            raise TemporaryError("down")
        if self.recall_problem:
            raise PermanentError(self.recall_problem)
        self.asked_back.setdefault(wanted.message_id, []).append(wanted)
        return b'{"status": "RECEIVED"}'

    def query_recall(self, wanted: RecallRequest) -> Answer:
        if self.down:
            raise TemporaryError("down")
        if wanted.message_id not in self.asked_back:
            return Answer(outcome="NOT_FOUND", raw=b"{}")
        return Answer(
            outcome=self.recall, raw=b"<Document/>", reason=self.recall_code, amount=wanted.amount, currency="CNY"
        )

    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        return CardAnswer(
            outside_id=f"chk_{pan[-4:]}",
            phone_masked=f"{phone[:3]}****{phone[-4:]}",
            expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        )

    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        number = next(self._cards)
        return CardAnswer(token=f"crd_{number}_{outside_id}", last4=outside_id[-4:], bank="招商银行", kind="debit")


class ScriptedBiller(ScriptedHouse, Payee):
    """Accounts as the test sets them: `bill` overrules what is answered, `unknown` are numbers without an account."""

    code = "biller"
    account = "SANDBOX-BILLER-CNY"
    bill: ClassVar[dict[str, Any]] = {}
    unknown: ClassVar[set[str]] = set()
    at: ClassVar[datetime | None] = None

    @classmethod
    def reset(cls) -> None:
        super().reset()
        cls.bill, cls.unknown, cls.at = {}, set(), None

    def acknowledged_at(self, outcome: str) -> datetime | None:
        return self.at if outcome in ("ACKNOWLEDGED", "SUCCEEDED", "RETURNED") else None

    def check_account(self, *, payee: str, number: str, token: str, at: datetime | None) -> AccountAnswer:
        if self.down:
            raise TemporaryError("down")
        if number in self.unknown:
            raise PermanentError("account_unknown")
        told = {
            "token": token or f"acc_{payee}_{number}",
            "kind": "electricity",
            "number_masked": f"{number[:2]}****{number[-4:]}" if number else "12****7890",
            "holder_masked": "林*",
            "currency": "CNY",
            "period": "2026-11",
            "amount_due": 128_50,
            "minimum": 128_50,
            "partial": False,
            "amounts": (),
            "due_on": date(2100, 1, 28),
            "cutoff": time(22, 0),
            "days": 0,
        }
        return AccountAnswer(**{**told, **self.bill})


class ScriptedLender(ScriptedBiller):
    """Credit cards and loans: less than all is taken."""

    code = "lender"
    account = "SANDBOX-LENDER-CNY"
