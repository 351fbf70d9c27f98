"""What the staged day comes to: matches and breaks, each by one statement over the whole set."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

# Each line of the statement with what stands against it. `nth`: the how-many-th line for the same movement.
_SEEN = """
WITH line AS (
    SELECT l.*, row_number() OVER (PARTITION BY instruction, kind ORDER BY day, at, bank_ref) AS nth
      FROM rec_line l WHERE src = 'statement'
), said AS (
    SELECT instruction, kind, max(status) AS status, count(*) AS times FROM rec_line
     WHERE src = 'file' AND instruction IS NOT NULL GROUP BY 1, 2
), seen AS (
    SELECT l.bank_ref, l.instruction, l.kind AS flow, l.amount, l.day, l.nth, l.by, l.ref, w.order_ref, w.direction,
           w.amount AS wanted, w.status, w.day AS ended, o.no, o.status AS order_status, o.customer,
           o.amount AS ordered, o.booked, f.status AS said,
           w.instruction IS NOT NULL AND o.order_ref IS NOT NULL
               AND (l.kind = 'debit') = (w.direction = 'in') AND l.kind IN ('debit', 'payout', 'return') AS ours,
           CASE WHEN w.status = 'SUCCEEDED' OR l.kind = 'return' THEN abs(l.day - w.day) ELSE 0 END AS apart,
           (l.kind = 'return') <= (w.status = 'RETURNED') AND w.status IN ('SUCCEEDED', 'RETURNED') AS done
      FROM line l LEFT JOIN rec_want w ON w.instruction = l.instruction
      LEFT JOIN rec_order o ON o.order_ref = w.order_ref
      LEFT JOIN said f ON f.instruction = l.instruction AND f.kind = l.kind
     WHERE l.day = %(day)s AND l.kind <> 'own'
)"""
_FITS = """ours AND done AND nth = 1 AND abs(amount) = wanted AND wanted = ordered AND said = 'SUCCEEDED'
       AND order_status IN ('SUCCEEDED', 'RETURNED') AND booked = ordered"""
MATCH = f"""{_SEEN}
INSERT INTO settlement_statementmatch (connector, bank_ref, instruction, order_ref, kind, amount, date, days_apart, by,
                                       matched_at)
