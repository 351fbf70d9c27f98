"""How customers and their shop ask: each wish with a key and an amount that no other has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kefu.cli.lives.wish import AccountAsked, Purse, Told, Wish
from kefu.cli.lives.world import PIN, World
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.wallet.queries import OrderView, QuoteView


@dataclass
class Clients:
    """What they wish and were told. `wrong`: what was seen amiss on the way; `used`: amounts that are taken."""

    world: World
    wishes: list[Wish] = field(default_factory=list)
    asked: list[AccountAsked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def anybody(self) -> Actor:
        """One of the customers."""
        return self.world.dice.choice(self.world.customers)

    def amount(self, most: int) -> int:
        """Minor units, up to `most`, that nobody has asked for yet."""
        while (amount := self.world.dice.randrange(1_00, most)) in self.used:
            pass
        self.used.add(amount)
        return amount

    def some(self, fits: Callable[[Wish], bool]) -> Wish | None:
        """One of the wishes that fit."""
        found = [wish for wish in self.wishes if fits(wish)]
        return self.world.dice.choice(found) if found else None

    def begin(self, wish: Wish) -> None:
        """Ask for the first time."""
        self.wishes.append(wish)
        self.ask(wish)

    def ask(self, wish: Wish) -> None:
        """Ask, and note what was told."""
        wish.tries += 1
        try:
            told = self.world.attempt(wish.call)
            wish.order, wish.status = told or (None, "")
        except Refusal as refused:
            wish.refused = refused.code
        self.world.counts[f"{wish.kind} {'told' if wish.order else wish.refused or 'unanswered'}"] += 1

    def quoted(self, who: Actor, ask: Callable[[], QuoteView]) -> QuoteView | None:
        """The quote, with the PIN given for it where it wants that; None when it was refused or nobody heard it."""
        try:
            quote = self.world.attempt(ask)
        except Refusal as refused:
            self.world.counts[f"quote {refused.code}"] += 1
            return None
        if quote and quote.needs_pin:
            self.prove(who, f"quote:{quote.id}")
        return quote

    def prove(self, who: Actor, ref: str) -> None:
        """The payment PIN for one matter."""
        identity.prove_step_up(actor=who, pin=PIN, ref=ref, now=self.world.now)

    def confirm(
        self, kind: str, who: Actor, quote: QuoteView, action: Callable[..., OrderView], change: dict[Purse, int],
        **more: Any,
    ) -> None:  # fmt: skip
        """Wish what was quoted, by `action`; `more` are fields of the wish."""
        key = uuid4()

        def call() -> Told:
            made = action(actor=who, key=key, quote_id=quote.id, now=self.world.now)
            return made.id, made.status

        given = {"fee": quote.fee.minor, "until": quote.expires_at, **more}
        self.begin(Wish(kind, quote.amount.minor, who, change, call, **given))
