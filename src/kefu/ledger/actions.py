"""Every write to the books. A posting that is refused answers so and raises nothing: the caller's transaction
lives on.

Call `post` once in an action's transaction, and late: it holds its accounts until the commit, and two calls
lock in an order that is not global. PostgreSQL ends the deadlock that can follow with an error in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kefu.core.ids import descendant
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger.chart import CHART, HOUSE, STRIPED_FROM, STRIPES, Journal
from kefu.ledger.days import day_bounds, local_day
from kefu.ledger.queries import account as account_of
from kefu.ledger.queries import safeguarding

Kind = Literal["post", "hold", "post_hold", "void_hold", "expire"]

RESOLVING = ("post_hold", "void_hold", "expire")
BIGINT = 2**63 - 1
DAILY = UUID("6b1c3f0e-6c1d-4a8e-9d57-2f1f5c0c6a10")
SETTLING = timedelta(minutes=5)
"""How long after midnight a day is closed: longer than any posting takes to commit."""


class AccountNotEmpty(Refusal):
    code = "ledger.account.not_empty"
    text = _("账户里还有余额或未完成的款项，暂时不能关闭。没有任何款项变动，请先处理完再试。")
    operator = "account %(account)s has a balance or pending holds and cannot be closed"


@dataclass(frozen=True)
class NewTransfer:
    """A transfer to post. The caller makes `id` before sending and keeps it over retries.

    `amount` is in minor units, `happened_at` aware UTC. A post_hold, void_hold or expire names its `hold_id`;
    its debit and credit may be 0 (the hold's own). void_hold and expire release the whole hold: amount 0, or
    the hold's. post_hold takes `amount` of it, the rest is released. `expires_at` is for holds alone.
    """

    id: UUID
    debit: int
    credit: int
    amount: int
    journal: Journal | str
    order_ref: str
    happened_at: datetime
    kind: Kind = "post"
    hold_id: UUID | None = None
    expires_at: datetime | None = None
    corrects: UUID | None = None
    case_ref: str = ""
    evidence_ref: str = ""

    def __post_init__(self) -> None:
        if (self.hold_id is not None) != (self.kind in RESOLVING):
            raise ValueError(f"a {self.kind} transfer and hold_id={self.hold_id} do not go together")
        if self.expires_at is not None and self.kind != "hold":
            raise ValueError(f"a {self.kind} transfer does not expire")
        object.__setattr__(self, "journal", Journal(self.journal))


@dataclass(frozen=True)
class Posted:
    """All were posted: now, or (`replayed`) by an earlier call with the same ids and fields."""

    ids: tuple[UUID, ...]
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Refused:
    """Nothing was posted: `code` (of `codes.py`) is why the transfer at `index` (from 0) could not be."""

    index: int
    code: str


_POST = """
SELECT refused_at, code FROM ledger_post(%s::timestamptz, %s::uuid[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::uuid[], %s::timestamptz[],
    %s::uuid[], %s::text[], %s::text[])
"""

_POST_ONE = """
SELECT ledger_post(%s::timestamptz, %s::uuid, %s::bigint, %s::bigint, %s::bigint, %s::text, %s::text,
    %s::timestamptz, %s::text, %s::text)
"""


def post(*, transfers: Sequence[NewTransfer], now: datetime) -> Posted | Refused:
    """Post 1 to 500 transfers, holds included: all of them or none, in one round trip.

    They are judged as a sequence: an earlier credit funds a later debit, a later one funds no earlier one.
    """
    ids = tuple(t.id for t in transfers)
    with connection.cursor() as cursor:
        if len(transfers) == 1 and transfers[0].kind == "post" and transfers[0].corrects is None:
            cursor.execute(_POST_ONE, _one(transfers[0], now))
            code = cursor.fetchone()[0]
            refused_at = None if code in ("posted", "exists") else 0
        else:
            cursor.execute(_POST, _columns(transfers, now))
            refused_at, code = cursor.fetchone()
    if refused_at is not None:
        return Refused(refused_at, code)
    return Posted(ids, replayed=code == "exists")


def _fitting(amount: int) -> int:
    """An amount that the database's integer can carry; what is too large or negative stays so."""
    return max(-1, min(amount, BIGINT))


def _one(t: NewTransfer, now: datetime) -> list[Any]:
    amount, journal = _fitting(t.amount), str(t.journal)
    return [
        *(now, t.id, t.debit, t.credit, amount, journal),
        *(t.order_ref, t.happened_at, t.case_ref, t.evidence_ref),
    ]


def _columns(transfers: Sequence[NewTransfer], now: datetime) -> list[Any]:
    """One array a field; nothing instead of an array of which no transfer has a value."""

    def given(values: list[Any]) -> list[Any] | None:
        return values if any(values) else None

    kinds = [t.kind for t in transfers]
    return [
        now,
        [t.id for t in transfers],
        [t.debit for t in transfers],
        [t.credit for t in transfers],
        [_fitting(t.amount) for t in transfers],
        [str(t.journal) for t in transfers],
        [t.order_ref for t in transfers],
        [t.happened_at for t in transfers],
        None if all(kind == "post" for kind in kinds) else kinds,
        given([t.hold_id for t in transfers]),
        given([t.expires_at for t in transfers]),
        given([t.corrects for t in transfers]),
        given([t.case_ref for t in transfers]),
        given([t.evidence_ref for t in transfers]),
    ]


OPENING = """
WITH new AS (
    INSERT INTO ledger_owned (account, owner, code, currency) VALUES (nextval(%s::regclass), %s, %s, %s)
    ON CONFLICT (owner, code, currency) DO NOTHING RETURNING account, owner, code, currency
)
INSERT INTO ledger_account (id, stripe, code, owner, currency, debits_must_not_exceed_credits,
                            credits_must_not_exceed_debits, opened_at)
SELECT new.account, s.stripe, new.code, new.owner, new.currency, %s, false, %s
  FROM new, generate_series(0, %s) AS s (stripe) ORDER BY s.stripe
"""


def open_account(*, code: str, owner: str, currency: str = "CNY", now: datetime) -> int:
    """The account `code` of `owner` ('customer:<uuid>', or '' for the house), opened if it is not yet.

    Two at once get the same account.
    """
    kind = CHART[code]
    if kind.owned != bool(owner):
        belongs = "an owner" if kind.owned else "the house"
        raise ValueError(f"account {code} belongs to {belongs}, not to {owner!r}")
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise ValueError(f"currency {currency!r} is not a code of three capitals")
    try:
        return account_of(code, owner, currency)
    except NotFound:
        pass
    last = STRIPES - 1 if kind.striped else 0
    sequence = "striped" if kind.striped else "customer" if kind.owned else "house"
    with connection.cursor() as cursor:
        cursor.execute(
            OPENING,
            [f"ledger_{sequence}_account", owner, code, currency, kind.limited, now, last],
        )
    return account_of(code, owner, currency)


def ensure_chart(*, currency: str = "CNY", now: datetime) -> None:
    """Open every house account of the chart. Safe to repeat."""
    for code in HOUSE:
        open_account(code=code, owner="", currency=currency, now=now)


def _set_stop(account: int, value: datetime | None) -> None:
    if account >= STRIPED_FROM:
        raise ValueError(f"account {account} is striped: it carries no limit and cannot be stopped")
    with connection.cursor() as cursor:
        # Waits for the postings that hold the row; those that come after wait for us and then see the stop.
        cursor.execute(
            "UPDATE ledger_account SET debits_stopped_at ="
            " CASE WHEN %s::timestamptz IS NOT NULL THEN COALESCE(debits_stopped_at, %s) END WHERE id = %s",
            [value, value, account],
        )
        if cursor.rowcount != 1:
            raise NotFound()


def stop_debits(*, account: int, now: datetime) -> None:
    """From the commit on no post, hold or post_hold out of `account` commits; money can still come in.

    Holds that stand keep standing: they can be voided, and posted again after `allow_debits`.
    """
    _set_stop(account, now)


def allow_debits(*, account: int, now: datetime) -> None:
    """Lift the stop."""
    del now
    _set_stop(account, None)


def close_account(*, account: int, now: datetime) -> None:
    """Close an account that is empty and has no pending holds; else refuses `ledger.account.not_empty`."""
    if account >= STRIPED_FROM:
        raise ValueError(f"account {account} is striped and cannot be closed")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET closed_at = COALESCE(closed_at, %s) WHERE id = %s"
            " AND debits_posted = credits_posted AND debits_pending = 0 AND credits_pending = 0",
            [now, account],
        )
        if cursor.rowcount != 1:
            raise AccountNotEmpty(account=account)


def expire_due(*, now: datetime, limit: int = 100) -> int:
    """Release holds whose time has come; returns how many. Safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.id, t.journal, t.order_ref FROM ledger_hold h JOIN ledger_transfer t ON t.id = h.id"
            " WHERE h.status = 'PENDING' AND h.expires_at <= %s ORDER BY h.expires_at LIMIT %s",
            [now, limit],
        )
        due = cursor.fetchall()
    expired = 0
    for hold_id, journal, order_ref in due:
        transfer = NewTransfer(
            id=descendant(hold_id, "expire"),
            debit=0,
            credit=0,
            amount=0,
            journal=journal,
            order_ref=order_ref,
            happened_at=now,
            kind="expire",
            hold_id=hold_id,
        )
        # Refused when somebody resolved the hold meanwhile: then there is nothing left to expire.
        expired += isinstance(post(transfers=[transfer], now=now), Posted)
    return expired


def close_day(*, day: date, now: datetime) -> int:
    """Write the BalanceDay of every account that moved on a local day that is over; returns how many.

    A transfer that came too late for its day counts in the account's next one. Safe to repeat.
    """
    start, end = day_bounds(day)
    if now < end + SETTLING:
        raise ValueError(f"{day} is not over yet")
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_DAY, {"day": day, "start": start, "end": end})
        return int(cursor.rowcount)


def close_days(*, now: datetime, most: int = 40) -> int:
    """Close, in order, the local days since the last closed one that are over; returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM ledger_balanceday")
        last = cursor.fetchone()[0]
    over = local_day(now - SETTLING)
    day = max(last + timedelta(days=1), over - timedelta(days=most)) if last else over - timedelta(days=most)
    written = 0
    while day < over:
        written += close_day(day=day, now=now)
        day += timedelta(days=1)
    return written


# One pass over the table, once a night: an index by time would cost every posting more.
_CLOSE_DAY = """
WITH moved AS (
    SELECT m.account, max(m.seq) AS through_seq
      FROM (SELECT v.account, t.seq FROM ledger_transfer t, LATERAL (VALUES (t.debit), (t.credit)) v (account)
             WHERE t.posted_at >= %(start)s AND t.posted_at < %(end)s) m
     GROUP BY m.account
), known AS (
    SELECT m.account, m.through_seq, COALESCE(b.through_seq, 0) AS from_seq,
           COALESCE(b.debits_pending, 0) AS debits_pending, COALESCE(b.debits_posted, 0) AS debits_posted,
           COALESCE(b.credits_pending, 0) AS credits_pending, COALESCE(b.credits_posted, 0) AS credits_posted
      FROM moved m
      LEFT JOIN LATERAL (SELECT * FROM ledger_balanceday d WHERE d.account = m.account AND d.day < %(day)s
                          ORDER BY d.day DESC LIMIT 1) b ON true
     WHERE m.through_seq > COALESCE(b.through_seq, 0)
)
INSERT INTO ledger_balanceday (account, day, through_seq, debits_pending, debits_posted, credits_pending,
                               credits_posted)
SELECT k.account, %(day)s, k.through_seq, k.debits_pending + o.pending, k.debits_posted + o.posted,
       k.credits_pending + i.pending, k.credits_posted + i.posted
  FROM known k,
       LATERAL (SELECT COALESCE(sum(e.pending), 0) AS pending, COALESCE(sum(e.posted), 0) AS posted
                  FROM ledger_effect e
                 WHERE e.debit = k.account AND e.seq > k.from_seq AND e.seq <= k.through_seq) o,
       LATERAL (SELECT COALESCE(sum(e.pending), 0) AS pending, COALESCE(sum(e.posted), 0) AS posted
                  FROM ledger_effect e
                 WHERE e.credit = k.account AND e.seq > k.from_seq AND e.seq <= k.through_seq) i
ON CONFLICT (account, day) DO NOTHING
"""


def sweep_excess(*, day: date, now: datetime, currency: str = "CNY") -> Posted | Refused | None:
    """Move to our own bank what is safeguarded beyond what customers are owed (earned fees), once a `day`.

    None when there is nothing to move. A shortage moves nothing: `check_books` reports it.
    """
    covered = safeguarding(currency)
    if covered.excess <= 0:
        return None
    transfer = NewTransfer(
        id=uuid5(DAILY, f"sweep:{currency}:{day.isoformat()}"),
        debit=account_of("A11", "", currency),
        credit=account_of("A10", "", currency),
        amount=covered.excess,
        journal=Journal.SWEEP_LEG,
        order_ref=f"daily:{day.isoformat()}",
        happened_at=now,
    )
    return post(transfers=[transfer], now=now)
