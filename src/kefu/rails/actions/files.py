"""What the banks' files have in common: kept when refused, read against what is known, written in bulk."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.bulk import insert_large
from kefu.core.ids import new_id
from kefu.rails import rules
from kefu.rails.models import BankStatement, ChannelFile, RefusedFile, StatusReport
from kefu.rails.statements import StatementUnreadableError

File = TypeVar("File", BankStatement, ChannelFile, StatusReport)
ADVICE_COLUMNS = (
    *("id", "connector", "kind", "outside_id", "nonce", "raw", "signature_ok", "verdict", "outcome"),
    *("instruction_id", "bank_ref", "reason", "amount", "currency", "happened_at", "received_at"),
)


class State(NamedTuple):
    """How an instruction stands; amount in minor units."""

    status: str
    direction: str
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Came:
    """A file as it came: from whom, of which bank, kind and day."""

    actor: Actor
    connector: str
    kind: str
    day: date
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one line says about an instruction; amount in minor units."""

    kind: str
    raw: bytes
    outcome: str
    instruction: UUID | None
    bank_ref: str
    amount: int
    happened_at: datetime


def digest_of(raw: bytes) -> str:
    """SHA-256 of a file: which one it is."""
    return hashlib.sha256(raw).hexdigest()


def keep_once(
    model: type[File], came: Came, *, digest: str, now: datetime, **fields: Any
) -> tuple[File, bool]:
    """Keep the bytes of a file that holds, once; its row (without the bytes), and whether it is new."""
    values = {"connector": came.connector, "date": came.day, "digest": digest}
    new = not model.objects.filter(**values).exists() and insert_large(
        model._meta.db_table, {"id": new_id(), **values, **fields, "raw": came.raw, "imported_at": now}
    )
    return model.objects.defer("raw").get(**values), new


def keep_refused(came: Came, wrong: StatementUnreadableError, *, now: datetime) -> None:
    """Keep the bytes of a file that is refused, once, with what is wrong. Commits although the refusal is raised."""
    digest = digest_of(came.raw)
    with transaction.atomic():
        row, new = RefusedFile.objects.get_or_create(
            connector=came.connector, kind=came.kind, date=came.day, digest=digest,
            defaults={
                "raw": came.raw, "line": wrong.line, "problem": wrong.problem, "given_by": came.actor.ref,
                "received_at": now,
            },
        )  # fmt: skip
        if new:
            audit.record(
                actor=came.actor, action="rails.refuse_file", subject=f"file:{row.id}", now=now,
                data={"connector": came.connector, "kind": came.kind, "date": came.day, "line": wrong.line},
            )  # fmt: skip


def known_refs(table: str, connector: str, refs: Sequence[str]) -> set[str]:
    """Those of a bank's references that stand in `table` already."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT bank_ref FROM {table} WHERE connector = %s AND bank_ref = ANY(%s)", [connector, list(refs)]
        )
        return {row[0] for row in cursor.fetchall()}


def states_of(ids: Iterable[UUID]) -> dict[UUID, State]:
    """How the named instructions stand; those that are none of ours are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, direction, amount, currency FROM rails_instruction WHERE id = ANY(%s)", [list(ids)]
        )
        return {row[0]: State(*row[1:]) for row in cursor.fetchall()}


def noted_advice(advice_id: UUID, connector: str, said: Said, *, now: datetime) -> tuple[object, ...]:
    """A row of `ADVICE_COLUMNS`: the bank says what we know already."""
    return (
        *(advice_id, connector, said.kind, "", "", said.raw, True, rules.NOTED, said.outcome),
        *(said.instruction, said.bank_ref, "", said.amount, "CNY", said.happened_at, now),
    )
