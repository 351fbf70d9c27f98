"""`./kefu prove wallet`: a small life passes, and the auditor sees each way in which one could go wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kefu.cli.lives.asks import bills, exchange, plain, pots, shop, withdrawal
from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.asks.exchange import unfair
from kefu.cli.lives.auditor import Auditor
from kefu.cli.lives.houses.bank import LyingBank
from kefu.cli.lives.houses.house import FAILED, SUCCEEDED, LyingHouse, Movement
from kefu.cli.lives.houses.payees import LyingLender
from kefu.cli.lives.moves import Life, begin
from kefu.cli.lives.wish import (
    BILL,
    EXCHANGE,
    PAYMENT,
    POT,
    REFUND,
    REPAYMENT,
    TOPUP,
    TRANSFER,
    WITHDRAWAL,
    Wish,
    purse,
)
from kefu.cli.prove import wallet as prove_wallet
from kefu.core import clock
from kefu.ledger import queries as books
from kefu.rails.connectors import PermanentError
from kefu.rails.queries import rates
from kefu.wallet.models import FOREIGN, Order
from kefu.wallet.queries.quote import quote_for

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
ASKS: dict[str, Callable[[Clients], None]] = {
    TOPUP: plain.topup, WITHDRAWAL: withdrawal.withdrawal, TRANSFER: plain.transfer, PAYMENT: shop.payment,
    REFUND: shop.refund, BILL: bills.bill, REPAYMENT: bills.repayment,
    EXCHANGE: exchange.exchange, POT: pots.pot,
}  # fmt: skip


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
    """A world in which one wish of each kind came about, with truthful houses."""
    settings.RAILS_CONNECTORS, settings.RATE_SOURCE = prove_wallet.HOUSES, prove_wallet.MARKET
    monkeypatch.setattr(clock, "now", clock.now)
    made = begin(7, START)
    while any(rates.in_force(currency) is None for currency in FOREIGN):
        made.world.wait(minutes=1)
        made.desk.judge()
    for _ in range(8):
        plain.topup(made.clients)
    for kind, ask in ASKS.items():
        while not any(wish.kind == kind and came_about(wish) for wish in made.clients.wishes):
            ask(made.clients)
            settle(made)
    made.rest()
    assert Auditor(made).violations() == []
    assert Auditor(made).glance() == []
    return made


def settle(life: Life) -> None:
    """The houses carry out what they have, and say so."""
    life.world.work_off()
    for movement in LyingHouse.held.values():
        if movement.status in ("PROCESSING", "ACKNOWLEDGED"):
            movement.become(SUCCEEDED)
            life.call_back(movement.house, life.world.house(movement).word(movement))
    life.world.work_off()


def came_about(wish: Wish) -> bool:
    found = [held for held in LyingHouse.held.values() if held.order.amount == wish.amount]
    return wish.order is not None and all(held.status == SUCCEEDED for held in found)


def first(life: Life, kind: str) -> Wish:
    return next(wish for wish in life.clients.wishes if wish.kind == kind and came_about(wish))


def outside(wish: Wish) -> Movement:
    return next(held for held in LyingHouse.held.values() if held.order.amount == wish.amount)


@contextmanager
def changed(thing: object, **values: object) -> Iterator[None]:
    """A thing with other values for a while."""
    before = {name: getattr(thing, name) for name in values}
    vars(thing).update(values)
    yield
    vars(thing).update(before)


def sees(life: Life, *lines: str) -> bool:
    """Whether the auditor's lines begin so."""
    found = Auditor(life).violations()
    return all(any(one.startswith(line) for one in found) for line in lines)


