"""The world of one round: its clock, its people, the work that waits, and the kills."""

import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from kefu.cli.lives.houses.bank import CODE, LyingBank, card_token
from kefu.cli.lives.houses.house import LyingHouse, Movement
from kefu.cli.lives.houses.payees import LyingBiller, LyingLender
from kefu.core import clock
from kefu.core.actor import SYSTEM, Actor
from kefu.core.events import listeners_of
from kefu.core.models import OutboxEvent
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.ledger import actions as ledger
from kefu.rails import actions as rails
from kefu.rails import tasks as rails_tasks
from kefu.wallet import actions as wallet
from kefu.wallet import queries
from kefu.wallet import tasks as wallet_tasks
from kefu.wallet.actions.shop.merchant import NewMerchant
from kefu.wallet.rules.shop import Terms

ROOMS = ("rails", "wallet")
TICKS = (
    rails_tasks.fetch_rates, wallet_tasks.release_transfers, wallet_tasks.catch_up, wallet_tasks.tend_shops,
)  # fmt: skip
"""What the scheduler does beside the ladders."""
KILLED = 0.08
"""The share of all work in whose middle the process dies."""
CARDS = ("6200000160673898", "6200000113398916", "6200000193706061", "6200000148579894")
PASSWORD = "harbour-lantern-quiet-94"
PIN = "482913"
T = TypeVar("T")


class Killed(BaseException):
    """The process died here. No `except Exception` sees it, as none would see a SIGKILL."""


@dataclass(frozen=True)
class Card:
    """A linked card, as its customer and as its bank know it."""

    id: UUID
    token: str


class World:
    """`now` is everybody's clock. `operations` counts what anybody asked of the product, retries included."""

    def __init__(self, seed: int, start: datetime) -> None:
        self.dice = random.Random(seed)
        self.now = start
        clock.now = lambda: self.now
        self.bank, self.biller, self.lender = LyingBank(), LyingBiller(), LyingLender()
        LyingHouse.dice = self.dice
        self.operations, self.kills = 0, 0
        self.counts: Counter[str] = Counter()
        self.jobs: deque[Callable[[], object]] = deque()
        self.heard = 0
        self.customers: list[Actor] = []
        self.cards: dict[str, Card] = {}
        ledger.ensure_chart(currency="CNY", now=self.now)
        for number, pan in enumerate(CARDS):
            self._settle_in(number, pan)
        self.seller = self._open_shop()

    # -- people

    def _settle_in(self, number: int, pan: str) -> None:
        person = identity.register_customer(
            actor=SYSTEM, phone=f"1380000000{number}", name=f"客户{number}", password=PASSWORD, now=self.now
        )
        who = people.actor_for_user(person.id)
        wallet.open_wallet(actor=who, customer_id=person.id, now=self.now)
        wallet.set_standing(actor=SYSTEM, customer_id=who.uuid, tier=3, proof=3, checks=["in_person"], now=self.now)
        identity.set_payment_pin(actor=who, pin=PIN, now=self.now)
        check = wallet.link_card(actor=who, pan=pan, holder="客户", phone="13900000000", now=self.now)
        self.work_off()
        wallet.confirm_card(actor=who, check_id=check.id, code=CODE, now=self.now)
        self.work_off()
        self.customers.append(who)
        self.cards[who.id] = Card(queries.instruments_for(who)[0].id, card_token(pan))

    def _open_shop(self) -> Actor:
        made = wallet.register_merchant(
            actor=SYSTEM, given=NewMerchant(name="晨光面包店", category="food", terms=Terms()), now=self.now
        )
        wallet.approve_merchant(actor=SYSTEM, merchant_id=made.id, now=self.now)
        person = wallet.add_merchant_staff(
            actor=SYSTEM, merchant_id=made.id, login="bakery-1", name="店员", password=PASSWORD, now=self.now
        )
        return people.actor_for_user(person.id)

    def house(self, known: Movement) -> LyingHouse:
        """The house that a movement is with."""
        return {house.code: house for house in (self.bank, self.biller, self.lender)}[known.house]

    # -- kills

    def attempt(self, work: Callable[[], T]) -> T | None:
        """One operation; None when the process died in it, before or after its commit."""
        self.operations += 1
        return self._live(work)

    def _live(self, work: Callable[[], T]) -> T | None:
        try:
            with self._perhaps_killed():
                return work()
        except Killed:
            self.kills += 1
            return None

    @contextlib.contextmanager
    def _perhaps_killed(self) -> Iterator[None]:
        if LyingHouse.honest or self.dice.random() >= KILLED:
            yield
            return
        left = self.dice.randrange(1, 40)

        def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            yield
        # It lived through all its statements and dies before anybody hears its answer.
        raise Killed

    # -- time and work

    def wait(self, **by: float) -> None:
        """Time passes, and what comes with time is done."""
        self.now += timedelta(**by)
        for instruction in rails.claim_due(now=self.now):
            self.jobs.append(lambda one=instruction: rails.climb(instruction_id=one, now=self.now))  # type: ignore[misc]
        for recall in rails.claim_recalls(now=self.now):
            self.jobs.append(lambda one=recall: rails.carry_recall(recall_id=one, now=self.now))  # type: ignore[misc]
        for check in rails.claim_account_checks(now=self.now):
            self.jobs.append(lambda one=check: rails.carry_account_check(check_id=one, now=self.now))  # type: ignore[misc]
        for tick in TICKS:
            self._live(lambda tick=tick: tick(timestamp=0))  # type: ignore[misc]
        self._live(lambda: ledger.expire_due(now=self.now))

    def hear(self) -> None:
        """What was announced becomes work, as by the relay."""
        for event in OutboxEvent.objects.filter(id__gt=self.heard).order_by("id"):
            self.heard = event.id
            for listener in listeners_of(event.kind):
                if listener.task.split(".")[0] in ROOMS:
                    task, given = app.tasks[listener.task], listener.arguments(event.payload)
                    self.jobs.append(lambda task=task, given=given: task(**given))  # type: ignore[misc]

    def work_off(self, most: int = 10_000) -> None:
        """Do waiting work, oldest first. What dies in its middle is done again; what lives may be done twice."""
        self.hear()
        while self.jobs and most > 0:
            most -= 1
            job, kills = self.jobs.popleft(), self.kills
            try:
                self.attempt(job)
            except Refusal as refused:
                self.counts[f"job refused: {refused.code}"] += 1
            if self.kills > kills or (not LyingHouse.honest and self.dice.random() < 0.03):
                self.jobs.append(job)
            self.hear()
