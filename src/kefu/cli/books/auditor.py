"""A second opinion on the books: the rules of posting, one transfer at a time, in plain Python and memory.

It shares no code with `kefu.ledger`: it was written from the documented rules, to be compared with what the
database does. A stranger to sets and locks, it simply goes through a batch and takes everything back when one
transfer is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

LARGEST = 10**13
ENDS = {"post_hold": "POSTED", "void_hold": "VOIDED", "expire": "EXPIRED"}


@dataclass
class AuditedAccount:
    """Four counters and what limits them."""

    currency: str
    limited: bool
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    stopped: bool = False
    closed: bool = False
    transit: bool = False

    @property
    def available(self) -> int:
        return self.credits_posted - self.debits_posted - self.debits_pending

    @property
    def counters(self) -> tuple[int, int, int, int]:
        return self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted


@dataclass(frozen=True)
class Asked:
    """A transfer as a client asks for it. 0 for debit, credit, amount: the hold's."""

    id: UUID
    debit: int
    credit: int
    amount: int
    journal: str
    order_ref: str
    kind: str = "post"
    hold_id: UUID | None = None
    expires_at: datetime | None = None
    corrects: UUID | None = None
    case_ref: str = ""


@dataclass
class AuditedHold:
    debit: int
    credit: int
    amount: int
    expires_at: datetime | None
    status: str = "PENDING"


@dataclass
class Auditor:
    """All accounts, transfers and holds. `submit` answers as `ledger_post` must."""

    accounts: dict[int, AuditedAccount] = field(default_factory=dict)
    transfers: dict[UUID, Asked] = field(default_factory=dict)
    holds: dict[UUID, AuditedHold] = field(default_factory=dict)

    def submit(self, batch: Sequence[Asked], now: datetime) -> tuple[int | None, str]:
        """(None, 'posted'), (None, 'exists') for a replay, or (index, code) with nothing changed."""
        if not 1 <= len(batch) <= 500:
            return 0, "batch_size"
        if all(self.transfers.get(asked.id) == self._complete(asked) for asked in batch):
            return None, "exists"
        takebacks: list[Callable[[], object]] = []
        for index, asked in enumerate(batch):
            code = self._refusal(asked, now)
            if code:
                for takeback in reversed(takebacks):
                    takeback()
                return index, code
            takebacks.append(self._apply(self._complete(asked)))
        return None, "posted"

    def _complete(self, asked: Asked) -> Asked:
        """With what is left to the hold filled in."""
        hold = self.holds.get(asked.hold_id) if asked.hold_id and asked.kind in ENDS else None
        if hold is None:
            return asked
        whole = asked.amount == 0 and asked.kind != "post_hold"
        return Asked(
            asked.id,
            asked.debit or hold.debit,
            asked.credit or hold.credit,
            hold.amount if whole else asked.amount,
            asked.journal,
            asked.order_ref,
            asked.kind,
            asked.hold_id,
            asked.expires_at,
            asked.corrects,
            asked.case_ref,
        )

    def _refusal(self, asked: Asked, now: datetime) -> str:
        full = self._complete(asked)
        if full.id in self.transfers:
            return "exists" if self.transfers[full.id] == full else "exists_with_different_fields"
        ends = full.kind in ENDS
        hold = self.holds.get(full.hold_id) if ends and full.hold_id else None
        if ends and hold is None and 0 in (full.debit, full.credit, full.amount):
            return "hold_missing"
        return self._account_refusal(full) or self._hold_refusal(full, hold, now) or self._corrects_refusal(full)

    def _account_refusal(self, full: Asked) -> str:
        debit, credit = self.accounts.get(full.debit), self.accounts.get(full.credit)
        if debit is None or credit is None:
            return "account_missing"
        if debit.currency != credit.currency:
            return "currency_differs"
        if full.debit == full.credit:
            return "same_account"
        if full.amount <= 0:
            return "amount_not_positive"
        if full.amount > LARGEST:
            return "amount_too_large"
        if debit.stopped and (full.kind in ("post", "hold") or (full.kind == "post_hold" and not credit.transit)):
            return "debits_stopped"
        if debit.closed or credit.closed:
            return "account_closed"
        if full.kind in ("post", "hold") and debit.limited and debit.available < full.amount:
            return "insufficient_funds"
        return ""

    def _hold_refusal(self, full: Asked, hold: AuditedHold | None, now: datetime) -> str:
        if full.kind not in ENDS:
            return ""
        if hold is None:
            return "hold_missing"
        if (full.debit, full.credit) != (hold.debit, hold.credit):
            return "hold_accounts_differ"
        if hold.status != "PENDING":
            return "hold_resolved"
        over = hold.expires_at is not None and hold.expires_at <= now
        if full.kind == "post_hold":
            return "hold_expired" if over else "hold_amount_exceeded" if full.amount > hold.amount else ""
        if full.kind == "expire" and not over:
            return "hold_not_due"
        return "" if full.amount == hold.amount else "hold_amount_differs"

    def _corrects_refusal(self, full: Asked) -> str:
        return "corrects_missing" if full.corrects and full.corrects not in self.transfers else ""

    def _apply(self, full: Asked) -> Callable[[], object]:
        """Write it; returns what takes it back."""
        self.transfers[full.id] = full
        if full.kind == "hold":
            self.holds[full.id] = AuditedHold(full.debit, full.credit, full.amount, full.expires_at)
        elif full.kind in ENDS:
            assert full.hold_id is not None
            self.holds[full.hold_id].status = ENDS[full.kind]
        self._move(full, +1)

        def takeback() -> None:
            self._move(full, -1)
            del self.transfers[full.id]
            if full.kind == "hold":
                del self.holds[full.id]
            elif full.kind in ENDS:
                assert full.hold_id is not None
                self.holds[full.hold_id].status = "PENDING"

        return takeback

    def _move(self, full: Asked, sign: int) -> None:
        debit, credit = self.accounts[full.debit], self.accounts[full.credit]
        if full.kind in ("post", "post_hold"):
            debit.debits_posted += sign * full.amount
            credit.credits_posted += sign * full.amount
        if full.kind == "hold":
            debit.debits_pending += sign * full.amount
            credit.credits_pending += sign * full.amount
        elif full.kind in ENDS:
            assert full.hold_id is not None
            reserved = self.holds[full.hold_id].amount
            debit.debits_pending -= sign * reserved
            credit.credits_pending -= sign * reserved
