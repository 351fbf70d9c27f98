"""Every read of the books, as frozen dataclasses. Amounts are minor units; times aware UTC.

Only what has been posted is an entry; holds show in a balance as `held` and in `holds_of`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kefu.core.ids import descendants
from kefu.core.refusal import NotFound
from kefu.ledger import books
from kefu.ledger.chart import CHART, CREDIT
from kefu.ledger.days import day_bounds

BEYOND = 2**63 - 1


@dataclass(frozen=True)
class Balance:
    """posted = booked; held = reserved by pending holds; available = posted - held (what can be paid out)."""

    available: int
    held: int
    posted: int
    currency: str
    debits_stopped: bool


@dataclass(frozen=True)
class EntryView:
    """A posted transfer seen from one account: `amount` is signed, + raises its balance."""

    id: UUID
    seq: int
    journal: str
    amount: int
    balance_after: int
    counterparty: str
    counterparty_code: str
    order_ref: str
    happened_at: datetime
    posted_at: datetime
    corrects: UUID | None
    case_ref: str
    evidence_ref: str


@dataclass(frozen=True)
class TransferView:
    """A transfer of any kind as it was written, with whom its accounts belong to."""

    id: UUID
    seq: int
    kind: str
    journal: str
    debit: int
    credit: int
    debit_code: str
    debit_owner: str
    credit_code: str
    credit_owner: str
    amount: int
    currency: str
    order_ref: str
    happened_at: datetime
    posted_at: datetime
    expires_at: datetime | None
    hold_id: UUID | None
    corrects: UUID | None
    case_ref: str
    evidence_ref: str


@dataclass(frozen=True)
class HoldView:
    """A reservation out of an account and what became of it: PENDING, POSTED, VOIDED or EXPIRED."""

    id: UUID
    amount: int
    status: str
    expires_at: datetime | None
    resolved_by: UUID | None
    order_ref: str
    journal: str
    placed_at: datetime


@dataclass(frozen=True)
class StatementView:
    """The booked balance before the first day, its entries in order, and the balance after the last."""

    opening: int
    entries: tuple[EntryView, ...]
    closing: int
    currency: str


@dataclass(frozen=True)
class Safeguarding:
    """Safeguarded money (`resource`) against what customers are owed (`requirement`)."""

    resource: int
    requirement: int
    currency: str

    @property
    def excess(self) -> int:
        return self.resource - self.requirement


def _rows(statement: str, values: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def account(code: str, owner: str, currency: str = "CNY") -> int:
    """The id of an account that is open; refuses `core.thing.not_found`."""
    rows = _rows(
        "SELECT account FROM ledger_owned WHERE owner = %s AND code = %s AND currency = %s",
        [owner, code, currency],
    )
    if not rows:
        raise NotFound()
    return int(rows[0][0])


def balance(owner: str, *, code: str = "L10", currency: str = "CNY") -> Balance:
    """What `owner` has in account `code`, in its natural direction; refuses `core.thing.not_found`."""
    rows = _rows(
        "SELECT sum(a.credits_posted - a.debits_posted)::bigint, sum(a.debits_pending)::bigint,"
        " sum(a.credits_pending)::bigint, bool_or(a.debits_stopped_at IS NOT NULL)"
        " FROM ledger_owned o JOIN ledger_account a ON a.id = o.account"
        " WHERE o.owner = %s AND o.code = %s AND o.currency = %s HAVING count(*) > 0",
        [owner, code, currency],
    )
    if not rows:
        raise NotFound()
    net, debits_pending, credits_pending, stopped = rows[0]
    natural = CHART[code].side == CREDIT
    posted, held = (net, debits_pending) if natural else (-net, credits_pending)
    return Balance(posted - held, held, posted, currency, stopped)


def balances(owners: Sequence[str], *, code: str, currency: str = "CNY") -> dict[str, int]:
    """What each of `owners` has booked in its liability account `code`; an owner without one is left out."""
    rows = _rows(
        "SELECT o.owner, sum(a.credits_posted - a.debits_posted)::bigint FROM ledger_owned o"
        " JOIN ledger_account a ON a.id = o.account"
        " WHERE o.owner = ANY(%s) AND o.code = %s AND o.currency = %s GROUP BY o.owner",
        [list(owners), code, currency],
    )
    return {str(owner): int(net) for owner, net in rows}


_ENTRY = "t.id, t.seq, t.journal, t.amount, t.order_ref, t.happened_at, t.posted_at, t.corrects, t.case_ref,"
_ENTRY += " t.evidence_ref"

# Two ordered index scans of at most `limit` rows each, whatever the account's age.
_PAGE = f"""
SELECT p.id, p.seq, p.journal, p.sign * p.amount, p.order_ref, p.happened_at, p.posted_at, p.corrects,
       p.case_ref, p.evidence_ref, o.owner, o.code,
       (SELECT sum(a.credits_posted - a.debits_posted)::bigint FROM ledger_account a WHERE a.id = %(account)s)
  FROM ((SELECT {_ENTRY}, -1 AS sign, t.credit AS other FROM ledger_transfer t
          WHERE t.debit = %(account)s AND t.seq > %(after)s AND t.seq < %(before)s
            AND t.kind IN ('post', 'post_hold') ORDER BY t.seq DESC LIMIT %(limit)s)
        UNION ALL
        (SELECT {_ENTRY}, 1, t.debit FROM ledger_transfer t
          WHERE t.credit = %(account)s AND t.seq > %(after)s AND t.seq < %(before)s
            AND t.kind IN ('post', 'post_hold') ORDER BY t.seq DESC LIMIT %(limit)s)) p
  JOIN ledger_account o ON o.id = p.other AND o.stripe = 0
 ORDER BY p.seq DESC LIMIT %(limit)s
