"""Sends a workload to the books through their Python door and to the auditor, and lists where they differ."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from kefu.cli.books.auditor import Asked, AuditedAccount, Auditor
from kefu.cli.books.workload import Batch, Town, Workload
from kefu.ledger import actions, queries
from kefu.ledger.chart import CHART, HOUSE

HOUSE_USED = ("A10", "A11", "A20", "L20", "I11", "E13", "L40")


def open_town(*, wallets: int, now: datetime) -> Town:
    """Fresh wallets, the chart, and one wallet in a foreign currency."""
    actions.ensure_chart(now=now)

    def wallet(currency: str) -> int:
        return actions.open_account(code="L10", owner=f"customer:{uuid4()}", currency=currency, now=now)

    house = {code: queries.account(code, "") for code in HOUSE_USED}
    return Town([wallet("CNY") for _ in range(wallets)], house, wallet("USD"))


def auditor_of(town: Town) -> Auditor:
    """An auditor who knows the accounts of the town and their counters now."""
    auditor = Auditor()
    house = {queries.account(code, ""): code for code in HOUSE}
    for account in (*town.wallets, town.foreign, *house):
        code = house.get(account, "L10")
        currency = "USD" if account == town.foreign else "CNY"
        counters = stored_counters(account)
        auditor.accounts[account] = AuditedAccount(
            currency, CHART[code].limited, *counters, transit=code == "L20"
        )
    return auditor


def stored_counters(account: int) -> tuple[int, int, int, int]:
    """An account's four counters in the database, summed over its stripes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(debits_pending)::bigint, sum(debits_posted)::bigint, sum(credits_pending)::bigint,"
            " sum(credits_posted)::bigint FROM ledger_account WHERE id = %s",
            [account],
        )
        found: tuple[int, int, int, int] = cursor.fetchone()
    return found


def as_new(asked: Asked, now: datetime) -> actions.NewTransfer:
    """What the auditor was asked, in the words of the Python door."""
    return actions.NewTransfer(
        id=asked.id,
        debit=asked.debit,
        credit=asked.credit,
        amount=asked.amount,
        journal=asked.journal,
        order_ref=asked.order_ref,
        happened_at=now,
        kind=asked.kind,  # type: ignore[arg-type]
        hold_id=asked.hold_id,
        expires_at=asked.expires_at,
        corrects=asked.corrects,
        case_ref=asked.case_ref,
    )


def ask_books(batch: Batch, now: datetime) -> tuple[int | None, str]:
    """The books' answer, in the auditor's words."""
    answer = actions.post(transfers=[as_new(asked, now) for asked in batch], now=now)
    if isinstance(answer, actions.Refused):
        return answer.index, answer.code
    return None, "exists" if answer.replayed else "posted"


def differences(auditor: Auditor) -> Iterator[str]:
    """Where counters and holds in the database are not what the auditor has."""
    for account, audited in auditor.accounts.items():
        stored = stored_counters(account)
        if stored != audited.counters:
            yield f"account {account}: books {stored}, auditor {audited.counters}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM ledger_hold WHERE id = ANY(%s)", [list(auditor.holds)])
        stored_holds = dict(cursor.fetchall())
    for hold_id, hold in auditor.holds.items():
        if stored_holds.get(hold_id) != hold.status:
            yield f"hold {hold_id}: books {stored_holds.get(hold_id)}, auditor {hold.status}"


def compare(*, seed: int, operations: int, wallets: int, now: datetime) -> tuple[int, list[str]]:
    """Run about `operations` transfers on a fresh town; returns how many were sent and every difference."""
    draw = random.Random(seed)
    town = open_town(wallets=wallets, now=now)
    auditor = auditor_of(town)
    workload = Workload(town, draw)
    found: list[str] = []
    done = 0
    while done < operations and len(found) < 20:
        now += timedelta(seconds=draw.choice((0, 1, 20)))
        _stop_or_allow(auditor, town, draw, now)
        batch = workload.batch(now)
        done += len(batch)
        books, expected = ask_books(batch, now), auditor.submit(batch, now)
        if books[1] == "posted":
            workload.posted(batch)
        if books != expected:
            found.append(f"seed {seed}, transfer {done}: books {books}, auditor {expected}: {batch}")
    return done, [*found, *differences(auditor)]


def _stop_or_allow(auditor: Auditor, town: Town, draw: random.Random, now: datetime) -> None:
    stopped = [account for account in town.wallets if auditor.accounts[account].stopped]
    if stopped and draw.random() < 0.1:
        actions.allow_debits(account=stopped[0], now=now)
        auditor.accounts[stopped[0]].stopped = False
    elif draw.random() < 0.02:
        account = draw.choice(town.wallets)
        actions.stop_debits(account=account, now=now)
        auditor.accounts[account].stopped = True
