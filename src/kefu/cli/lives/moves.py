"""What happens in one world: people ask, houses decide and talk, the desk helps, time passes, and at last all rests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kefu.cli.lives.asks import bills, exchange, plain, pots, shop, withdrawal
from kefu.cli.lives.asks.again import again, change, replay
from kefu.cli.lives.asks.clients import Clients
from kefu.cli.lives.desk import Desk
from kefu.cli.lives.houses.bank import LyingBank
from kefu.cli.lives.houses.house import LyingHouse, Movement
from kefu.cli.lives.houses.market import Market
from kefu.cli.lives.houses.payees import LyingPayee
from kefu.cli.lives.world import World
from kefu.rails import actions as rails

ASKED: tuple[tuple[int, Callable[[Clients], None]], ...] = (
    (45, plain.topup), (20, withdrawal.withdrawal), (30, plain.transfer), (15, shop.payment), (8, shop.refund),
    (35, bills.bill), (40, bills.repayment), (2, bills.drop), (20, exchange.exchange), (12, pots.pot),
    (8, plain.cancel), (9, withdrawal.recall),
    (20, again), (12, replay), (5, change),
)  # fmt: skip
REST_HOURS = 50
"""Longer than a transfer of the next day waits, and than the ladder of questions is."""
RECALL_DAYS = 30
"""Longer than a bank has to answer whether it gives a payout back."""
WATCHED = 100
"""Operations between two looks at what stands at that instant."""
Watch = Callable[[], Iterable[str]]


@dataclass
class Life:
    """All moves in one world. `lived`: how many operations were asked before the rest."""

    world: World
    desk: Desk
    clients: Clients
    lived: int = 0
    moves: list[tuple[int, Callable[[], object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.moves = [(weight, lambda ask=ask: ask(self.clients)) for weight, ask in ASKED]  # type: ignore[misc]
        self.moves += [
            (30, self.say), (25, self.lie), (45, self.decide), (5, self.give_back), (8, self.consider),
            (4, self.relieve), (25, self.desk.judge), (40, self.wait),
        ]  # fmt: skip

    def live(self, operations: int, watch: Watch = tuple) -> None:
        """Things happen, with kills and lies, until `operations` were asked of the product; meanwhile what `watch` sees
        amiss is written down.
        """
        LyingHouse.honest, seen = False, 0
        while self.world.operations < operations:
            self.step()
            if self.world.operations >= seen + WATCHED:
                seen = self.world.operations
                self.clients.wrong += [f"after {seen} operations: {line}" for line in watch()]
        LyingHouse.honest = True
        self.lived = self.world.operations

    def step(self) -> None:
        """One thing happens, and some of the work that waits is done."""
        weights, moves = zip(*self.moves, strict=True)
        self.world.dice.choices(moves, weights)[0]()
        self.world.work_off(most=self.world.dice.randrange(4))

    def rest(self) -> None:
        """No kills and no lies any more: clients get their answers, the houses make up their minds and say so, time
        passes, and people finish what they took over. After it nothing may be on its way.
        """
        for wish in self.clients.wishes:
            while not wish.answered:
                self.clients.ask(wish)
        for told in (False, True, True):
            self._decide_all(tell=told)
            for _ in range(REST_HOURS // 5):
                self.world.wait(hours=5)
                self.world.work_off()
        for order in self.desk.waiting():
            self.desk.take(order)
        self.world.wait(days=RECALL_DAYS)
        self.world.work_off()

    def _decide_all(self, *, tell: bool) -> None:
        for asked in list(LyingBank.recalls.values()):
            self.world.bank.consider(asked)
            if tell:
                self.call_back(self.world.bank.code, self.world.bank.answer(asked))
        for known in list(LyingHouse.held.values()):
            house = self.world.house(known)
            house.end(known)
            if tell and known.told != known.status:
                self.call_back(known.house, house.word(known))

    # -- the houses

    def _movement(self) -> Movement | None:
        held = list(LyingHouse.held.values())[-40:]
        return self.world.dice.choice(held) if held else None

    def decide(self) -> None:
        if known := self._movement():
            self.world.house(known).decide(known)

    def give_back(self) -> None:
        if known := self._movement():
            known.give_back()

    def consider(self) -> None:
        """The bank makes up its mind about a payout that it was asked back, and perhaps says so."""
        if LyingBank.recalls:
            asked = self.world.dice.choice(list(LyingBank.recalls.values()))
            self.world.bank.consider(asked)
            if self.world.dice.random() < 0.5:
                self.call_back(self.world.bank.code, self.world.bank.answer(asked))

    def say(self) -> None:
        if known := self._movement():
            self.call_back(known.house, self.world.house(known).word(known))

    def lie(self) -> None:
        if known := self._movement():
            self.call_back(known.house, self.world.house(known).lie(known))

    def call_back(self, house: str, body: bytes) -> None:
        """A house knocks, once: what it has to say again it says in another call."""
        self.world.attempt(
            lambda: rails.receive_callback(
                connector_code=house, method="POST", path="/", headers={}, body=body, now=self.world.now
            )
        )

    # -- people and time

    def relieve(self) -> None:
        """The desk looks at one top-up that automation gave up."""
        if waiting := self.desk.waiting():
            self.desk.take(self.world.dice.choice(waiting))

    def wait(self) -> None:
        self.world.wait(minutes=self.world.dice.choice((1, 1, 5, 30, 120)))


def begin(seed: int, start: datetime) -> Life:
    """A world of its own with houses that remember nothing yet."""
    for memory in (LyingHouse.held, LyingHouse.sent, LyingHouse.broken, LyingBank.recalls, LyingPayee.dues):
        memory.clear()
    Market.reset()
    LyingHouse.honest = True
    world = World(seed, start)
    return Life(world, Desk(world), Clients(world))
