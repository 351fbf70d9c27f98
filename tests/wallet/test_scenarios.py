"""The must-pass scenarios on a real bank process, whose callbacks come as the bank sends them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank
from tests.wallet.conftest import FIELD_KEY
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.rails import actions as rails
from kefu.rails.models import Instruction
from kefu.wallet import actions, queries

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def bank_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    one = Bank(tmp_path_factory.mktemp("bank"))
    yield one
    one.close()


@pytest.fixture
def bank(bank_of_module: Bank, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr(settings, "SANDBOX_BANK_URL", bank_of_module.url)
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    monkeypatch.setattr(settings, "KEFU_FIELD_KEY", FIELD_KEY)
    monkeypatch.setattr(settings, "RAILS_LADDER_SECONDS", [5, 15, 60, 300, 900, 3600, 14400])
    bank_of_module.mood("sunny")
    return bank_of_module


class Road:
    """林晓, her card at the bank, and what happens between the two."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.start = datetime.now(UTC)
        self.town = Town(self.start)
        self.lin: Actor = self.town.customer("林晓")
        check = actions.link_card(actor=self.lin, pan=bank.pan(), holder="林晓", phone="13900005678", now=self.start)
        self.town.pump.run()
        actions.confirm_card(actor=self.lin, check_id=check.id, code=bank.code("5678"), now=self.start)
        self.town.pump.run()
        (self.card,) = queries.instruments_for(self.lin)

    def top_up(self, amount: int = 200_00) -> queries.OrderView:
        made = actions.create_topup(
            actor=self.lin,
            key=uuid4(),
            instrument_id=self.card.id,
            amount=Money(amount),
            now=datetime.now(UTC),
        )
        self.town.pump.run()
        return queries.order_for(self.lin, made.id)

    def deliver(self, order: queries.OrderView, *, at_least: int = 1, backwards: bool = False) -> list[str]:
        """Hand over every callback that the bank has sent about the order; the verdicts."""
        requests = self.bank.mailbox.of(order.instruction_id, at_least=at_least)
        verdicts = []
        for request in reversed(requests) if backwards else requests:
            receipt = rails.receive_callback(
                connector_code="sandbox",
                method="POST",
                path=request.path,
                headers=request.headers,
                body=request.body,
                now=datetime.now(UTC),
            )
            verdicts.append(receipt.verdict)
            self.town.pump.run()
        return verdicts

    def pass_time(self, order: queries.OrderView, seconds: float) -> queries.OrderView:
        """The ladder alone, until `seconds` after the start."""
        until = self.start + timedelta(seconds=seconds)
        while True:
            due = Instruction.objects.get(pk=order.instruction_id).next_query_at
            if due is None or due > until:
                return queries.order_for(self.lin, order.id)
            rails.climb(instruction_id=order.instruction_id, now=due)
            self.town.pump.run()

    def money(self) -> int:
        return self.town.money(self.lin)[0]


@pytest.fixture
def road(bank: Bank) -> Road:
    return Road(bank)


@pytest.mark.row("W-03")
def test_callback_lost(road, bank) -> None:
    bank.mood("lost_callback")
    order = road.top_up()
    assert order.status == "SUBMITTED"
    done = road.pass_time(order, 30)
    assert (done.status, road.money()) == ("SUCCEEDED", 200_00)
    assert done.bank_ref.startswith("SB")


@pytest.mark.row("W-03")
def test_callback_three_times_and_reordered(road, bank) -> None:
    bank.mood("reorders", copies=3)
    order = road.top_up()
    verdicts = road.deliver(order, at_least=4, backwards=True)
    assert sorted(verdicts) == ["accepted", "accepted", "repeated", "repeated"]
    assert queries.order_for(road.lin, order.id).status == "SUCCEEDED"
    road.pass_time(order, 4000)
    assert road.money() == 200_00


@pytest.mark.row("W-03")
def test_timeout_then_accepted(road, bank) -> None:
    bank.mood("timeout_accepts", hang_s=5, settle_after=0.1)
    order = road.top_up()
    assert order.status == "UNKNOWN"
    done = road.pass_time(order, 90)
    assert (done.status, road.money()) == ("SUCCEEDED", 200_00)


@pytest.mark.row("W-03")
def test_timeout_then_not_found_is_sent_again_under_the_same_number(road, bank) -> None:
    bank.mood("timeout_drops", drops=1, hang_s=0, settle_after=0)
    order = road.top_up()
    done = road.pass_time(order, 200)
    assert (done.status, road.money()) == ("SUCCEEDED", 200_00)
    assert Instruction.objects.filter(order_ref=order.order_ref).count() == 1
    assert Instruction.objects.get(order_ref=order.order_ref).attempts == 2


