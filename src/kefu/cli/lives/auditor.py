"""After the quiet: what was wished and told, and what the bank did, against wallets, orders and books.

The auditor knows the wishes with their fees as quoted and the bank's truth. It computes every balance from these two
alone; of the product it reads the balances, the orders and the house's own accounts.
"""

from collections import Counter
from collections.abc import Iterator

from kefu.cli.lives.bank import FAILED, SUCCEEDED, LyingBank
from kefu.cli.lives.moves import REFUND, TOPUP, WITHDRAWAL, Life, Wish
from kefu.ledger import queries as books
from kefu.rails import rules
from kefu.wallet import queries
from kefu.wallet.models import Order

OVER = {"SUCCEEDED", "FAILED", "CANCELLED", "RETURNED"}
DIRECTION = {TOPUP: rules.IN, WITHDRAWAL: rules.OUT}


class Auditor:
    """`violations` is empty when all holds."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.orders: dict[tuple[str, int], list[Order]] = {}
        for order in Order.objects.all():
            self.orders.setdefault((order.kind, order.amount), []).append(order)
        self.truth = {(m.order.direction, m.order.amount): m.status for m in LyingBank.held.values()}

    def violations(self) -> list[str]:
        """Every line that must not be."""
        return [
            *self.life.wrong,
            *LyingBank.broken,
            *self._wishes(),
            *self._nobodys(),
            *self._balances(),
            *self._money_outside(),
            *books.check_books(),
        ]

    def _wishes(self) -> Iterator[str]:
        for wish in self.life.wishes:
            found = self.orders.get((wish.kind, wish.amount), [])
            line = f"{wish.kind} {wish.amount}"
            if len(found) > 1:
                yield f"doubled: {line} has {len(found)} orders"
            elif wish.order and not found:
                yield f"lost: {line} was told {wish.order}"
            elif wish.refused and found:
                yield f"lied: {line} was refused ({wish.refused}) and is {found[0].status}"
            elif found:
                yield from self._one(line, wish, found[0])

    def _one(self, line: str, wish: Wish, order: Order) -> Iterator[str]:
        if order.status not in OVER:
            yield f"stuck: {line} is {order.status}"
        elif order.status != (right := self._right(wish, order)):
            yield f"wrong: {line} is {order.status}, should be {right}"
        if order.fee != wish.fee:
            yield f"fee: {line} was quoted {wish.fee} and charged {order.fee}"

    def _right(self, wish: Wish, order: Order) -> str:
        """The end that the order must have come to."""
        if wish.kind in DIRECTION:
            return self.truth.get((DIRECTION[wish.kind], wish.amount), FAILED)
        if wish.cancel == "asked" and order.status == "CANCELLED":
            # The answer to the cancelling was lost: the order alone can say whether it came through.
            return order.status
        if wish.status == FAILED:
            # Told so at once: the money had gone between quote and confirmation. Nothing may move by it.
            return FAILED
        return "CANCELLED" if wish.cancel == "done" else SUCCEEDED

    def _nobodys(self) -> Iterator[str]:
        wished = Counter((wish.kind, wish.amount) for wish in self.life.wishes)
        for (kind, amount), found in self.orders.items():
            if (kind, amount) not in wished:
                yield f"nobody asked: {kind} {amount}, {found[0].status}"

    def _came_about(self, wish: Wish) -> bool:
        found = self.orders.get((wish.kind, wish.amount), [])
        if wish.kind in DIRECTION:
            return self.truth.get((DIRECTION[wish.kind], wish.amount)) == SUCCEEDED
        return bool(found) and self._right(wish, found[0]) == SUCCEEDED

    def _balances(self) -> Iterator[str]:
        expected: Counter[str] = Counter()
        for wish in self.life.wishes:
            if self._came_about(wish):
                expected.update(wish.change)
        for who in self.life.world.customers:
            seen, right = queries.balance_for(who), expected[who.id]
            if (seen.available.minor, seen.held.minor) != (right, 0):
                yield f"balance: {who.label} has {seen.available.minor} + {seen.held.minor}, should be {right}"
        given = Counter[int]()
        for wish in self.life.wishes:
            if wish.kind == REFUND and wish.of and self._came_about(wish):
                given[wish.of.amount] += wish.amount
        for amount, back in given.items():
            if back > amount:
                yield f"refunded: {back} of {amount}"

    def _money_outside(self) -> Iterator[str]:
        """What the bank has of ours, by its truth and by the books."""
        moved = 0
        for movement in LyingBank.held.values():
            sign = 1 if movement.order.direction == rules.IN else -1
            moved += sign * movement.order.amount if movement.status == SUCCEEDED else 0
        booked = sum(books.balance("", code=code).posted for code in ("A10", "A11", "A20"))
        booked -= books.balance("", code="L20").posted
        if moved != booked:
            yield f"imbalance: the bank holds {moved}, the books say {booked}"
