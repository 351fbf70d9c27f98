"""What must hold of the books at any instant, each invariant one query that returns what breaks it.

Needs no Django: any DB-API cursor does, so that the operator's command can look at any database. The caller
gives one snapshot.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from kefu.ledger.chart import CHART, PAIRS, STRIPED_FROM, STRIPES

SHOWN = 5
"""Of one broken invariant, at most so many cases are named."""


class Cursor(Protocol):
    """What both Django's and psycopg's cursors offer."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...

    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True)
class Invariant:
    """`query` yields a text for each case that breaks it."""

    name: str
    query: str


_ACCOUNTS = """
    SELECT a.id, min(a.code) AS code, min(a.owner) AS owner, min(a.currency) AS currency,
           sum(a.debits_pending) AS debits_pending, sum(a.debits_posted) AS debits_posted,
           sum(a.credits_pending) AS credits_pending, sum(a.credits_posted) AS credits_posted,
           bool_or(a.debits_must_not_exceed_credits) AS limited,
           bool_or(a.credits_must_not_exceed_debits) AS capped,
           bool_or(a.debits_stopped_at IS NOT NULL OR a.closed_at IS NOT NULL) AS ended,
           bool_or(a.closed_at IS NOT NULL) AS closed,
           count(*) AS rows, count(DISTINCT (a.code, a.owner, a.currency)) AS faces, min(a.stripe) AS lowest
      FROM ledger_account a GROUP BY a.id
"""

_SIDES = """
    SELECT e.debit AS account, e.posted AS debits_posted, e.pending AS debits_pending, 0 AS credits_posted,
           0 AS credits_pending, e.seq, e.journal FROM ledger_effect e
    UNION ALL
    SELECT e.credit, 0, 0, e.posted, e.pending, e.seq, e.journal FROM ledger_effect e
"""

_SUMS = """sum(s.debits_pending) AS debits_pending, sum(s.debits_posted) AS debits_posted,
           sum(s.credits_pending) AS credits_pending, sum(s.credits_posted) AS credits_posted"""


