"""What banks' files say, in blocks for a reconciliation and one by one for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length

from kefu.core.refusal import NotFound
from kefu.rails import rules
from kefu.rails.models import Advice, BankStatement, BankStatementLine, ChannelFile, ChannelFileLine, RefusedFile

BLOCK = 10_000


@dataclass(frozen=True, kw_only=True)
class BankDay:
    """What a bank has given us for a day. `final`: both files are in and the bank's day was over in both."""

    day: date
    statement: UUID | None
    channel_file: UUID | None
    final: bool
    opening: int
    closing: int


def bank_day(connector: str, day: date) -> BankDay:
    """The newest statement and channel file of a day; amounts in minor units, 0 without a statement."""
    of_day = {"connector": connector, "date": day}
    statement = BankStatement.objects.filter(**of_day).defer("raw").order_by("-imported_at").first()
    file = ChannelFile.objects.filter(**of_day).defer("raw").order_by("-imported_at").first()
    return BankDay(
        day=day,
        statement=statement.id if statement else None,
        channel_file=file.id if file else None,
        final=bool(statement and file and statement.final and file.final),
        opening=statement.opening if statement else 0,
        closing=statement.closing if statement else 0,
    )


def of_file(file_id: UUID) -> tuple[str, date]:
    """The bank and the day of a statement or channel file. Refuses `core.thing.not_found`."""
    for model in (BankStatement, ChannelFile):
        found = model.objects.filter(pk=file_id).values_list("connector", "date").first()
        if found:
            return found
    raise NotFound()


def refs_shown(refs: Sequence[str], *, until: date) -> set[str]:
    """Those of the references that stand on a statement of a day up to `until`."""
    rows = BankStatementLine.objects.filter(instruction_ref__in=refs, statement__date__lte=until)
    return set(rows.values_list("instruction_ref", flat=True))


def has_statements(connector: str) -> bool:
    """Whether this bank has ever given a statement: one that never did holds none of our money."""
    return BankStatement.objects.filter(connector=connector).exists()


@dataclass(frozen=True, kw_only=True)
class RefusedFileView:
    """A file that was refused whole: the line and what is wrong with it."""

    id: UUID
    connector: str
    kind: str
    date: date
    line: int
    problem: str
    size: int
    received_at: datetime


