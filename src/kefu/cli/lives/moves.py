"""What the customers, the shop and the bank do: each wish with a key and an amount that no other has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from kefu.cli.lives.bank import SUCCEEDED, LyingBank, Movement
from kefu.cli.lives.desk import Desk
from kefu.cli.lives.world import PIN, World
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.rails import actions as rails
from kefu.wallet import actions as wallet
from kefu.wallet.actions.shop.sale import NewSale
from kefu.wallet.queries import OrderView

TOPUP, WITHDRAWAL, TRANSFER, PAYMENT, REFUND = "topup", "withdrawal", "transfer", "payment", "refund"
ASK = {TOPUP: 30, WITHDRAWAL: 20, TRANSFER: 30, PAYMENT: 15, REFUND: 8}
BANK = {"say": 30, "lie": 25, "decide": 40, "give_back": 4}
STAFF = {"relieve": 4}
CLIENT = {"again": 20, "replay": 12, "change": 5, "cancel": 8}
PASSING = {"wait": 40}
REST_HOURS = 50
"""Longer than a transfer of the next day waits, and than the ladder of questions is."""


@dataclass
class Wish:
    """What somebody wants. `change`: who has how much more or less once it has come about; `fee`: as quoted.

    `order` and `status`: what they were told first; `refused`: the code of the refusal that they were told instead.
    `cancel`: what became of taking it back ('' never asked, 'asked' without an answer, 'done').
    """

    kind: str
    amount: int
    change: dict[str, int]
    call: Callable[[], tuple[UUID, str]]
    fee: int = 0
    delayed: bool = False
    order: UUID | None = None
    status: str = ""
    refused: str = ""
    tries: int = 0
    cancel: str = ""
    of: "Wish | None" = None
    who: Actor | None = None

    @property
    def answered(self) -> bool:
        return self.order is not None or bool(self.refused)


@dataclass
class Life:
    """All moves in one world. `wrong` is what was seen amiss on the way, `lived` how many operations were asked before
    the rest.
    """

    world: World
    desk: Desk
    wishes: list[Wish] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    lived: int = 0

    def live(self, operations: int) -> None:
        """Things happen, with kills and lies, until `operations` were asked of the product."""
        LyingBank.honest = False
        while self.world.operations < operations:
            self.step()
        LyingBank.honest = True
        self.lived = self.world.operations

    def rest(self) -> None:
        """No kills and no lies any more: clients get their answers, the bank makes up its mind and says so, time
        passes, and people finish what they took over. After it nothing may be on its way.
        """
        for wish in self.wishes:
            while not wish.answered:
                self._try(wish)
        for told in (False, True, True):
            for movement in list(LyingBank.held.values()):
                movement.decide(self.world.dice)
                if told and movement.told != movement.status:
                    self.call_back(self.world.bank.word(movement))
            for _ in range(REST_HOURS // 5):
                self.world.wait(hours=5)
                self.world.work_off()
        for order in self.desk.waiting():
            self.desk.take(order)

    def step(self) -> None:
        """One thing happens, and some of the work that waits is done."""
        moves = {**ASK, **BANK, **STAFF, **CLIENT, **PASSING}
        name = self.world.dice.choices(list(moves), list(moves.values()))[0]
        getattr(self, name)()
        self.world.work_off(most=self.world.dice.randrange(4))

    # -- wishes

    def _amount(self, most: int) -> int:
        while (amount := self.world.dice.randrange(1_00, most)) in self.used:
            pass
        self.used.add(amount)
        return amount

    def _begin(self, wish: Wish) -> None:
        self.wishes.append(wish)
        self._try(wish)

    def _try(self, wish: Wish) -> None:
        wish.tries += 1
        try:
            told = self.world.attempt(wish.call)
            wish.order, wish.status = told or (None, "")
        except Refusal as refused:
            wish.refused = refused.code
        self.world.counts[f"{wish.kind} {'told' if wish.order else wish.refused or 'unanswered'}"] += 1

    def topup(self) -> None:
        who, key, amount = self.world.dice.choice(self.world.customers), uuid4(), self._amount(5_000_00)
        card = self.world.cards[who.id]

        def call(amount: int = amount) -> tuple[UUID, str]:
            made = wallet.create_topup(
                actor=who, key=key, instrument_id=card, amount=Money(amount), now=self.world.now
            )
            return made.id, made.status

        self._begin(Wish(TOPUP, amount, {who.id: amount}, call, who=who))

    def withdrawal(self) -> None:
        who, amount = self.world.dice.choice(self.world.customers), self._amount(2_000_00)
        quote = self._quoted(
            lambda: wallet.quote_withdrawal(
                actor=who, instrument_id=self.world.cards[who.id], amount=Money(amount), now=self.world.now
            )
        )
        if quote:
            self._confirm(WITHDRAWAL, who, amount, quote, wallet.create_withdrawal, {who.id: -amount - quote[1]})

    def transfer(self) -> None:
        (payer, payee), amount = self.world.dice.sample(self.world.customers, 2), self._amount(2_000_00)
        mode = self.world.dice.choice(("now", "now", "two_hours", "next_day"))
        phone = f"1380000000{self.world.customers.index(payee)}"
        quote = self._quoted(
            lambda: wallet.quote_transfer(
                actor=payer, payee_phone=phone, amount=Money(amount), mode=mode, now=self.world.now, remark=""
            )
        )
        if quote:
            change = {payer.id: -amount - quote[1], payee.id: amount}
            self._confirm(TRANSFER, payer, amount, quote, wallet.create_transfer, change, delayed=mode != "now")

    def payment(self) -> None:
        who, amount = self.world.dice.choice(self.world.customers), self._amount(500_00)
        given = NewSale(no=f"S{amount}", amount=Money(amount), subject="面包")
        try:
            sale = self.world.attempt(
                lambda: wallet.create_sale(actor=self.world.seller, given=given, now=self.world.now)
            )
        except Refusal:
            return
        if sale is None:
            return
        quote = self._quoted(lambda: wallet.quote_payment(actor=who, token=sale.token, now=self.world.now))
        if quote:
            ref = f"quote:{quote[0]}"
            identity.prove_step_up(actor=who, pin=PIN, ref=ref, now=self.world.now)
            self._confirm(PAYMENT, who, amount, quote, wallet.create_payment, {who.id: -amount - quote[1]})

    def refund(self) -> None:
        """The shop gives back a part of something that was paid, perhaps more than is left of it."""
        paid = [w for w in self.wishes if w.kind == PAYMENT and w.order]
        if not paid:
            return
        bought, key = self.world.dice.choice(paid), uuid4()
        amount = self._amount(max(2_00, bought.amount))
        assert bought.who is not None

        def call() -> tuple[UUID, str]:
            assert bought.order is not None
            wallet.refund_payment(
                actor=self.world.seller, key=key, order_id=bought.order, amount=Money(amount), words="",
                now=self.world.now,
            )  # fmt: skip
            return key, SUCCEEDED

        self._begin(Wish(REFUND, amount, {bought.who.id: amount}, call, of=bought, who=bought.who))

    def _quoted(self, ask: Callable[[], object]) -> tuple[UUID, int] | None:
        """The quote's id and fee; None when it was refused or nobody heard it."""
        try:
            quote = self.world.attempt(ask)
        except Refusal as refused:
            self.world.counts[f"quote {refused.code}"] += 1
            return None
        return (quote.id, quote.fee.minor) if quote else None  # type: ignore[attr-defined]

    def _confirm(
        self, kind: str, who: Actor, amount: int, quote: tuple[UUID, int], action: Callable[..., OrderView],
        change: dict[str, int], *, delayed: bool = False,
    ) -> None:  # fmt: skip
        key = uuid4()

        def call() -> tuple[UUID, str]:
            made = action(actor=who, key=key, quote_id=quote[0], now=self.world.now)
            return made.id, made.status

        self._begin(Wish(kind, amount, change, call, fee=quote[1], delayed=delayed, who=who))

    # -- clients that were not answered, or ask again

    def again(self) -> None:
        waiting = [wish for wish in self.wishes if not wish.answered]
        if waiting:
            self._try(self.world.dice.choice(waiting))

    def replay(self) -> None:
        """Who was told asks again with the same key: the same order, and nothing moves."""
        told = [wish for wish in self.wishes if wish.order]
        if not told:
            return
        wish = self.world.dice.choice(told)
        try:
            same = self.world.attempt(wish.call)
        except Refusal as refused:
            self.wrong.append(f"{wish.kind} {wish.amount}: told an order, then refused with {refused.code}")
            return
        if same is not None and same[0] != wish.order:
            self.wrong.append(f"{wish.kind} {wish.amount}: two orders for one key")

    def change(self) -> None:
        """The same key with another amount: refused, whatever became of the first."""
        told = [wish for wish in self.wishes if wish.order and wish.kind == TOPUP]
        if not told:
            return
        wish = self.world.dice.choice(told)
        try:
            made = self.world.attempt(lambda: wish.call(wish.amount + 1))  # type: ignore[call-arg]
        except Refusal:
            return
        if made is not None:
            self.wrong.append(f"topup {wish.amount}: its key took another amount")

    def cancel(self) -> None:
        held = [w for w in self.wishes if w.delayed and w.order and w.cancel != "done"]
        if not held:
            return
        wish = self.world.dice.choice(held)
        who, order = wish.who, wish.order
        assert who is not None
        assert order is not None
        wish.cancel = "asked"
        try:
            done = self.world.attempt(
                lambda: wallet.cancel_transfer(actor=who, order_id=order, now=self.world.now).status
            )
        except Refusal:
            return
        if done == "CANCELLED":
            wish.cancel = "done"

    # -- the bank

    def _movement(self) -> Movement | None:
        held = list(LyingBank.held.values())[-40:]
        return self.world.dice.choice(held) if held else None

    def decide(self) -> None:
        if known := self._movement():
            known.decide(self.world.dice)

    def give_back(self) -> None:
        if known := self._movement():
            known.give_back()

    def say(self) -> None:
        if known := self._movement():
            self.call_back(self.world.bank.word(known))

    def lie(self) -> None:
        if known := self._movement():
            self.call_back(self.world.bank.lie(known))

    def call_back(self, body: bytes) -> None:
        """The bank knocks, once: what it has to say again it says in another call."""
        self.world.attempt(
            lambda: rails.receive_callback(
                connector_code="sandbox", method="POST", path="/", headers={}, body=body, now=self.world.now
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
    """A world of its own with a bank that remembers nothing yet."""
    for memory in (LyingBank.held, LyingBank.sent, LyingBank.broken):
        memory.clear()
    LyingBank.honest = True
    world = World(seed, start)
    return Life(world, Desk(world))
