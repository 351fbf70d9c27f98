"""`./kefu prove wallet`: a small life passes, and the auditor sees each way in which one could go wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kefu.cli.lives.auditor import Auditor
from kefu.cli.lives.bank import FAILED, SUCCEEDED, LyingBank, Movement
from kefu.cli.lives.moves import PAYMENT, REFUND, TOPUP, TRANSFER, WITHDRAWAL, Life, Wish, begin
from kefu.cli.prove import wallet as prove_wallet
from kefu.core import clock
from kefu.ledger import queries as books
from kefu.rails.connectors import PermanentError

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def test_a_small_proof_finds_nothing(tmp_path: Path) -> None:
    words = ["--size", "small", "--seed", "4", "--json", "--state", str(tmp_path)]
    place = ["--server", os.environ["KEFU_TEST_ADMIN_DSN"], "--template", os.environ["KEFU_TEST_TEMPLATE"]]
    done = subprocess.run(
        [sys.executable, "-m", "kefu.cli", "prove", "wallet", *words, *place],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["name"], said["size"], said["seed"], said["violations"]) == ("wallet", "small", 4, [])
    assert said["operations"] >= 120
    assert said["kills"] > 0
    assert said["wishes"] > 8
    assert not list(tmp_path.iterdir())


def test_a_template_without_its_server_is_bad_usage() -> None:
    with pytest.raises(SystemExit) as refused:
        prove_wallet.run(["--template", "ready"])
    assert refused.value.code == 2


@pytest.fixture
def life(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A world in which one wish of each kind came about, with a truthful bank."""
    settings.RAILS_CONNECTORS = {"sandbox": "kefu.cli.lives.bank.LyingBank"}
    monkeypatch.setattr(clock, "now", clock.now)
    made = begin(7, START)
    kinds: dict[str, Callable[[], None]] = {
        TOPUP: made.topup, WITHDRAWAL: made.withdrawal, TRANSFER: made.transfer, PAYMENT: made.payment,
        REFUND: made.refund,
    }  # fmt: skip
    for _ in range(8):
        made.topup()
    for kind, move in kinds.items():
        while not any(wish.kind == kind and wish.order for wish in made.wishes):
            settle(made)
            move()
    settle(made)
    made.rest()
    assert Auditor(made).violations() == []
    return made


def settle(life: Life) -> None:
    """The bank carries out what it has, and says so."""
    life.world.work_off()
    for movement in LyingBank.held.values():
        if movement.status == "PROCESSING":
            movement.status = SUCCEEDED
            life.call_back(life.world.bank.word(movement))
    life.world.work_off()


def first(life: Life, kind: str) -> Wish:
    return next(wish for wish in life.wishes if wish.kind == kind and wish.order)


def outside(wish: Wish) -> Movement:
    return next(held for held in LyingBank.held.values() if held.order.amount == wish.amount)


@contextmanager
def changed(thing: object, **values: object) -> Iterator[None]:
    """A thing with other values for a while."""
    before = {name: getattr(thing, name) for name in values}
    vars(thing).update(values)
    yield
    vars(thing).update(before)


def test_the_auditor_sees_each_way_of_going_wrong(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    credit, paid, sent = first(life, TOPUP), first(life, WITHDRAWAL), first(life, TRANSFER)
    bought, back = first(life, PAYMENT), first(life, REFUND)

    def sees(*lines: str) -> bool:
        found = Auditor(life).violations()
        return all(any(one.startswith(line) for one in found) for line in lines)

    with changed(outside(credit), status=FAILED):
        assert sees(f"wrong: topup {credit.amount} is SUCCEEDED, should be FAILED", "balance: ", "imbalance: ")
    with changed(outside(paid), status="RETURNED"):
        assert sees(f"wrong: withdrawal {paid.amount} is SUCCEEDED, should be RETURNED", "balance: ", "imbalance: ")
    with changed(sent, fee=sent.fee + 1):
        assert sees(f"fee: transfer {sent.amount} was quoted {sent.fee} and charged")
    with changed(sent, order=None, refused="wallet.quote.expired"):
        assert sees(f"lied: transfer {sent.amount} was refused")
    with changed(sent, amount=sent.amount + 1):
        assert sees(f"lost: transfer {sent.amount} was told", f"nobody asked: transfer {sent.amount - 1}, SUCCEEDED")
    with changed(bought, amount=back.amount - 1):
        assert sees(f"refunded: {back.amount} of {back.amount - 1}")
    with changed(back, change={}):
        assert sees("balance: ")
    with pytest.raises(PermanentError, match="instruction_conflict"):
        life.world.bank.submit(replace(outside(credit).order, amount=1))
    assert sees(f"number {outside(credit).order.instruction} was sent twice with two bodies")
    life.topup()
    assert sees(f"stuck: topup {life.wishes[-1].amount} is CREATED")
    monkeypatch.setattr(books, "check_books", lambda: ["the replay of the transfers gives the counters: account 1"])
    assert sees("the replay of the transfers")
