"""Reads of money outside, as frozen views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import F, Q

from kefu.core.refusal import NotFound
from kefu.rails import rules
from kefu.rails.arrival import Past, interval
from kefu.rails.models import AccountCheck, Advice, BankStatementLine, CardCheck, Instruction


@dataclass(frozen=True, kw_only=True)
class InstructionView:
    """An instruction to a bank; amount in minor units. `next_query_at` None: no more is asked by itself.

    `is_history`: it was entered long after its own time, and what follows from it belongs to that time.
    """

    id: UUID
    order_ref: str
    direction: str
    connector: str
    amount: int
    currency: str
    status: str
    bank_ref: str
    reason: str
    attempts: int
    asks: int
    next_query_at: datetime | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    outcome_at: datetime | None
    ladder_ended_at: datetime | None
    expected: tuple[datetime, datetime] | None
    is_history: bool


@dataclass(frozen=True, kw_only=True)
class AdviceView:
    """Something a bank told us. `outcome` '' means that nothing could be read from it."""

    id: UUID
    kind: str
    connector: str
    verdict: str
    outcome: str
    order_ref: str
    instruction: UUID | None
    bank_ref: str
    reason: str
    amount: int | None
    currency: str
    happened_at: datetime | None
    received_at: datetime
    is_history: bool


@dataclass(frozen=True, kw_only=True)
class CardCheckView:
    """Where the linking of a card stands; `reason` is the bank's word when REFUSED or a code was wrong."""

    id: UUID
    owner_ref: str
    connector: str
    status: str
    phone_masked: str
    holder: str
    token: str
    last4: str
    bank: str
    kind: str
    reason: str
    tries_left: int | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountCheckView:
    """What a biller or lender says of an account, in minor units. `status` ASKED, FOUND or REFUSED (`reason`)."""

    id: UUID
    owner_ref: str
    connector: str
    payee: str
    status: str
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
    due_on: date | None
    cutoff: time | None
    days: int
    reason: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SettledLine:
    """A movement on a bank statement that belongs to one of our instructions. `amount` without its sign."""

    line: int
    kind: str
    order_ref: str
    instruction: UUID
    advice: UUID | None
    amount: int
    happened_at: datetime


def see_instruction(row: Instruction) -> InstructionView:
    return InstructionView(
        id=row.id,
        order_ref=row.order_ref,
        direction=row.direction,
        connector=row.connector,
        amount=row.amount,
        currency=row.currency,
        status=row.status,
        bank_ref=row.bank_ref,
        reason=row.reason,
        attempts=row.attempts,
        asks=row.asks,
        next_query_at=row.next_query_at,
        sent_at=row.sent_at,
        acknowledged_at=row.acknowledged_at,
        outcome_at=row.outcome_at,
        ladder_ended_at=row.ladder_ended_at,
        expected=(row.expected_from, row.expected_to) if row.expected_from and row.expected_to else None,
        is_history=rules.is_history(row.happened_at, written_at=row.written_at),
    )


def see_advice(row: Advice) -> AdviceView:
    return AdviceView(
        id=row.id,
        kind=row.kind,
        connector=row.connector,
        verdict=row.verdict,
        outcome=row.outcome,
        order_ref=row.instruction.order_ref if row.instruction else "",
        instruction=row.instruction_id,
        bank_ref=row.bank_ref,
        reason=row.reason,
        amount=row.amount,
        currency=row.currency,
        happened_at=row.happened_at,
        received_at=row.received_at,
        is_history=rules.is_history(row.received_at, written_at=row.written_at),
    )


