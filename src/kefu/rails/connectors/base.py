"""What every connector offers, what a bank and a payee offer beyond it, and the two ways in which they fail."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from kefu.rails.messages.recall import RecallRequest


class TemporaryError(Exception):
    """The bank did not answer, or said that it cannot now: nothing is known, ask again later."""

    def __init__(self, problem: str, raw: bytes = b"") -> None:
        super().__init__(problem)
        self.problem = problem
        self.raw = raw


class PermanentError(Exception):
    """The bank refused the request as it is; `code` is the bank's word for why."""

    def __init__(self, code: str, raw: bytes = b"", *, tries_left: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.raw = raw
        self.tries_left = tries_left


class CallbackRefusedError(Exception):
    """Not the bank's word: `verdict` is one of `rules.REFUSED_CALLBACKS`."""

    def __init__(self, verdict: str, problem: str) -> None:
        super().__init__(problem)
        self.verdict = verdict
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Order:
    """A debit (`direction` in) or payout (out) as the bank is asked for it. `happened_at` is set for history only; else
    the bank dates it.
    """

    instruction: UUID
    direction: str
    instrument_token: str
    amount: int
    currency: str
    happened_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the bank says about an instruction, with its words as they came."""

    outcome: str
    raw: bytes
    bank_ref: str = ""
    reason: str = ""
    amount: int | None = None
    currency: str = ""
    happened_at: datetime | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class HeardCallback:
    """A callback whose signature holds. `instruction` is what it names, ours or not; None: unreadable."""

    nonce: str
    event: str
    instruction: str | None
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class CardAnswer:
    """What came of one step of linking a card."""

    outside_id: str = ""
    phone_masked: str = ""
    expires_at: datetime | None = None
    token: str = ""
    last4: str = ""
    bank: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountAnswer:
    """An account at a biller or lender and what is owed on it now; amounts in minor units, `cutoff` a local time.

    `amounts`: only these are taken; `partial`: less than what is due is taken too; `days`: bookings take so long even
    before the cut-off.
    """

    token: str
    kind: str
    number_masked: str
    holder_masked: str
    currency: str
    period: str
    amount_due: int
    minimum: int
    partial: bool
    amounts: tuple[int, ...]
    due_on: date
    cutoff: time
    days: int


class Connector(ABC):
    """One house outside: a bank, a biller, a lender.

    Methods with network raise `TemporaryError` or `PermanentError`; none blocks for long.
    `account`: how its statement names our safeguarded account. `shown`: what people call it.
    """

    code: str
    shown: ClassVar[Any] = ""
    account: str = ""

    @abstractmethod
    def submit(self, order: Order) -> Answer:
        """Send the instruction; again is safe. The answer is no proof: a question must confirm it."""

    @abstractmethod
    def query(self, instruction: UUID, *, direction: str) -> Answer:
        """Ask what became of the instruction."""

    @abstractmethod
    def read_callback(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> HeardCallback:
        """Judge and read what claims to come from the bank, offline. Raises `CallbackRefusedError`."""

    @abstractmethod
    def fetch_statement(self, day: date) -> bytes:
        """The bank's statement of `day` (camt.053), as it comes."""

    @abstractmethod
    def fetch_channel_file(self, day: date) -> bytes:
        """What the bank carried out for us on `day` (CSV), as it comes."""


class Bank(Connector):
    """A house that links cards, reports on payments and can be asked for one back."""

    @abstractmethod
    def fetch_status_report(self, day: date) -> bytes:
        """What the bank says of the payouts that had an outcome on `day` (pacs.002), as it comes."""

    @abstractmethod
    def send_recall(self, wanted: RecallRequest) -> bytes:
        """Ask for a payment back (camt.056); again is safe. What the bank acknowledges with: its answer comes later."""

    @abstractmethod
    def query_recall(self, wanted: RecallRequest) -> Answer:
        """What the bank says to it so far (camt.029): an outcome of `rules.RECALL_WORDS`, or NOT_FOUND."""

    @abstractmethod
    def open_card_check(self, *, pan: str, holder: str, phone: str) -> CardAnswer:
        """Have the bank send a code to the phone that it knows of the card's holder."""

    @abstractmethod
    def confirm_card_check(self, *, outside_id: str, code: str) -> CardAnswer:
        """The card's token for the right code."""


class Payee(Connector):
    """A house that is paid for customers: it knows accounts, and acknowledges a payment before it posts it."""

    @abstractmethod
    def check_account(self, *, payee: str, number: str, token: str, at: datetime | None) -> AccountAnswer:
        """The account by its number, or by the token given before. `at` is set for history only."""
