"""Many clients at once on the same few wallets; afterwards what they were told is held against the books.

Transfers of one account get their `seq` under its lock, so the order of all `seq` is one in which everything
could have happened one by one: the auditor must accept every transfer in that order and end with the same
counters.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from kefu.cli.books.auditor import Asked, Auditor
from kefu.cli.books.comparison import ask_books, auditor_of, differences, open_town
from kefu.cli.books.workload import Batch, Workload

CLIENTS = 6
Told = tuple[Batch, str]
"""A batch and what its client was told: 'posted', 'exists' (a replay), or 'refused'."""


def crowd(*, seed: int, operations: int, wallets: int, now: datetime) -> tuple[int, list[str]]:
    """About `operations` transfers by CLIENTS at once; returns how many were sent and everything wrong."""
    town = open_town(wallets=wallets, now=now)
    auditor = auditor_of(town)
    sent: list[Batch] = []
    holds: list[Asked] = []
    share = operations // CLIENTS

    def client(number: int) -> tuple[list[Told], int]:
        draw = random.Random(seed * 1000 + number)
        try:
            return _work(Workload(town, draw, sent, holds), share, now)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=CLIENTS) as pool:
        worked = list(pool.map(client, range(CLIENTS)))
    told = [one for answers, _done in worked for one in answers]
    return sum(done for _answers, done in worked), [*_wrongly_told(told), *_replayed(auditor)]


def _work(workload: Workload, operations: int, now: datetime) -> tuple[list[Told], int]:
    told: list[Told] = []
    done = 0
    while done < operations:
        now += timedelta(seconds=workload.random.choice((0, 1, 20)))
        batch = workload.batch(now)
        done += len(batch)
        if workload.random.random() < 0.05:
            _give_up(batch, now)
            continue
        refused_at, code = ask_books(batch, now)
        told.append((batch, code if refused_at is None else "refused"))
        if code == "posted":
            workload.posted(batch)
    return told, done


def _give_up(batch: Batch, now: datetime) -> None:
    """A client that is killed before its commit."""
    with transaction.atomic():
        ask_books(batch, now)
        transaction.set_rollback(True)


def _stored() -> dict[UUID, tuple[datetime, Asked]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, debit, credit, amount, journal, order_ref, kind, hold_id, expires_at, corrects, case_ref,"
            " posted_at FROM ledger_transfer ORDER BY seq"
        )
        return {row[0]: (row[-1], Asked(*row[:-1])) for row in cursor.fetchall()}


def _wrongly_told(told: list[Told]) -> Iterator[str]:
    """Acknowledged but not (or differently) in the books; refused, yet there; or there without anybody told."""
    stored = _stored()
    acknowledged: set[UUID] = set()
    for batch, code in told:
        if code == "refused":
            continue
        for asked in batch:
            acknowledged.add(asked.id)
            found = stored.get(asked.id)
            if found is None or not _same(asked, found[1]):
                yield f"told {code}, but the books have {found} for {asked}"
    for id_, (_at, asked) in stored.items():
        if id_ not in acknowledged:
            yield f"in the books, but nobody was told: {asked}"


def _same(asked: Asked, stored: Asked) -> bool:
    """Equal, but for what `asked` leaves to its hold."""
    left = {name: getattr(stored, name) for name in ("debit", "credit", "amount") if getattr(asked, name) == 0}
    return replace(asked, **left) == stored


def _replayed(auditor: Auditor) -> Iterator[str]:
    for at, asked in _stored().values():
        answer = auditor.submit([asked], at)
        if answer != (None, "posted"):
            yield f"in the order of seq the auditor refuses {asked}: {answer[1]}"
    yield from differences(auditor)