"""

# Credits minus debits of the account up to and excluding `before`: the last BalanceDay that lies wholly
# under it, and the transfers since.
_NET_BEFORE = """
WITH base AS (
    SELECT d.through_seq, d.credits_posted - d.debits_posted AS net FROM ledger_balanceday d
     WHERE d.account = %(account)s AND d.through_seq < %(before)s ORDER BY d.day DESC LIMIT 1
), start AS (
    SELECT COALESCE((SELECT through_seq FROM base), 0) AS seq, COALESCE((SELECT net FROM base), 0) AS net
)
SELECT (s.net
        + COALESCE((SELECT sum(t.amount) FROM ledger_transfer t WHERE t.credit = %(account)s AND t.seq > s.seq
                       AND t.seq < %(before)s AND t.kind IN ('post', 'post_hold')), 0)
        - COALESCE((SELECT sum(t.amount) FROM ledger_transfer t WHERE t.debit = %(account)s AND t.seq > s.seq
                       AND t.seq < %(before)s AND t.kind IN ('post', 'post_hold')), 0))::bigint
  FROM start s
"""


def _entries(rows: list[tuple[Any, ...]], net: int, sign: int) -> list[EntryView]:
    """`rows` newest first; `net` is credits minus debits after the newest of them."""
    found = []
    for row in rows:
        (
            id_,
            seq,
            journal,
            amount,
            order_ref,
            happened,
            posted,
            corrects,
            case_ref,
            evidence_ref,
            owner,
            code,
            _,
        ) = row
        found.append(
            EntryView(
                id=id_,
                seq=seq,
                journal=journal,
                amount=sign * amount,
                balance_after=sign * net,
                counterparty=owner,
                counterparty_code=code,
                order_ref=order_ref,
                happened_at=happened,
                posted_at=posted,
                corrects=corrects,
                case_ref=case_ref,
                evidence_ref=evidence_ref,
            )
        )
        net -= amount
    return found


def _sign(code: str) -> int:
    return 1 if CHART[code].side == CREDIT else -1


def entries(
    owner: str, *, limit: int = 50, before: int | None = None, code: str = "L10", currency: str = "CNY"
) -> list[EntryView]:
    """The newest posted entries of `owner`, newest first; `before`: the `seq` of the last one seen."""
    where = {
        "account": account(code, owner, currency),
        "after": 0,
        "before": before or BEYOND,
        "limit": limit,
    }
    rows = _rows(_PAGE, where)
    if not rows:
        return []
    # The newest page starts from the counters, read in the same snapshot; an older one from a closed day.
    net = rows[0][-1] if before is None else _rows(_NET_BEFORE, {**where, "before": rows[0][1] + 1})[0][0]
    return _entries(rows, net, _sign(code))


def statement(owner: str, *, first: date, last: date, code: str = "L10", currency: str = "CNY") -> StatementView:
    """The entries posted on the local days from `first` to `last`, with the balances around them."""
    account_id = account(code, owner, currency)
    low = _edge(account_id, first)
    high = _edge(account_id, last + timedelta(days=1))
    net = _rows(_NET_BEFORE, {"account": account_id, "before": high + 1})[0][0]
    where = {"account": account_id, "after": low, "before": high + 1, "limit": BEYOND}
    found = tuple(reversed(_entries(_rows(_PAGE, where), net, _sign(code))))
    closing = _sign(code) * net
    return StatementView(closing - sum(e.amount for e in found), found, closing, currency)


@dataclass(frozen=True)
class Period:
    """The booked balances around some days of an account, and between which positions its entries lie."""

    account: int
    code: str
    low: int
    high: int
    opening: int
    closing: int
    currency: str


def period(owner: str, *, first: date, last: date, code: str = "L10", currency: str = "CNY") -> Period:
    """The local days from `first` to `last`, for reading their entries page by page."""
    account_id = account(code, owner, currency)
    low, high = _edge(account_id, first), _edge(account_id, last + timedelta(days=1))
    opening, closing = (
        _sign(code) * int(_rows(_NET_BEFORE, {"account": account_id, "before": edge + 1})[0][0]) for edge in (low, high)
    )
    return Period(account_id, code, low, high, opening, closing, currency)


def period_entries(of: Period, *, after: EntryView | None = None, limit: int = 500) -> list[EntryView]:
    """The next entries of the period, the oldest first; `after` is the last one seen."""
    where = {"account": of.account, "after": after.seq if after else of.low, "before": of.high + 1, "limit": limit}
    rows = _rows(_PAGE.replace("DESC", "ASC"), where)
    sign = _sign(of.code)
    net = sign * (after.balance_after if after else of.opening) + sum(row[3] for row in rows)
    return list(reversed(_entries(list(reversed(rows)), net, sign)))


# The seq after which a day begins for an account: where the last closed day before it ended, and, while no
# later day is closed, the last transfer posted before the day.
_EDGE = """
WITH closed AS (
    SELECT COALESCE(max(d.through_seq) FILTER (WHERE d.day < %(day)s), 0) AS low,
           bool_or(d.day >= %(day)s) IS TRUE AS settled
      FROM ledger_balanceday d WHERE d.account = %(account)s
)
SELECT CASE WHEN c.settled THEN c.low ELSE GREATEST(
           c.low,
           (SELECT max(t.seq) FROM ledger_transfer t
             WHERE t.debit = %(account)s AND t.seq > c.low AND t.posted_at < %(start)s),
           (SELECT max(t.seq) FROM ledger_transfer t
             WHERE t.credit = %(account)s AND t.seq > c.low AND t.posted_at < %(start)s)) END
  FROM closed c