SELECT %(connector)s, bank_ref, instruction, order_ref, flow, amount, day, apart, by, %(now)s FROM seen WHERE {_FITS}
ON CONFLICT (connector, bank_ref) DO NOTHING
"""
# What disagrees. '' waits for the day after, because a cut-off may lie between the sources.
BREAKS = f"""{_SEEN}, judged AS (
    SELECT CASE
             WHEN NOT ours THEN 'channel_only'
             WHEN nth > 1 THEN 'duplicate'
             WHEN abs(amount) <> wanted THEN 'amount_diff'
             WHEN NOT done AND direction = 'out' AND status = 'FAILED' THEN 'status_diff'
             WHEN {_FITS} THEN CASE WHEN apart > 1 THEN 'late' END
             WHEN %(closed)s THEN 'status_diff' ELSE '' END AS kind,
           'statement' AS source, flow, instruction, bank_ref, order_ref, no, customer, wanted AS expected,
           abs(amount) AS seen, booked IS NOT NULL AND order_status IN ('SUCCEEDED', 'RETURNED') AS booked, ended
      FROM seen
     WHERE ours OR bank_ref NOT IN (SELECT r.bank_ref FROM rec_line r JOIN settlement_break b ON b.id::text = r.ref
                                     WHERE b.how = 'return' AND b.suspended = abs(r.amount) AND r.src = 'statement')
    UNION ALL
    SELECT CASE WHEN f.status = 'FAILED' THEN 'status_diff' WHEN %(closed)s THEN 'ledger_only' ELSE '' END, 'books',
           m.flow, w.instruction, '', w.order_ref, o.no, o.customer, w.amount, 0,
           o.booked IS NOT NULL AND o.status IN ('SUCCEEDED', 'RETURNED'), w.day
      FROM rec_want w JOIN rec_order o ON o.order_ref = w.order_ref
     CROSS JOIN LATERAL (VALUES (CASE w.direction WHEN 'in' THEN 'debit' ELSE 'payout' END),
                                (CASE w.status WHEN 'RETURNED' THEN 'return' END)) AS m (flow)
      LEFT JOIN said f ON f.instruction = w.instruction AND f.kind = m.flow
     WHERE w.day = %(day)s AND w.status IN ('SUCCEEDED', 'RETURNED') AND m.flow IS NOT NULL
       AND NOT EXISTS (SELECT FROM line s WHERE s.instruction = w.instruction AND s.kind = m.flow)
    UNION ALL
    SELECT CASE WHEN w.instruction IS NULL THEN CASE WHEN %(closed)s THEN 'channel_only' ELSE '' END
                WHEN abs(f.amount) <> w.amount THEN 'amount_diff'
                WHEN f.status = 'FAILED' THEN 'status_diff' ELSE 'fee_diff' END,
           'file', f.kind, f.instruction, f.bank_ref, w.order_ref, o.no, o.customer,
           CASE WHEN w.instruction IS NOT NULL AND abs(f.amount) = w.amount AND f.status <> 'FAILED'
                THEN fee.due ELSE w.amount END,
           CASE WHEN w.instruction IS NOT NULL AND abs(f.amount) = w.amount AND f.status <> 'FAILED'
                THEN f.fee ELSE abs(f.amount) END, false, w.day
      FROM rec_line f
      LEFT JOIN rec_want w ON w.instruction = f.instruction
      LEFT JOIN rec_order o ON o.order_ref = w.order_ref
     CROSS JOIN LATERAL (SELECT coalesce((SELECT c.fixed + (abs(f.amount) * c.basis_points + 5000) / 10000
                                            FROM rec_fee c WHERE c.kind = f.kind), 0) AS due) fee
     WHERE f.src = 'file' AND f.day = %(day)s
       AND (   w.instruction IS NULL AND f.status = 'SUCCEEDED'
               AND NOT EXISTS (SELECT FROM line s WHERE s.bank_ref = f.bank_ref)
            OR w.instruction IS NOT NULL AND abs(f.amount) <> w.amount
               AND EXISTS (SELECT FROM line s WHERE s.instruction = f.instruction AND s.kind = f.kind
                              AND abs(s.amount) = w.amount)
            OR f.status = 'FAILED' AND w.status IN ('SUCCEEDED', 'RETURNED')
               AND EXISTS (SELECT FROM line s WHERE s.instruction = f.instruction AND s.kind = f.kind)
            OR w.instruction IS NOT NULL AND abs(f.amount) = w.amount AND f.status = 'SUCCEEDED' AND f.fee <> fee.due)
)
SELECT kind, source, flow, instruction, bank_ref, coalesce(order_ref, ''), coalesce(no, ''), customer, expected, seen,
       booked, ended
  FROM judged WHERE kind IS NOT NULL ORDER BY flow, bank_ref, instruction
"""


@dataclass(frozen=True)
class Judged:
    """One disagreement; `kind` '' waits. Amounts without sign, minor units."""

    kind: str
    source: str
    flow: str
    instruction: UUID | None
    bank_ref: str
    order_ref: str
    order_no: str
    customer_id: UUID | None
    expected: int | None
    seen: int
    booked: bool
    ended: date | None

    @property
    def subject(self) -> str:
        """What makes the break once: the movement, and of a second line for it the line."""
        name = self.bank_ref if self.instruction is None or self.kind == "duplicate" else str(self.instruction)
        return f"{self.kind}:{self.source}:{self.flow}:{name}"


def match(connector: str, day: date, *, now: datetime) -> int:
    """Write down every line of the day that all sides agree on; how many of them stand as matched now."""
    values: dict[str, Any] = {"connector": connector, "day": day, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(MATCH, values)
        cursor.execute(
            "SELECT count(*) FROM settlement_statementmatch WHERE connector = %(connector)s AND date = %(day)s", values
        )
        return int(cursor.fetchone()[0])


def disagreements(day: date, *, closed: bool) -> list[Judged]:
    """What does not fit. `closed`: the day after is in as well, so that nothing waits for it any more."""
    with connection.cursor() as cursor:
        cursor.execute(BREAKS, {"day": day, "closed": closed})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Judged(*row) for row in rows]


def arrived(connector: str, day: date) -> list[UUID]:
    """Open breaks about something missing whose movement stands matched on this day's statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id FROM settlement_break b JOIN settlement_statementmatch m"
            "    ON m.connector = b.connector AND m.instruction = b.instruction AND m.kind = b.flow"
            " WHERE b.status = 'OPEN' AND m.connector = %s AND m.date = %s AND (b.source = 'books'"
            "    OR b.kind = 'status_diff' AND b.suspense = '') ORDER BY b.opened_at, b.id",
            [connector, day],
        )
        return [row[0] for row in cursor.fetchall()]
