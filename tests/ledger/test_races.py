"""Clients at the same moment: shown to go wrong on a copy of the function without its locks, then closed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import RaiseException
from tests.ledger.conftest import write_accounts
from tests.ledger.test_refusals import SQL

from kefu.ledger import actions, books

NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
LOCK = "FOR NO KEY UPDATE"
A20, I11 = 2_000_000_000_700, 2_000_000_000_701

Answer = tuple[int | None, str]


class Client:
    """A connection of its own, whose calls run in a thread so that a test can see them wait."""

    def __init__(self, dsn: str, function: str = "ledger_post", *, autocommit: bool = False) -> None:
        self.connection = psycopg.connect(dsn, autocommit=autocommit)
        self.function = function
        self.thread = ThreadPoolExecutor(max_workers=1)

    def post(self, *legs: tuple[int, int, int], ids: list[UUID] | None = None, journal: str = "TRANSFER") -> Answer:
        """Plain transfers (debit, credit, amount): one alone by the short form, else by the batch form."""
        ids = ids or [uuid4() for _ in legs]
        if len(legs) == 1 and self.function == "ledger_post":
            one = self.connection.execute(
                "SELECT ledger_post(%s, %s, %s, %s, %s, %s, 'order:1', %s)",
                [NOW, ids[0], *legs[0], journal, NOW],
            ).fetchone()
            assert one is not None
            return None if one[0] in ("posted", "exists") else 0, one[0]
        debits, credits, amounts = (list(column) for column in zip(*legs, strict=True))
        count = len(legs)
        row = self.connection.execute(
            f"SELECT refused_at, code FROM {self.function}(%s, %s::uuid[], %s::bigint[], %s::bigint[],"
            " %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])",
            [NOW, ids, debits, credits, amounts, [journal] * count, ["order:1"] * count, [NOW] * count],
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def resolve(self, kind: str, hold: UUID, *, legs: tuple[int, int] = (0, 0), amount: int = 0) -> Answer:
        """One transfer of `kind`: the hold itself, or one of its ends."""
        row = self.connection.execute(
            f"SELECT refused_at, code FROM {self.function}(%s, ARRAY[%s]::uuid[], ARRAY[%s]::bigint[],"
            " ARRAY[%s]::bigint[], ARRAY[%s]::bigint[], ARRAY['FEE'], ARRAY['order:1'],"
            " ARRAY[%s]::timestamptz[], ARRAY[%s], ARRAY[%s]::uuid[])",
            [NOW, hold if kind == "hold" else uuid4(), *legs, amount, NOW, kind, hold],
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def start(self, call: Callable[[], Answer]) -> Future[Answer]:
        return self.thread.submit(call)

    def close(self) -> None:
        self.thread.shutdown()
        self.connection.close()


@dataclass
class Scene:
    """A committed clone with two wallets of 100, two empty ones, and the chart."""

    owner: psycopg.Connection
    dsn: str
    wallets: tuple[int, int, int, int]
    clients: list[Client]

    def client(self, function: str = "ledger_post") -> Client:
        made = Client(self.dsn, function)
        self.clients.append(made)
        return made

    def value(self, statement: str) -> object:
        row = self.owner.execute(statement).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]

    def available(self, account: int) -> int:
        found = self.value(
            f"SELECT credits_posted - debits_posted - debits_pending FROM ledger_account WHERE id = {account}"
        )
        assert isinstance(found, int)
        return found

    def wait_blocked(self, client: Client) -> None:
        """Until PostgreSQL says that the client waits for a lock."""
        asked = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = {client.connection.info.backend_pid}"
        deadline = time.monotonic() + 10
        while self.value(asked) == 0:
            assert time.monotonic() < deadline, "the client did not wait"
            time.sleep(0.005)

    def copy_without(self, name: str, *changes: tuple[str, str]) -> str:
        """A copy of the function, weakened."""
        text = SQL.read_text("utf-8").replace("ledger_post(", f"{name}(")
        text = text.replace("FUNCTION ledger_post", f"FUNCTION {name}")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.owner.execute(text)  # type: ignore[arg-type]
        return name


@pytest.fixture
def scene(clone_db: str, clone_owner_dsn: str) -> Iterator[Scene]:
    with psycopg.connect(clone_owner_dsn, autocommit=True) as owner:
        write_accounts(owner, range(501, 505), {A20: "A20", I11: "I11"})
        made = Scene(owner, clone_db, (501, 502, 503, 504), [])
        topup = made.client()
        assert topup.post((A20, 501, 100), (A20, 502, 100), journal="TOPUP") == (None, "posted")
        topup.connection.commit()
        yield made
        for client in made.clients:
            client.close()


def _two_debits(scene: Scene, function: str, *, company: int = 0) -> Answer:
    """The answer to a debit of 100 that comes while another of 100 is not committed yet."""
    first, second = scene.client(function), scene.client(function)
    assert first.post((501, 503, 100)) == (None, "posted")
    waiting = second.start(lambda: second.post(*[(502, 504, 1)] * company, (501, 504, 100)))
    scene.wait_blocked(second)
    first.connection.commit()
    answer = waiting.result()
    second.connection.commit()
    return answer


def test_two_debits_of_the_same_money_without_locks(scene: Scene) -> None:
    changes = (LOCK + " OF a", ""), (LOCK, "")
    with pytest.raises(RaiseException, match="within their limits"):
        _two_debits(scene, scene.copy_without("post_unlocked", *changes))
    scene.clients[-1].connection.rollback()
    unlocked = scene.copy_without("post_unbelted", *changes, (" FILTER (WHERE NOT moved.overdrawn)", ""))
    second = scene.client(unlocked)
    first = scene.client(unlocked)
    assert scene.available(501) == 0
    assert first.post((502, 503, 100)) == (None, "posted")
    waiting = second.start(lambda: second.post((502, 504, 100)))
    scene.wait_blocked(second)
    first.connection.commit()
    assert waiting.result() == (None, "posted")
    second.connection.commit()
    assert scene.available(502) == -100


@pytest.mark.parametrize("company", [0, 1], ids=["alone", "in a batch"])
def test_two_debits_of_the_same_money(scene: Scene, company: int) -> None:
    assert _two_debits(scene, "ledger_post", company=company) == (company, "insufficient_funds")
    assert (scene.available(501), scene.available(502)) == (0, 100)


def test_a_hundred_debits_at_once_never_go_below_zero(scene: Scene) -> None:
    def draw(_: int) -> list[str]:
        client = Client(scene.dsn, autocommit=True)
        answers = [client.post((501, random.choice((503, 504)), 10))[1] for _ in range(10)]
        client.close()
        return answers

    with ThreadPoolExecutor(max_workers=10) as pool:
        codes = [code for answers in pool.map(draw, range(10)) for code in answers]
    assert sorted(codes) == ["insufficient_funds"] * 90 + ["posted"] * 10
    assert scene.available(501) == 0
    assert scene.available(503) + scene.available(504) == 100


def _two_ends(scene: Scene, function: str) -> Answer:
    """The answer to the end of a hold, between two striped accounts, that another is ending uncommitted."""
    placing, first, second = scene.client(), scene.client(function), scene.client(function)
    # Neighbouring backends move different stripes: only the hold itself stands between the two.
    while (first.connection.info.backend_pid - second.connection.info.backend_pid) % 16 == 0:
        second = scene.client(function)
    hold = uuid4()
    assert placing.resolve("hold", hold, legs=(A20, I11), amount=10) == (None, "posted")
    placing.connection.commit()
    assert first.resolve("post_hold", hold, amount=10) == (None, "posted")
    waiting = second.start(lambda: second.resolve("void_hold", hold))
    scene.wait_blocked(second)
    first.connection.commit()
    answer = waiting.result()
    second.connection.commit()
    return answer


def test_two_ends_of_one_hold_without_its_lock(scene: Scene) -> None:
    unlocked = scene.copy_without("post_unlocked", (f"ORDER BY h.id {LOCK}", "ORDER BY h.id"))
    assert _two_ends(scene, unlocked) == (None, "posted")
    assert scene.value(f"SELECT sum(debits_pending) FROM ledger_account WHERE id = {A20}") == -10


def test_two_ends_of_one_hold(scene: Scene) -> None:
    assert _two_ends(scene, "ledger_post") == (0, "hold_resolved")
    assert scene.value(f"SELECT sum(debits_pending) FROM ledger_account WHERE id = {A20}") == 0


@pytest.mark.parametrize("size", [1, 2], ids=["alone", "in a batch"])
def test_one_id_between_different_accounts_at_once(scene: Scene, size: int) -> None:
    first, second = scene.client(), scene.client()
    taken, other = uuid4(), uuid4()
    assert first.post((501, 503, 5), ids=[taken]) == (None, "posted")
    ids, legs = [other, taken][-size:], [(502, 504, 1), (502, 504, 5)][-size:]
    waiting = second.start(lambda: second.post(*legs, ids=ids))
    scene.wait_blocked(second)
    first.connection.commit()
    assert waiting.result() == (size - 1, "exists_with_different_fields")
    assert second.post((502, 504, 7)) == (None, "posted"), "the caller's transaction lives on"
    second.connection.commit()
    assert scene.available(502) == 93
    assert scene.value("SELECT count(*) FROM ledger_transfer") == 4


@pytest.mark.parametrize("size", [1, 2], ids=["alone", "in a batch"])
def test_one_id_that_the_first_client_gives_up(scene: Scene, size: int) -> None:
    first, second = scene.client(), scene.client()
    taken, other = uuid4(), uuid4()
    assert first.post((501, 503, 5), ids=[taken]) == (None, "posted")
    ids, legs = [other, taken][-size:], [(502, 504, 1), (502, 504, 5)][-size:]
    waiting = second.start(lambda: second.post(*legs, ids=ids))
    scene.wait_blocked(second)
    first.connection.rollback()
    assert waiting.result() == (None, "posted")
    second.connection.commit()
    assert scene.available(501) == 100
    assert scene.available(502) == 95 - (size - 1)


def test_same_request_by_eight_clients_at_once_has_one_effect(scene: Scene) -> None:
    ids = [uuid4(), uuid4()]
    gate = threading.Barrier(8)

    def send(client: Client) -> Answer:
        gate.wait()
        answer = client.post((501, 503, 5), (501, 504, 6), ids=ids)
        client.connection.commit()
        return answer

    clients = [scene.client() for _ in range(8)]
    waiting = [client.start(lambda client=client: send(client)) for client in clients]  # type: ignore[misc]
    answers = sorted(future.result() for future in waiting)
    assert answers == [(None, "exists")] * 7 + [(None, "posted")]
    assert scene.available(501) == 89


@pytest.mark.parametrize("company", [0, 1], ids=["alone", "in a batch"])
def test_stop_that_commits_first_refuses_the_debit_that_waits(scene: Scene, company: int) -> None:
    payer = scene.client()
    with psycopg.connect(scene.dsn) as stopping:
        stopping.execute("UPDATE ledger_account SET debits_stopped_at = now() WHERE id = 501")
        waiting = payer.start(lambda: payer.post(*[(502, 503, 1)] * company, (501, 503, 5)))
        scene.wait_blocked(payer)
        stopping.commit()
    assert waiting.result() == (company, "debits_stopped")


def test_stop_waits_for_the_debit_that_came_first(scene: Scene) -> None:
    payer, stopper = scene.client(), scene.client()
    assert payer.post((501, 503, 5)) == (None, "posted")

    def stop() -> Answer:
        stopper.connection.execute("UPDATE ledger_account SET debits_stopped_at = now() WHERE id = 501")
        stopper.connection.commit()
        return None, "stopped"

    waiting = stopper.start(stop)
    scene.wait_blocked(stopper)
    payer.connection.commit()
    assert waiting.result() == (None, "stopped")
    assert payer.post((501, 503, 5)) == (0, "debits_stopped")


def test_random_traffic_neither_deadlocks_nor_loses_money(scene: Scene) -> None:
    def work(seed: int) -> None:
        draw = random.Random(seed)
        client = Client(scene.dsn, autocommit=True)
        for _ in range(25):
            many = range(draw.randint(1, 6))
            client.post(*((*draw.sample(scene.wallets, 2), draw.randint(1, 30)) for _ in many))
        client.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(work, range(6)))
    assert sum(scene.available(account) for account in scene.wallets) == 200
    with scene.owner.cursor() as cursor:
        assert books.violations(cursor) == []


def test_account_opened_by_two_at_once_is_one(clone_db: str, clone_owner_dsn: str) -> None:
    values = ["ledger_striped_account", "merchant:1", "L30", "CNY", False, NOW, 15]
    with psycopg.connect(clone_db) as first, psycopg.connect(clone_owner_dsn, autocommit=True) as watching:
        first.execute(actions.OPENING, values)
        second = Client(clone_db)
        waiting = second.start(lambda: (second.connection.execute(actions.OPENING, values).rowcount, ""))
        made = Scene(watching, clone_db, (0, 0, 0, 0), [])
        made.wait_blocked(second)
        first.commit()
        assert waiting.result() == (0, "")
        second.connection.commit()
        second.close()
        assert made.value("SELECT count(*) FROM ledger_account WHERE owner = 'merchant:1'") == 16
        assert made.value("SELECT count(DISTINCT id) FROM ledger_account WHERE owner = 'merchant:1'") == 1
