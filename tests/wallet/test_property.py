"""Random lives of random wallets against a model that knows nothing of orders, holds or SQL."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.rails import actions as rails
from kefu.wallet import actions, queries

DELAYS = {"two_hours": timedelta(hours=2), "next_day": timedelta(hours=40)}


def cost(amount: int, mode: str) -> int:
    """The published fee told a second time: a tenth of a percent of what is above ¥1,000, half up."""
    if mode != "now" or amount <= 1_000_00:
        return 0
    thousandth, rest = divmod(amount - 1_000_00, 1000)
    return max(10, min(25_00, thousandth + (rest >= 500)))


@dataclass
class Model:
    """What everybody has, what waits, and what the house must hold."""

    free: dict[str, int] = field(default_factory=dict)
    waiting: dict[UUID, tuple[str, str, int]] = field(default_factory=dict)
    asked: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    stopped: dict[str, UUID] = field(default_factory=dict)
    fees: int = 0
    goodwill: int = 0
    paid_in: int = 0

    def held(self, who: str) -> int:
        return sum(amount for payer, _payee, amount in self.waiting.values() if payer == who)


class Life:
    """One random life; `step` does one thing to the wallet and to the model."""

    def __init__(self, town: Town, scripted: type, seed: int) -> None:
        self.town, self.scripted, self.dice, self.model = town, scripted, random.Random(seed), Model()
        self.people = [town.customer(name) for name in ("林晓", "周明", "王芳", "赵云")]
        self.model.free = {who.id: 0 for who in self.people}

    def step(self) -> None:
        self.town.wait(minutes=self.dice.randrange(1, 90))
        self.scripted.outcome = self.dice.choice(["SUCCEEDED", "SUCCEEDED", "FAILED", "PROCESSING"])
        moves = [self.top_up, self.top_up, self.send, self.send, self.send, self.cancel, self.release]
        self.dice.choice([*moves, self.settle, self.stop, self.lift, self.goodwill])()

    def amount(self) -> int:
        return self.dice.choice([1, self.dice.randrange(1, 100_00), self.dice.randrange(1, 4_900_00)])

    def top_up(self) -> None:
        who, amount = self.dice.choice(self.people), self.amount()
        done = self.town.top_up(who, amount)
        if done.status == "SUCCEEDED":
            self._credit(who.id, amount)
        elif done.status == "SUBMITTED":
            self.model.asked[done.id] = (who.id, amount)
        else:
            assert done.status == "FAILED"

    def _credit(self, who: str, amount: int) -> None:
        self.model.free[who] += amount
        self.model.paid_in += amount

    def settle(self) -> None:
        """The bank makes up its mind about what is under way."""
        for order_id, (who, amount) in list(self.model.asked.items()):
            actor = next(p for p in self.people if p.id == who)
            view = queries.order_for(actor, order_id)
            rails.ask_now(actor=SYSTEM, instruction_id=view.instruction_id, now=self.town.now)
            self.town.pump.run()
            if self.scripted.outcome == "PROCESSING":
                continue
            del self.model.asked[order_id]
            assert queries.order_for(actor, order_id).status == self.scripted.outcome
            if self.scripted.outcome == "SUCCEEDED":
                self._credit(who, amount)

    def send(self) -> None:
        payer, payee = self.dice.sample(self.people, 2)
        mode, amount = self.dice.choice(["now", "now", "two_hours", "next_day"]), self.amount()
        fee = cost(amount, mode)
        may = payer.id not in self.model.stopped and self.model.free[payer.id] >= amount + fee
        if not may:
            with pytest.raises(Refusal):
                self.town.send(payer, payee, amount, mode=mode)
            return
        done = self.town.send(payer, payee, amount, mode=mode)
        assert done.fee.minor == fee
        self.model.free[payer.id] -= amount + fee
        if mode == "now":
            self.model.free[payee.id] += amount
            self.model.fees += fee
        else:
            self.model.waiting[done.id] = (payer.id, payee.id, amount)

    def cancel(self) -> None:
        if not self.model.waiting:
            return
        order_id = self.dice.choice(sorted(self.model.waiting))
        payer, _payee, amount = self.model.waiting.pop(order_id)
        actor = next(p for p in self.people if p.id == payer)
        assert actions.cancel_transfer(actor=actor, order_id=order_id, now=self.town.now).status == "CANCELLED"
        self.model.free[payer] += amount

    def release(self) -> None:
        self.town.wait(hours=self.dice.randrange(1, 30))
        for order_id in actions.claim_released(now=self.town.now):
            payer, payee, amount = self.model.waiting[order_id]
            assert payer not in self.model.stopped
            assert actions.release_transfer(order_id=order_id, now=self.town.now) == "SUCCEEDED"
            del self.model.waiting[order_id]
            self.model.free[payee] += amount

    def stop(self) -> None:
        who = self.dice.choice(self.people)
        stop = actions.stop_outflows(actor=who, reason_code="other", now=self.town.now)
        self.model.stopped[who.id] = stop.id

    def lift(self) -> None:
        for who in self.people:
            if stop := self.model.stopped.pop(who.id, None):
                self.town.prove(who, f"stop:{stop}")
                actions.lift_stop(actor=who, stop_id=stop, now=self.town.now)

    def goodwill(self) -> None:
        who, amount, case = self.dice.choice(self.people), Money(self.dice.randrange(1, 99_00)), str(uuid4())
        arguments = actions.goodwill_arguments(customer_id=who.uuid, amount=amount, case_ref=case)
        approval = self.town.approved("wallet.pay_goodwill", arguments, case=case)
        actions.pay_goodwill(
            actor=SYSTEM,
            customer_id=who.uuid,
            amount=amount,
            case_ref=case,
            approval_id=approval,
            now=self.town.now,
        )
        self.model.free[who.id] += amount.minor
        self.model.goodwill += amount.minor

    def compare(self) -> None:
        for who in self.people:
            assert self.town.money(who) == (self.model.free[who.id], self.model.held(who.id)), who
        owed = sum(self.model.free.values()) + sum(amount for _p, _q, amount in self.model.waiting.values())
        assert self.town.house("A20") == self.model.paid_in
        assert self.town.house("I11") == self.model.fees
        assert self.town.house("E13") == self.model.goodwill
        assert self.town.house("A10") + self.town.house("A20") == owed


@pytest.mark.row("W-05")
@pytest.mark.row("W-14")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_orders_agree_with_the_model(town, scripted, seed: int) -> None:
    life = Life(town, scripted, seed)
    for _ in range(60):
        life.step()
        life.compare()
    assert books.check_books() == []
    for who in life.people:
        assert seen_orders(who) == seen_transfers(who)


def seen_orders(who: Actor) -> int:
    """What came and went by the orders that the customer sees."""
    orders = [order for order in queries.orders_for(who, limit=200) if order.status == "SUCCEEDED"]
    signed = (o.amount.minor if o.direction == "in" else -o.amount.minor - o.fee.minor for o in orders)
    return sum(signed)


def seen_transfers(who: Actor) -> int:
    return books.balance(f"customer:{who.id}").posted