def see_card_check(row: CardCheck) -> CardCheckView:
    return CardCheckView(
        id=row.id,
        owner_ref=row.owner_ref,
        connector=row.connector,
        status=row.status,
        phone_masked=row.phone_masked,
        holder=row.holder,
        token=row.token,
        last4=row.last4,
        bank=row.bank,
        kind=row.kind,
        reason=row.reason,
        tries_left=row.tries_left,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def see_account_check(row: AccountCheck) -> AccountCheckView:
    values = {name: getattr(row, name) for name in AccountCheckView.__dataclass_fields__}
    return AccountCheckView(**{**values, "amounts": tuple(row.amounts)})


def advice(advice_id: UUID) -> AdviceView:
    """One piece of advice. Refuses `core.thing.not_found`."""
    row = Advice.objects.select_related("instruction").filter(pk=advice_id).first()
    if row is None:
        raise NotFound()
    return see_advice(row)


def advice_of(order_ref: str) -> list[AdviceView]:
    """All that a bank told us about an order, oldest first, refused callbacks that name it included."""
    rows = Advice.objects.select_related("instruction").filter(instruction__order_ref=order_ref)
    return [see_advice(row) for row in rows.order_by("received_at", "id")]


def instruction_of(order_ref: str) -> InstructionView | None:
    """The one instruction of an order, or None when it never went outside."""
    row = Instruction.objects.filter(order_ref=order_ref).first()
    return see_instruction(row) if row else None


REMEMBERED = 400
"""The newest instructions of a rail from which its arrival times are learned."""


def expected_arrival(*, connector: str, direction: str, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when an instruction made now is carried out, nine times of ten. None: too little is known yet.

    Refused and returned ones are left out: they say nothing of how long the money takes.
    """
    rows = Instruction.objects.filter(connector=connector, direction=direction, happened_at__lte=now)
    columns = ("happened_at", "status", "outcome_at", "expected_from", "expected_to")
    newest = rows.order_by("-happened_at").values_list(*columns)[:REMEMBERED]
    past = [_past(*row, now=now) for row in newest if row[1] not in (rules.FAILED, rules.RETURNED)]
    seconds = interval(past)
    return None if seconds is None else (now + timedelta(seconds=seconds[0]), now + timedelta(seconds=seconds[1]))


def _past(
    made: datetime, status: str, ended: datetime | None, start: datetime | None, end: datetime | None, *, now: datetime
) -> Past:
    def after(at: datetime) -> float:
        return max(0.0, (at - made).total_seconds())

    expected = (after(start), after(end)) if start and end else None
    took = after(ended) if ended is not None and status == rules.SUCCEEDED else None
    return Past(after(now), took, expected)


def settling_advice_of(order_ref: str) -> AdviceView | None:
    """The answer that settled the order's instruction last, or None while nothing is final."""
    rows = Advice.objects.select_related("instruction").filter(
        instruction__order_ref=order_ref, verdict="confirmed", outcome=F("instruction__status")
    )
    row = rows.order_by("-received_at", "-id").first()
    return see_advice(row) if row else None


def settled_order_refs(order_refs: Sequence[str]) -> set[str]:
    """Those of the orders whose instruction has a final outcome."""
    rows = Instruction.objects.filter(order_ref__in=order_refs, status__in=rules.FINAL)
    return set(rows.values_list("order_ref", flat=True))


def card_check(check_id: UUID) -> CardCheckView:
    """One linking of a card. Refuses `core.thing.not_found`."""
    row = CardCheck.objects.filter(pk=check_id).first()
    if row is None:
        raise NotFound()
    return see_card_check(row)


def account_check(check_id: UUID) -> AccountCheckView:
    """One question about an account. Refuses `core.thing.not_found`."""
    row = AccountCheck.objects.filter(pk=check_id).first()
    if row is None:
        raise NotFound()
    return see_account_check(row)


_WHOLE = Q(kind="debit", instruction__direction=rules.IN, amount=F("instruction__amount")) | Q(
    instruction__direction=rules.OUT
) & (Q(kind="payout", amount=-F("instruction__amount")) | Q(kind="return", amount=F("instruction__amount")))


def _lines(**which: object) -> list[SettledLine]:
    rows = BankStatementLine.objects.select_related("instruction").filter(_WHOLE, **which)
    return [
        SettledLine(
            line=row.number,
            kind=row.kind,
            order_ref=row.instruction.order_ref,
            instruction=row.instruction.id,
            advice=row.advice_id,
            amount=abs(row.amount),
            happened_at=row.happened_at,
        )
        for row in rows.order_by("statement__date", "number")
        if row.instruction is not None
    ]


def settled_lines(statement_id: UUID) -> list[SettledLine]:
    """The lines of a statement that belong to our instructions, for their whole amounts."""
    return _lines(statement_id=statement_id)


def statement_lines_of(order_ref: str) -> list[SettledLine]:
    """The lines of bank statements on which the order's money stands, for its whole amount: at most one of a kind."""
    return _lines(instruction__order_ref=order_ref)


def unmatched_lines(statement_id: UUID) -> list[int]:
    """The numbers of the lines that belong to no instruction of ours."""
    rows = BankStatementLine.objects.filter(statement_id=statement_id, instruction__isnull=True)
    return list(rows.order_by("number").values_list("number", flat=True))