def _in(codes: list[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_SAFE = _in([k.code for k in CHART.values() if k.safe])
_OWED = _in([k.code for k in CHART.values() if k.owed])
_LIMITED = _in([k.code for k in CHART.values() if k.limited])
_CODES = _in(list(CHART))
_PAIRS = ", ".join(f"('{j}', '{d}', '{c}')" for j, pairs in PAIRS.items() for d, c in sorted(pairs))

INVARIANTS = (
    Invariant(
        "transfers have both accounts, in one currency",
        "SELECT 'transfer ' || t.id || ': accounts ' || t.debit || ' → ' || t.credit FROM ledger_transfer t"
        " LEFT JOIN ledger_account d ON d.id = t.debit AND d.stripe = 0"
        " LEFT JOIN ledger_account c ON c.id = t.credit AND c.stripe = 0"
        " WHERE d.id IS NULL OR c.id IS NULL OR d.currency <> c.currency OR t.debit = t.credit"
        " OR t.amount <= 0",
    ),
    Invariant(
        "debits equal credits per currency and journal",
        "SELECT a.currency || ' ' || s.journal || ': ' || sum(s.debits_posted - s.credits_posted)"
        f" FROM ({_SIDES}) s"
        " LEFT JOIN ledger_account a ON a.id = s.account AND a.stripe = 0 GROUP BY a.currency, s.journal"
        " HAVING sum(s.debits_posted) <> sum(s.credits_posted)"
        " OR sum(s.debits_pending) <> sum(s.credits_pending)",
    ),
    Invariant(
        "debits equal credits over all accounts of a currency",
        "SELECT a.currency || ': ' || sum(a.debits_posted - a.credits_posted)"
        f" FROM ({_ACCOUNTS}) a GROUP BY a.currency"
        " HAVING sum(a.debits_posted) <> sum(a.credits_posted)"
        " OR sum(a.debits_pending) <> sum(a.credits_pending)",
    ),
    Invariant(
        "the replay of the transfers gives the counters",
        f"""SELECT concat('account ', COALESCE(a.id, r.account), ': counters ',
                  concat_ws('/', a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted),
                  ', replay ',
                  concat_ws('/', r.debits_pending, r.debits_posted, r.credits_pending, r.credits_posted))
          FROM ({_ACCOUNTS}) a
          FULL JOIN (SELECT s.account, {_SUMS} FROM ({_SIDES}) s GROUP BY s.account) r ON r.account = a.id
         WHERE (COALESCE(a.debits_pending, 0), COALESCE(a.debits_posted, 0), COALESCE(a.credits_pending, 0),
                COALESCE(a.credits_posted, 0))
            <> (COALESCE(r.debits_pending, 0), COALESCE(r.debits_posted, 0), COALESCE(r.credits_pending, 0),
                COALESCE(r.credits_posted, 0))""",
    ),
    Invariant(
        "accounts are found by their owners",
        "SELECT 'account ' || COALESCE(a.id, o.account)"
        " FROM (SELECT * FROM ledger_account WHERE stripe = 0) a FULL JOIN ledger_owned o ON o.account = a.id"
        " WHERE (a.owner, a.code, a.currency) IS DISTINCT FROM (o.owner, o.code, o.currency)",
    ),
    Invariant(
        "every hold was placed by a transfer with the same fields",
        "SELECT 'hold ' || COALESCE(h.id, t.id) FROM ledger_hold h"
        " FULL JOIN (SELECT * FROM ledger_transfer WHERE kind = 'hold') t ON t.id = h.id"
        " WHERE h.id IS NULL OR t.id IS NULL OR (h.debit, h.credit, h.amount, h.expires_at)"
        " IS DISTINCT FROM (t.debit, t.credit, t.amount::bigint, t.expires_at)",
    ),
    Invariant(
        "every hold is resolved at most once, by the transfer that it names",
        """SELECT 'hold ' || COALESCE(h.id, t.hold_id) || ': ' || COALESCE(h.status, 'none')
            || ', resolved by ' || COALESCE(t.ends, 0) || ' transfers'
          FROM ledger_hold h
          FULL JOIN (SELECT hold_id, count(*) AS ends, min(id::text) AS id, min(kind) AS kind,
                            min(amount) AS amount, min(debit) AS debit, min(credit) AS credit
                       FROM ledger_transfer WHERE kind IN ('post_hold', 'void_hold', 'expire')
                      GROUP BY hold_id) t
            ON t.hold_id = h.id
         WHERE h.id IS NULL OR COALESCE(t.ends, 0) <> CASE h.status WHEN 'PENDING' THEN 0 ELSE 1 END
            OR h.resolved_by::text IS DISTINCT FROM t.id
            OR h.status <> 'PENDING' AND (
               h.status <> CASE t.kind WHEN 'post_hold' THEN 'POSTED' WHEN 'void_hold' THEN 'VOIDED'
                                       ELSE 'EXPIRED' END
               OR t.amount > h.amount OR t.kind <> 'post_hold' AND t.amount <> h.amount
               OR (t.debit, t.credit) <> (h.debit, h.credit))""",
    ),
    Invariant(
        "limits hold: no customer below zero, available at most booked",
        f"SELECT 'account ' || a.id || ' (' || a.code || ' ' || a.owner || ')' FROM ({_ACCOUNTS}) a"
        " WHERE a.debits_pending < 0 OR a.credits_pending < 0 OR a.debits_posted < 0 OR a.credits_posted < 0"
        " OR a.limited AND a.debits_posted + a.debits_pending > a.credits_posted"
        " OR a.capped AND a.credits_posted + a.credits_pending > a.debits_posted"
        " OR a.closed AND (a.debits_posted <> a.credits_posted OR a.debits_pending + a.credits_pending <> 0)",
    ),
    Invariant(
        # Striped accounts carry no limit of their own: whoever debits them goes by the balance, one after another.
        "no merchant is owed, or owes, less than nothing",
        f"SELECT 'account ' || a.id || ' (' || a.code || ' ' || a.owner || ')' FROM ({_ACCOUNTS}) a"
        " WHERE a.code = 'L30' AND a.credits_posted < a.debits_posted"
        " OR a.code = 'A30' AND a.debits_posted < a.credits_posted",
    ),
    Invariant(
        "accounts are as the chart has them",
        f"SELECT 'account ' || a.id || ' (' || a.code || ' ' || a.owner || ')' FROM ({_ACCOUNTS}) a"
        f" WHERE a.code NOT IN ({_CODES}) OR a.limited <> (a.code IN ({_LIMITED}))",
    ),
    Invariant(
        "stripes are whole and carry no limit",
        f"SELECT 'account ' || a.id || ': ' || a.rows || ' rows' FROM ({_ACCOUNTS}) a WHERE a.faces <> 1"
        f" OR a.lowest <> 0 OR a.rows <> CASE WHEN a.id >= {STRIPED_FROM} THEN {STRIPES} ELSE 1 END"
        f" OR a.id >= {STRIPED_FROM} AND (a.limited OR a.capped OR a.ended)",
    ),
    Invariant(
        "journals move money between the accounts that they may",
        "SELECT 'transfer ' || t.id || ': ' || t.journal || ' ' || d.code || ' → ' || c.code"
        " FROM ledger_transfer t"
        " JOIN ledger_account d ON d.id = t.debit AND d.stripe = 0"
        " JOIN ledger_account c ON c.id = t.credit AND c.stripe = 0"
        f" WHERE (t.journal, d.code, c.code) NOT IN ({_PAIRS})",
    ),
    Invariant(
        "corrections name a transfer that stands before them",
        "SELECT 'transfer ' || t.id || ' corrects ' || t.corrects FROM ledger_transfer t"
        " LEFT JOIN ledger_transfer o ON o.id = t.corrects"
        " WHERE t.corrects IS NOT NULL AND (o.id IS NULL OR o.id = t.id)",
    ),
    Invariant(
        "closed days equal the replay up to them",
        f"""SELECT 'account ' || d.account || ' on ' || d.day
          FROM (SELECT r.account, r.seq, sum(r.debits_pending) OVER w AS debits_pending,
                       sum(r.debits_posted) OVER w AS debits_posted,
                       sum(r.credits_pending) OVER w AS credits_pending,
                       sum(r.credits_posted) OVER w AS credits_posted
                  FROM (SELECT s.account, s.seq, {_SUMS} FROM ({_SIDES}) s
                         WHERE EXISTS (SELECT FROM ledger_balanceday) GROUP BY s.account, s.seq) r
                WINDOW w AS (PARTITION BY r.account ORDER BY r.seq)) x
         RIGHT JOIN ledger_balanceday d ON d.account = x.account AND d.through_seq = x.seq
         WHERE (d.debits_pending, d.debits_posted, d.credits_pending, d.credits_posted) IS DISTINCT FROM
               (x.debits_pending, x.debits_posted, x.credits_pending, x.credits_posted)""",
    ),
    Invariant(
        "safeguarded money covers what customers are owed",
        f"""SELECT concat(a.currency, ': ',
                         sum(a.debits_posted - a.credits_posted) FILTER (WHERE a.code IN ({_SAFE})),
                         ' safeguarded, ',
                         sum(a.credits_posted - a.debits_posted) FILTER (WHERE a.code IN ({_OWED})), ' owed')
          FROM ({_ACCOUNTS}) a WHERE a.code IN ({_SAFE}, {_OWED}) GROUP BY a.currency
        HAVING sum(a.debits_posted - a.credits_posted) < 0""",
    ),
)


def violations(cursor: Cursor) -> list[str]:
    """One line for each case that breaks an invariant (the first few of each)."""
    found = []
    for invariant in INVARIANTS:
        cursor.execute(f"SELECT v.text, count(*) OVER () FROM ({invariant.query}) AS v (text) LIMIT {SHOWN}")
        rows = cursor.fetchall()
        found += [f"{invariant.name}: {text}" for text, _count in rows]
        if rows and rows[0][1] > SHOWN:
            found.append(f"{invariant.name}: {rows[0][1] - SHOWN} more")
    return found


def size(cursor: Cursor) -> tuple[int, int]:
    """How many accounts and transfers the books hold."""
    cursor.execute("SELECT (SELECT count(DISTINCT id) FROM ledger_account), (SELECT count(*) FROM ledger_transfer)")
    accounts, transfers = cursor.fetchall()[0]
    return accounts, transfers


def safeguarding(cursor: Cursor, currency: str) -> tuple[int, int]:
    """Safeguarded money and what customers are owed, in minor units."""
    cursor.execute(
        f"SELECT COALESCE(sum(debits_posted - credits_posted) FILTER (WHERE code IN ({_SAFE})), 0)::bigint,"
        f" COALESCE(sum(credits_posted - debits_posted) FILTER (WHERE code IN ({_OWED})), 0)::bigint"
        " FROM ledger_account WHERE currency = %s",
        [currency],
    )
    resource, requirement = cursor.fetchall()[0]
    return resource, requirement