@pytest.mark.row("W-07", "W-09", "W-18")
def test_the_auditor_sees_each_way_of_going_wrong(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one life: making another is what takes long."""
    sees_wishes(life)
    sees_bills(life)
    sees_exchanges(life)
    sees_pots(life)
    sees_what_is_ahead(life)
    sees_recalls(life)
    sees_cancelled_and_sent(life)
    sees_broken_off(life, monkeypatch)


def sees_wishes(life: Life) -> None:
    credit, paid, sent = first(life, TOPUP), first(life, WITHDRAWAL), first(life, TRANSFER)
    bought, back = first(life, PAYMENT), first(life, REFUND)
    with changed(outside(credit), status=FAILED):
        assert sees(life, f"wrong: topup {credit.amount} is SUCCEEDED, should be FAILED", "balance: ", "imbalance: ")
    with changed(outside(paid), status="RETURNED"):
        assert sees(life, f"wrong: withdrawal {paid.amount} is SUCCEEDED, should be RETURNED", "imbalance: ")
    with changed(sent, fee=sent.fee + 1):
        assert sees(life, f"fee: transfer {sent.amount} was quoted {sent.fee} and charged")
    with changed(sent, order=None, refused="wallet.quote.expired"):
        assert sees(life, f"lied: transfer {sent.amount} was refused")
    with changed(sent, amount=sent.amount + 1):
        assert sees(life, f"lost: transfer {sent.amount} was told", f"nobody asked: transfer {sent.amount - 1}, SUCC")
    with changed(sent, until=START):
        assert sees(life, f"stale: transfer {sent.amount} was made at ")
    with changed(bought, amount=back.amount - 1):
        assert sees(life, f"refunded: {back.amount} of {back.amount - 1}")
    with changed(back, change={}):
        assert sees(life, "balance: ")


def sees_bills(life: Life) -> None:
    for kind in (BILL, REPAYMENT):
        wish = first(life, kind)
        line, payee = f"{kind} {wish.amount}", wish.to.split("/")[0]
        with changed(outside(wish), status=FAILED):
            assert sees(life, f"wrong: {line} is SUCCEEDED, should be FAILED", "balance: ", f"payee: {payee} took ")
        with changed(outside(wish), status="RETURNED"):
            assert sees(life, f"wrong: {line} is SUCCEEDED, should be RETURNED", "balance: ", "imbalance: ")
            assert not sees(life, "payee: "), "it took the money, and gave it back"
        with changed(outside(wish), at={}):
            assert sees(life, f"early: {line} was SUCCEEDED at ")
        with changed(outside(wish), house="sandbox"):
            assert sees(life, f"wrong: {line} is SUCCEEDED, should be FAILED")
        with changed(wish, to="river_gas/other"):
            assert sees(life, f"astray: {line} went by {outside(wish).order.instrument_token}")
        with changed(wish, must_refuse="wallet.bill.late"):
            assert sees(life, f"let through: {line} should have been refused with wallet.bill.late")
    life.clients.asked.clear()
    bills.bill(life.clients)
    [asked] = life.clients.asked
    assert sees(life, f"stuck: the account {asked.account} is ASKED")
    life.world.work_off()
    assert not sees(life, "stuck: ")


def sees_exchanges(life: Life) -> None:
    wish = first(life, EXCHANGE)
    bought = max(wish.change, key=lambda purse: wish.change[purse])
    with changed(wish, change={**wish.change, bought: wish.change[bought] + 1}):
        assert sees(life, f"balance: {bought} has ", "position: ")
    quote = quote_for(wish.who, Order.objects.get(pk=wish.order).quote_id, now=life.world.now)
    assert quote.exchange is not None
    mid, units, worth = quote.exchange.mid, quote.exchange.currency, quote.exchange.bought
    assert unfair(quote, units, {mid}) == []
    line = f"rate: exchange {wish.amount}"
    assert unfair(quote, units, {mid + 1}) == [f"{line} was quoted at {mid}, the market says {mid + 1}"]
    for brings in (worth.minor * 2, worth.minor // 2):
        given = replace(quote, exchange=replace(quote.exchange, bought=replace(worth, minor=brings)))
        assert unfair(given, units, {mid})[0].startswith(f"{line} brings {brings} of ")


def sees_pots(life: Life) -> None:
    wish = first(life, POT)
    with changed(wish, change={pots.put_aside(wish.who): wish.amount}):
        assert sees(life, f"balance: {(wish.who.id, 'CNY')} has ")
    with changed(wish, change={purse(wish.who): -wish.amount}):
        assert sees(life, f"balance: {pots.put_aside(wish.who)} has ")


def sees_what_is_ahead(life: Life) -> None:
    wish = first(life, BILL)
    with changed(outside(wish), status="PROCESSING"):
        assert Auditor(life).glance() == [f"ahead: bill {wish.amount} is SUCCEEDED and its house did PROCESSING"]
    with changed(wish, change={}):
        [line] = Auditor(life).glance()
        assert line.startswith(f"balance: {(wish.who.id, 'CNY')} has ")
    while (taken := life.clients.wishes[-1]).kind != REPAYMENT or not taken.order or taken.status == FAILED:
        life.world.work_off()
        bills.repayment(life.clients)
    assert Auditor(life).glance() == [], "held, and not gone"
    with changed(taken, fee=taken.fee + 1):
        [line] = Auditor(life).glance()
        assert line.startswith("balance: ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LyingLender, "decide", lambda house, known: None)
        life.world.work_off()
    known = outside(taken)
    known.become("ACKNOWLEDGED")
    life.call_back("lender", life.world.lender.word(known))
    life.world.work_off()
    assert Auditor(life).glance() == [], "taken on, and gone"
    assert known.at["ACKNOWLEDGED"] == Order.objects.get(pk=taken.order).acknowledged_at
    with changed(known, at={"ACKNOWLEDGED": life.world.now + timedelta(seconds=1)}):
        assert sees(life, f"early: repayment {taken.amount} was ACKNOWLEDGED at {life.world.now}, with its house at ")
    with changed(known, status="PROCESSING", at={}):
        assert Auditor(life).glance() == [
            f"ahead: repayment {taken.amount} is ACKNOWLEDGED, taken on, and its house did PROCESSING"
        ]
    settle(life)


def sees_recalls(life: Life) -> None:
    wish = first(life, WITHDRAWAL)
    line = f"withdrawal {wish.amount}, asked back,"
    with changed(wish, recall="told"):
        assert sees(life, f"lost: {line} was told so")
    while not wish.recall:
        withdrawal.recall(life.clients)
    life.world.work_off()
    asked = next(one for one in LyingBank.recalls.values() if one.known.order.amount == wish.amount)
    asked.word = "RECALL_ACCEPTED"
    asked.known.give_back()
    life.rest()
    assert Auditor(life).violations() == []
    with changed(wish, recall=""):
        assert sees(life, f"nobody asked: withdrawal {wish.amount} back")
    with changed(asked, said=set()):
        assert sees(life, f"invented: {line} was answered ")
    with changed(asked.known, status=SUCCEEDED):
        assert sees(life, f"wrong: {line} is RETURNED, and its bank did SUCCEEDED")
        before = dict(LyingBank.recalls)
        LyingBank.recalls.clear()
        assert sees(life, f"lost: {line} never came to its bank")
        LyingBank.recalls.update(before)


def sees_cancelled_and_sent(life: Life) -> None:
    while not (wish := life.clients.wishes[-1]).cancel:
        life.world.work_off()
        withdrawal.withdrawal(life.clients)
        withdrawal.recall(life.clients)
    life.rest()
    assert (wish.cancel, wish.recall, Auditor(life).violations()) == ("done", "asked", [])
    with changed(wish, cancel=""):
        assert Auditor(life).violations() == [], "the answer was lost"
    with changed(wish, cancel="", recall=""):
        assert sees(life, f"wrong: withdrawal {wish.amount} is CANCELLED, should be FAILED")
    order = replace(outside(first(life, TOPUP)).order, amount=wish.amount, direction="out", instruction=uuid4())
    LyingHouse.held[order.instruction] = Movement(order, "sandbox", SUCCEEDED)
    assert sees(life, f"wrong: withdrawal {wish.amount} is CANCELLED, should be SUCCEEDED")
    del LyingHouse.held[order.instruction]


def sees_broken_off(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """What houses see of us, and what is left on its way."""
    credit, bank = outside(first(life, TOPUP)).order, life.world.bank
    with pytest.raises(PermanentError, match="instruction_conflict"):
        bank.submit(replace(credit, amount=1))
    assert LyingHouse.broken == [line := f"number {credit.instruction} was sent twice with two bodies"]
    with pytest.raises(PermanentError, match="instruction_conflict"):
        life.world.biller.submit(credit)
    assert LyingHouse.broken == [line, line]
    assert sees(life, line)
    asked = next(iter(LyingBank.recalls.values()))
    asked.known.status = SUCCEEDED
    bank.send_recall(replace(asked.wanted, message_id="RC1", amount=1))
    again = f"payout {asked.known.order.amount} was asked back"
    assert LyingHouse.broken[2:] == [f"{again} under two ids", f"{again} as 1"]
    plain.topup(life.clients)
    assert sees(life, f"stuck: topup {life.clients.wishes[-1].amount} is CREATED")
    monkeypatch.setattr(books, "check_books", lambda: ["the replay of the transfers gives the counters: account 1"])
    assert sees(life, "the replay of the transfers")