@pytest.mark.row("W-03")
def test_accepted_then_failed(road, bank) -> None:
    bank.mood("accept_then_fail", settle_after=0.05)
    order = road.top_up()
    road.deliver(order, at_least=2)
    done = queries.order_for(road.lin, order.id)
    assert (done.status, done.reason_text, road.money()) == ("FAILED", "银行风控拒绝", 0)


def test_forged_and_contradictory(road, bank) -> None:
    bank.mood("forges", settle_after=0, callback_delay_s=0.2)
    order = road.top_up()
    verdicts = road.deliver(order, at_least=6)
    assert sorted(verdicts) == ["accepted", "accepted", "forged", "mismatched", "replayed", "stale"]
    assert queries.order_for(road.lin, order.id).status == "SUCCEEDED"
    assert road.money() == 200_00


def test_a_lie_about_a_debit_that_failed(road, bank) -> None:
    bank.mood("forges", outcome="FAILED", settle_after=None, forgeries=["contradiction", "wrong_amount"])
    order = road.top_up()
    bank.settle(order.instruction_id, "FAILED")
    assert "accepted" in road.deliver(order, at_least=3)
    assert queries.order_for(road.lin, order.id).status == "FAILED"
    assert road.money() == 0


@pytest.mark.row("W-03")
def test_bank_down_for_an_hour(road, bank) -> None:
    bank.mood("down")
    order = road.top_up()
    waiting = road.pass_time(order, 1000)
    assert waiting.status == "UNKNOWN"
    bank.mood("lost_callback")
    done = road.pass_time(waiting, 3600 * 7)
    assert done.status == "SUCCEEDED"
    assert road.money() == 200_00


def test_late_success(road, bank) -> None:
    bank.mood("slow")
    order = road.top_up()
    manual = road.pass_time(order, 3 * 86_400)
    assert manual.status == "MANUAL"
    Instruction.objects.filter(pk=order.instruction_id).update(status="FAILED", outcome_at=road.start)
    from kefu.wallet.models import Order

    Order.objects.filter(pk=order.id).update(status="FAILED", previous="MANUAL", reason="risk")
    bank.settle(order.instruction_id)
    assert road.deliver(order) == ["accepted"]
    done = queries.order_for(road.lin, order.id)
    assert (done.status, road.money()) == ("SUCCEEDED", 200_00)


def test_killed_bank_comes_back_with_what_it_took(road, bank, monkeypatch) -> None:
    bank.mood("slow")
    order = road.top_up()
    bank.kill()
    assert road.pass_time(order, 100).status == "UNKNOWN"
    bank.start()
    monkeypatch.setattr(settings, "SANDBOX_BANK_URL", bank.url)
    bank.settle(order.instruction_id, callback="lose")
    assert road.pass_time(order, 2000).status == "SUCCEEDED"
    assert road.money() == 200_00


def test_the_whole_road_in_the_past(road, bank) -> None:
    """A history as the demo town enters it: everything happens at its own time."""
    bank.mood("slow")
    then = road.start - timedelta(minutes=40)
    made = actions.create_topup(actor=road.lin, key=uuid4(), instrument_id=road.card.id, amount=Money(200_00), now=then)
    road.town.pump.run()
    order = queries.order_for(road.lin, made.id)
    assert order.status == "CREATED"
    rails.submit_instruction(instruction_id=order.instruction_id, now=then + timedelta(seconds=1))
    for wait in (6, 21, 81, 381, 1281):
        rails.climb(instruction_id=order.instruction_id, now=then + timedelta(seconds=wait))
    actions.follow_instruction(order_id=order.id, now=then + timedelta(seconds=1281))
    bank.settle(order.instruction_id, callback="lose", at=(then + timedelta(minutes=25)).isoformat(timespec="seconds"))
    stuck = queries.order_for(road.lin, order.id)
    assert stuck.status == "UNKNOWN"
    assert stuck.next_query_at is not None
    assert stuck.next_query_at > road.start
    assert stuck.created_at == then
    assert all(step.at is None or step.at <= road.start for step in stuck.steps)


def test_a_history_belongs_to_its_own_time_whoever_applies_it(road, bank) -> None:
    bank.mood("sunny", answer="final", settle_s=0)
    then = road.start - timedelta(days=9)
    made = actions.create_topup(actor=road.lin, key=uuid4(), instrument_id=road.card.id, amount=Money(200_00), now=then)
    instruction = queries.order_for(road.lin, made.id).instruction_id
    rails.climb(instruction_id=instruction, now=then + timedelta(seconds=2))
    road.town.pump.run()  # the worker hears of it first, by today's clock
    done = queries.order_for(road.lin, made.id)
    assert done.status == "SUCCEEDED"
    assert done.settled_at is not None
    assert done.settled_at < then + timedelta(minutes=1)
    assert [step.code for step in done.steps] == ["created", "submitted", "credited"]
    assert max(step.heard_at for step in done.steps) < then + timedelta(minutes=1)