def refused_files(*, limit: int = 20) -> list[RefusedFileView]:
    """The newest refused files."""
    rows = RefusedFile.objects.annotate(size=Length("raw")).defer("raw").order_by("-received_at")[:limit]
    return [
        RefusedFileView(
            id=row.id, connector=row.connector, kind=row.kind, date=row.date, line=row.line, problem=row.problem,
            size=row.size, received_at=row.received_at,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StrangeWord:
    """What a bank's file or message says that fits nothing of ours, or contradicts it; amount in minor units."""

    id: UUID
    connector: str
    verdict: str
    outcome: str
    named: str
    bank_ref: str
    amount: int | None
    received_at: datetime


def strange_words(*, limit: int = 20) -> list[StrangeWord]:
    """The newest words of banks about no payment of ours, and those of files and recalls that contradict what we
    know.
    """
    doubtful = Q(kind__in=(Advice.FILE, Advice.RECALL), verdict__in=(rules.CONTRADICTED, rules.MISMATCHED))
    rows = Advice.objects.select_related("instruction").filter(Q(verdict=rules.STRANGE) | doubtful)
    return [
        StrangeWord(
            id=row.id, connector=row.connector, verdict=row.verdict, outcome=row.outcome, bank_ref=row.bank_ref,
            named=row.instruction.order_ref if row.instruction else row.outside_id, amount=row.amount,
            received_at=row.received_at,
        )
        for row in rows.defer("raw").order_by("-received_at", "-id")[:limit]
    ]  # fmt: skip


# What a day of a bank concerns: the instructions that ended on it, and those that its files name.
_CONCERNED = """
    SELECT i.id FROM rails_instruction i
     WHERE i.connector = %(connector)s AND i.outcome_at >= %(start)s AND i.outcome_at < %(end)s
    UNION SELECT l.instruction_id FROM rails_bankstatementline l JOIN rails_bankstatement s ON s.id = l.statement_id
     WHERE s.connector = %(connector)s AND s.date = %(day)s AND l.instruction_id IS NOT NULL
    UNION SELECT l.instruction_id FROM rails_channelfileline l JOIN rails_channelfile f ON f.id = l.file_id
     WHERE f.connector = %(connector)s AND f.date = %(day)s AND l.instruction_id IS NOT NULL
"""
CONCERNED_COLUMNS = ("instruction", "order_ref", "direction", "amount", "status", "day")
_INSTRUCTIONS = f"""
SELECT i.id, i.order_ref, i.direction, i.amount, i.status, (i.outcome_at AT TIME ZONE 'Asia/Shanghai')::date
  FROM rails_instruction i WHERE i.id IN ({_CONCERNED})
"""
LINE_COLUMNS = (
    *("src", "bank_ref", "instruction", "ref", "kind", "amount", "fee", "status", "last4", "day", "number", "at"),
)
_LINES_OF = f"""
SELECT 'statement', l.bank_ref, l.instruction_id, l.instruction_ref, l.kind, l.amount, 0::bigint, 'SUCCEEDED', '',
       s.date, l.number, l.happened_at
  FROM rails_bankstatementline l JOIN rails_bankstatement s ON s.id = l.statement_id
 WHERE s.connector = %(connector)s AND (s.date = %(day)s OR l.instruction_id IN ({_CONCERNED}))
UNION ALL
SELECT 'file', l.bank_ref, l.instruction_id, l.instruction_ref, l.kind,
       CASE l.kind WHEN 'payout' THEN -l.amount ELSE l.amount END, l.fee, l.status, l.last4, f.date, l.number,
       l.happened_at
  FROM rails_channelfileline l JOIN rails_channelfile f ON f.id = l.file_id
 WHERE f.connector = %(connector)s AND (f.date = %(day)s OR l.instruction_id IN ({_CONCERNED}))
"""


def concerned_instructions(connector: str, day: date) -> Iterator[list[tuple[Any, ...]]]:
    """The instructions that a day of a bank concerns, as rows of `CONCERNED_COLUMNS`, in blocks."""
    return _blocks(_INSTRUCTIONS, connector, day)


def lines_concerned(connector: str, day: date) -> Iterator[list[tuple[Any, ...]]]:
    """The lines of both files of a day, and all lines of the instructions that it concerns (`LINE_COLUMNS`), in blocks.

    Amounts in minor units, out of the account negative.
    """
    return _blocks(_LINES_OF, connector, day)


def instructions_of_orders(order_refs: Sequence[str]) -> list[tuple[Any, ...]]:
    """The instructions of these orders as rows of `CONCERNED_COLUMNS`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.order_ref, i.direction, i.amount, i.status,"
            " (i.outcome_at AT TIME ZONE 'Asia/Shanghai')::date FROM rails_instruction i WHERE i.order_ref = ANY(%s)",
            [list(order_refs)],
        )
        return list(cursor.fetchall())


def _blocks(statement: str, connector: str, day: date) -> Iterator[list[tuple[Any, ...]]]:
    start = datetime.combine(day, time(), rules.BANK_ZONE)
    values: dict[str, Any] = {"connector": connector, "day": day, "start": start, "end": start + timedelta(days=1)}
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(BLOCK):
            yield rows


@dataclass(frozen=True, kw_only=True)
class BankRecord:
    """What a bank says it took from a card for us; `order_ref` '' when it names no instruction of ours."""

    connector: str
    bank_ref: str
    order_ref: str
    amount: int
    status: str
    last4: str
    happened_at: datetime


def find_records(*, amount: int, around: datetime, last4: str = "", bank_ref: str = "") -> list[BankRecord]:
    """Records of the channel files for exactly this amount (minor units) within a day of `around`, from a card that
    ends so or under the bank's own number, whichever is given, the nearest first. One query, by the index on amount and
    time.
    """
    day = timedelta(days=1)
    known = {name: given for name, given in (("last4", last4), ("bank_ref", bank_ref)) if given}
    rows = ChannelFileLine.objects.select_related("instruction").filter(
        amount=amount, kind="debit", happened_at__gte=around - day, happened_at__lte=around + day, **known
    )
    found = sorted(rows[:50], key=lambda row: abs(row.happened_at - around))
    return [
        BankRecord(
            connector=row.connector, bank_ref=row.bank_ref, amount=row.amount, status=row.status, last4=row.last4,
            order_ref=row.instruction.order_ref if row.instruction else "", happened_at=row.happened_at,
        )
        for row in found
    ]  # fmt: skip
