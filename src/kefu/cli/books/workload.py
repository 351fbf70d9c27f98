"""Random work for the books, by seed: what customers do, what clients repeat, and what nobody should ask for.

Journals move money only between the accounts that they may, and what a credit needs is funded in the same
batch, so that every invariant of `kefu.ledger.books` must hold whatever was accepted.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from kefu.cli.books.auditor import Asked

Batch = tuple[Asked, ...]

MISSING_ACCOUNT = 999_999_999_999
WRONG = ("missing", "same", "zero", "negative", "huge", "currency", "corrects", "hold")


@dataclass
class Town:
    """The account ids that a workload moves money between."""

    wallets: list[int]
    house: dict[str, int]
    foreign: int


@dataclass
class Workload:
    """Draws batches. Workloads that are given the same `sent` and `holds` get in each other's way."""

    town: Town
    random: random.Random
    sent: list[Batch] = field(default_factory=list)
    holds: list[Asked] = field(default_factory=list)
    tried: Batch = ()
    drawn: int = 0

    def batch(self, now: datetime) -> Batch:
        """The next batch that a client sends."""
        chance = self.random.random()
        if self.sent and chance < 0.08:
            return self._repeat()
        size = 1 if chance < 0.6 else self.random.randint(2, 12)
        drawn: list[Asked] = []
        for _ in range(size):
            drawn += self._step(now, drawn)
        if self.random.random() < 0.06:
            drawn.insert(self.random.randrange(len(drawn) + 1), self._wrong(drawn))
        self.tried = tuple(drawn)
        return self.tried

    def posted(self, batch: Batch) -> None:
        """The batch was accepted: its holds can be ended from now on, by anybody."""
        self.sent.append(batch)
        self.holds += [asked for asked in batch if asked.kind == "hold"]
        del self.sent[:-100], self.holds[:-30]

    def _ask(self, debit: int, credit: int, amount: int, journal: str, **fields: object) -> Asked:
        self.drawn += 1
        id_ = UUID(int=self.random.getrandbits(128), version=4)
        order = f"order:{self.random.randrange(1_000_000)}"
        return replace(Asked(id_, debit, credit, amount, journal, order), **fields)  # type: ignore[arg-type]

    def _step(self, now: datetime, before: Sequence[Asked]) -> list[Asked]:
        house, wallets = self.town.house, self.town.wallets
        amount = self.random.choice((1, 50, 700, 2_000, self.random.randint(1, 9_000)))
        payer, payee = self.random.sample(wallets, 2)
        what = self.random.choices(
            ("topup", "settle", "pay", "fee", "goodwill", "long", "match", "hold", "withdraw", "paid", "back", "end"),
            (18, 3, 32, 8, 4, 2, 2, 13, 6, 1, 1, 12),
        )[0]
        if what == "topup":
            return [self._ask(house["A20"], payer, amount, "TOPUP")]
        if what == "settle":
            return [self._ask(house["A10"], house["A20"], amount, "TOPUP_SETTLED")]
        if what == "pay":
            return [self._ask(payer, payee, amount, "TRANSFER")]
        if what == "fee":
            fee = 1 + amount // 100
            return [
                self._ask(payer, house["I11"], fee, "FEE"),
                self._ask(house["A11"], house["A10"], fee, "SWEEP_LEG"),
            ]
        if what == "goodwill":
            return [
                self._ask(house["E13"], payer, amount, "GOODWILL", case_ref="case:1"),
                self._ask(house["A10"], house["A11"], amount, "FUND_LEG", case_ref="case:1"),
            ]
        if what == "long":
            return [self._ask(house["A10"], house["L40"], amount, "LONG")]
        if what == "match":
            return [self._ask(house["L40"], payer, amount, "LONG")]
        if what == "hold":
            return [self._hold(payer, payee, amount, now)]
        if what == "withdraw":
            return [self._ask(payer, house["L20"], amount, "WITHDRAW", kind="hold")]
        if what == "paid":
            return [self._ask(house["L20"], house["A10"], amount, "WITHDRAW_SETTLED")]
        if what == "back":
            return [self._ask(house["A20"], payer, amount, "WITHDRAW_RETURN")]
        return [self._end([*self.holds, *(asked for asked in before if asked.kind == "hold")])]

    def _hold(self, payer: int, payee: int, amount: int, now: datetime) -> Asked:
        lasts = self.random.choice((None, None, timedelta(seconds=5), timedelta(hours=2)))
        return self._ask(payer, payee, amount, "TRANSFER", kind="hold", expires_at=now + lasts if lasts else None)

    def _end(self, holds: Sequence[Asked]) -> Asked:
        kind = self.random.choices(("post_hold", "void_hold", "expire"), (5, 3, 2))[0]
        if not holds:
            return self._ask(0, 0, 0, "TRANSFER", kind=kind, hold_id=UUID(int=7))
        held = self.random.choice(holds)
        amount = 0
        if kind == "post_hold":
            amount = self.random.choice((held.amount, held.amount, max(1, held.amount // 3), held.amount + 1))
        elif self.random.random() < 0.3:
            amount = self.random.choice((held.amount, held.amount, max(1, held.amount - 1)))
        debit, credit = self.random.choice(((0, 0), (0, 0), (held.debit, held.credit), (held.credit, held.debit)))
        return self._ask(debit, credit, amount, held.journal, kind=kind, hold_id=held.id)

    def _repeat(self) -> Batch:
        """A batch posted before, or the one tried last: the same, a part of it, or changed under the same ids.

        Only of what was posted a part is sent: elsewhere it could leave a credit without the leg that funds it.
        """
        batch = self.random.choice(self.sent)
        how = self.random.random()
        if how < 0.2 and self.tried:
            return self.tried
        if how < 0.6:
            return batch
        if how < 0.75:
            return batch[: self.random.randint(1, len(batch))]
        place = self.random.randrange(len(batch))
        changed = replace(batch[place], order_ref=batch[place].order_ref + "x")
        if how < 0.9:
            return (*batch[:place], changed, *batch[place + 1 :])
        # Something new with something known in one batch; or one id twice.
        payer, payee = self.random.sample(self.town.wallets, 2)
        fresh = self._ask(payer, payee, 1, "TRANSFER")
        return (fresh, batch[place]) if how < 0.95 else (fresh, fresh)

    def _wrong(self, before: Sequence[Asked]) -> Asked:
        a, b = self.random.sample(self.town.wallets, 2)
        what = self.random.choice(WRONG)
        if what == "missing":
            return self._ask(a, MISSING_ACCOUNT, 5, "TRANSFER")
        if what == "same":
            return self._ask(a, a, 5, "TRANSFER")
        if what == "currency":
            return self._ask(a, self.town.foreign, 5, "TRANSFER")
        if what == "corrects":
            return self._ask(a, b, 5, "TRANSFER", corrects=UUID(int=self.random.getrandbits(128), version=4))
        if what == "hold":
            return self._ask(a, b, 5, "TRANSFER", kind="void_hold", hold_id=UUID(int=9))
        if before and what == "zero":
            return self._ask(a, b, 1, "TRANSFER", corrects=before[0].id)
        return self._ask(a, b, {"zero": 0, "negative": -5, "huge": 10**13 + 1}[what], "TRANSFER")