"""


def _edge(account_id: int, day: date) -> int:
    start = day_bounds(day)[0]
    return int(_rows(_EDGE, {"account": account_id, "day": day, "start": start})[0][0])


_TRANSFER = """
SELECT t.id, t.seq, t.kind, t.journal, t.debit, t.credit, d.code, d.owner, c.code, c.owner, t.amount,
       d.currency, t.order_ref, t.happened_at, t.posted_at, t.expires_at, t.hold_id, t.corrects, t.case_ref,
       t.evidence_ref
  FROM ledger_transfer t
  JOIN ledger_account d ON d.id = t.debit AND d.stripe = 0
  JOIN ledger_account c ON c.id = t.credit AND c.stripe = 0
 WHERE {} ORDER BY t.seq
"""


def _transfers(where: str, *values: object) -> tuple[TransferView, ...]:
    return tuple(TransferView(*row) for row in _rows(_TRANSFER.format(where), values))


def entry(transfer_id: UUID) -> TransferView:
    """One transfer; refuses `core.thing.not_found`."""
    found = _transfers("t.id = %s", transfer_id)
    if not found:
        raise NotFound()
    return found[0]


def transfers_of(order_id: UUID) -> tuple[TransferView, ...]:
    """All transfers of one order, holds and their ends included, in order: those whose ids descend from its own
    (`core.ids.descendant`), so that an index of their own, felt at every posting, is spared.
    """
    return _transfers("t.id BETWEEN %s AND %s", *descendants(order_id))


_HOLD = """
SELECT h.id, h.amount, h.status, h.expires_at, h.resolved_by, t.order_ref, t.journal, t.posted_at
  FROM ledger_hold h JOIN ledger_transfer t ON t.id = h.id WHERE {} ORDER BY t.seq
"""


def hold(hold_id: UUID) -> HoldView:
    """One hold and what became of it; refuses `core.thing.not_found`."""
    found = _rows(_HOLD.format("h.id = %s"), [hold_id])
    if not found:
        raise NotFound()
    return HoldView(*found[0])


def holds_of(owner: str, *, code: str = "L10", currency: str = "CNY") -> tuple[HoldView, ...]:
    """The pending holds on money of `owner`, oldest first."""
    where = "h.debit = %s AND h.status = 'PENDING'"
    return tuple(HoldView(*row) for row in _rows(_HOLD.format(where), [account(code, owner, currency)]))


def safeguarding(currency: str = "CNY") -> Safeguarding:
    """Safeguarded money against what customers are owed, from the counters of one snapshot."""
    with connection.cursor() as cursor:
        resource, requirement = books.safeguarding(cursor, currency)
    return Safeguarding(resource, requirement, currency)


def check_books() -> list[str]:
    """Every violated invariant of the books, one line each; empty when they hold. Reads one snapshot."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            return books.violations(cursor)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return books.violations(cursor)
