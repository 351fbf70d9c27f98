"""What was wished and told, and what the houses did, against wallets, orders and books.

The auditor knows the wishes with their fees as quoted and the houses' truth. It computes every balance from these two
alone; of the product it reads the balances, the orders, the recalls and the house's own accounts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kefu.cli.lives.asks.pots import pot_of, put_aside
from kefu.cli.lives.houses.bank import AskedBack, LyingBank
from kefu.cli.lives.houses.house import FAILED, RETURNED, SUCCEEDED, LyingHouse, Movement
from kefu.cli.lives.moves import Life
from kefu.cli.lives.wish import BILL, EXCHANGE, REFUND, REPAYMENT, TOPUP, TRANSFER, WITHDRAWAL, Purse, Wish
from kefu.core.refusal import NotFound
from kefu.ledger import queries as books
from kefu.rails import rules
from kefu.rails.queries.recalls import recall_of
from kefu.wallet.models import Order
from kefu.wallet.queries.bill import account_check_for
from kefu.wallet.queries.exchange import balances_for
from kefu.wallet.queries.pot import pots_for

OVER = {"SUCCEEDED", "FAILED", "CANCELLED", "RETURNED"}
CARRIED = {
    TOPUP: ("sandbox", rules.IN), WITHDRAWAL: ("sandbox", rules.OUT),
    BILL: ("biller", rules.OUT), REPAYMENT: ("lender", rules.OUT),
}  # fmt: skip
"""Of each kind that a house carries out: which, and which way the money goes."""
HELD_FIRST = (WITHDRAWAL, BILL, REPAYMENT, TRANSFER)
"""Kinds whose money is held until it goes."""
NOT_TAKEN = "XXXX"
"""The product's code for a request that its bank did not take."""
RECALLED = {
    SUCCEEDED: {"ACCEPTED", "REFUSED", "UNANSWERED"}, RETURNED: {"RETURNED", "REFUSED"}, FAILED: {"OVER", "REFUSED"},
}  # fmt: skip
"""How a request to get a payout back may stand at last, by what became of the payout: the first word counts."""


@dataclass
class Auditor:
    """`violations` is empty when all holds after the rest, `glance` when nothing is amiss on the way."""

    life: Life

    def __post_init__(self) -> None:
        self.wishes = self.life.clients.wishes
        self.orders: dict[tuple[str, int], list[Order]] = {}
        for order in Order.objects.all():
            self.orders.setdefault((order.kind, order.amount), []).append(order)
        self.truth = {(m.house, m.order.direction, m.order.amount): m for m in LyingHouse.held.values()}

    def violations(self) -> list[str]:
        """Every line that must not be."""
        return [
            *self.life.clients.wrong,
            *LyingHouse.broken,
            *self._wishes(),
            *self._nobodys(),
            *self._balances(),
            *self._positions(),
            *self._refunds(),
            *self._recalls(),
            *self._accounts_asked(),
            *self._money_outside(),
            *books.check_books(),
        ]

    # -- at any instant

    def glance(self) -> list[str]:
        """What must hold while everything is on its way: no order says more than its house did, and what is held and
        what is gone of each balance is what its orders say.
        """
        there, held = Counter[Purse](), Counter[Purse]()
        lines: list[str] = []
        for wish in self.wishes:
            for order in self.orders.get((wish.kind, wish.amount), []):
                lines += self._ahead(wish, order)
                if order.status == SUCCEEDED or (order.acknowledged_at and order.status not in (FAILED, RETURNED)):
                    there.update(wish.change)
                elif wish.kind in HELD_FIRST and order.status not in OVER:
                    held[wish.who.id, order.currency] += wish.amount + wish.fee
        for who, seen in self._balances_seen():
            right = (there[who] - held[who], held[who])
            if seen != right:
                lines.append(f"balance: {who} has {seen[0]} + {seen[1]} held, should be {right[0]} + {right[1]}")
        return lines

    def _ahead(self, wish: Wish, order: Order) -> Iterator[str]:
        if wish.kind not in CARRIED:
            return
        known = self._movement(wish)
        did = known.status if known else "nothing"
        taken_on = order.acknowledged_at and order.status not in OVER
        fits = {
            SUCCEEDED: did in (SUCCEEDED, RETURNED), RETURNED: did == RETURNED, FAILED: did in (FAILED, "nothing"),
            "CANCELLED": known is None,
        }.get(order.status, not taken_on or (known is not None and rules.ACKNOWLEDGED in known.at))  # fmt: skip
        if not fits:
            what = f"{order.status}, taken on," if taken_on else order.status
            yield f"ahead: {wish.kind} {wish.amount} is {what} and its house did {did}"

    # -- the ends

    def _movement(self, wish: Wish) -> Movement | None:
        return self.truth.get((*CARRIED[wish.kind], wish.amount))

    def _wishes(self) -> Iterator[str]:
        for wish in self.wishes:
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
        if wish.must_refuse:
            yield f"let through: {line} should have been refused with {wish.must_refuse}"
        if wish.until and order.created_at >= wish.until:
            yield f"stale: {line} was made at {order.created_at}, its quote ended at {wish.until}"
        known = self._movement(wish) if wish.kind in CARRIED else None
        if known and known.order.instrument_token != wish.to:
            yield f"astray: {line} went by {known.order.instrument_token}, not {wish.to}"
        if wish.kind in CARRIED:
            yield from self._early(line, order, known.at if known else {})

    def _early(self, line: str, order: Order, did: dict[str, datetime]) -> Iterator[str]:
        """Nothing may be said to be done before its house did it, nor what it never did."""
        said = {
            rules.ACKNOWLEDGED: order.acknowledged_at, SUCCEEDED: order.settled_at, RETURNED: order.returned_at,
        }  # fmt: skip
        for word, when in said.items():
            if when and (word not in did or when < did[word]):
                yield f"early: {line} was {word} at {when}, with its house at {did.get(word, 'no time')}"

    def _right(self, wish: Wish, order: Order) -> str:
        """The end that the order must have come to."""
        known = self._movement(wish) if wish.kind in CARRIED else None
        if known:
            return known.status
        if "asked" in (wish.cancel, wish.recall) and order.status == "CANCELLED":
            # The answer to the cancelling was lost: the order alone can say whether it came through.
            return order.status
        if wish.cancel == "done":
            return "CANCELLED"
        # A house that has nothing of it did nothing. Else told so at once: the money had gone between quote and
        # confirmation. Nothing may move by it.
        return FAILED if wish.kind in CARRIED or wish.status == FAILED else SUCCEEDED

    def _nobodys(self) -> Iterator[str]:
        wished = {(wish.kind, wish.amount) for wish in self.wishes}
        for (kind, amount), found in self.orders.items():
            if (kind, amount) not in wished:
                yield f"nobody asked: {kind} {amount}, {found[0].status}"

    def _came_about(self, wish: Wish) -> bool:
        if wish.kind in CARRIED:
            known = self._movement(wish)
            return known is not None and known.status == SUCCEEDED
        found = self.orders.get((wish.kind, wish.amount), [])
        return bool(found) and self._right(wish, found[0]) == SUCCEEDED

    # -- whose money it is

    def _balances_seen(self) -> Iterator[tuple[Purse, tuple[int, int]]]:
        for who in self.life.world.customers:
            for seen in balances_for(who):
                yield (who.id, seen.currency), (seen.available.minor, seen.held.minor)
            yield put_aside(who), (pots_for(who, [pot_of(who)])[pot_of(who)].minor, 0)

    def _balances(self) -> Iterator[str]:
        expected: Counter[Purse] = Counter()
        for wish in self.wishes:
            if self._came_about(wish):
                expected.update(wish.change)
        seen = dict(self._balances_seen())
        for who in {**seen, **expected}:
            has, held = seen.get(who, (0, 0))
            if (has, held) != (expected[who], 0):
                yield f"balance: {who} has {has} + {held} held, should be {expected[who]}"

    def _positions(self) -> Iterator[str]:
        """What the house has bought of each currency, less what it has sold of it: the customers' sums, mirrored."""
        bought = Counter[str]()
        for wish in self.wishes:
            if wish.kind == EXCHANGE and self._came_about(wish):
                for (_, currency), more in wish.change.items():
                    bought[currency] += more if more > 0 else more + wish.fee
        for currency, right in bought.items():
            if (has := books.balance("", code="A40", currency=currency).posted) != right:
                yield f"position: {has} of {currency}, should be {right}"

    def _refunds(self) -> Iterator[str]:
        given = Counter[int]()
        for wish in self.wishes:
            if wish.kind == REFUND and wish.of and self._came_about(wish):
                given[wish.of.amount] += wish.amount
        for amount, back in given.items():
            if back > amount:
                yield f"refunded: {back} of {amount}"

    # -- what was asked of houses

    def _recalls(self) -> Iterator[str]:
        wished = {wish.amount: wish for wish in self.wishes if wish.kind == WITHDRAWAL}
        asked = {one.known.order.amount: one for one in LyingBank.recalls.values()}
        for amount in asked:
            if amount not in wished or not wished[amount].recall:
                yield f"nobody asked: withdrawal {amount} back"
        for amount, wish in wished.items():
            if wish.recall == "told":
                yield from self._recalled(wish, asked.get(amount))

    def _recalled(self, wish: Wish, asked: AskedBack | None) -> Iterator[str]:
        known, stands = self._movement(wish), recall_of(f"order:{wish.order}")
        did, line = known.status if known else FAILED, f"withdrawal {wish.amount}, asked back,"
        if stands is None:
            yield f"lost: {line} was told so"
            return
        if stands.status not in RECALLED[did]:
            yield f"wrong: {line} is {stands.status}, and its bank did {did}"
        if did == SUCCEEDED and asked is None and not stands.code:
            yield f"lost: {line} never came to its bank"
        said = asked.said if asked else set()
        if stands.answer and stands.code != NOT_TAKEN and f"RECALL_{stands.answer}" not in said:
            yield f"invented: {line} was answered {stands.answer}, which its bank never said"

    def _accounts_asked(self) -> Iterator[str]:
        for one in self.life.clients.asked:
            status = account_check_for(one.who, one.id, now=self.life.world.now).status
            if status == "ASKED":
                yield f"stuck: the account {one.account} is {status}"

    # -- what the houses have of ours

    def _money_outside(self) -> Iterator[str]:
        """By their truth and by the books."""
        moved, owed = 0, Counter[str]()
        for known in LyingHouse.held.values():
            sign = 1 if known.order.direction == rules.IN else -1
            moved += sign * known.order.amount if known.status == SUCCEEDED else 0
            if known.house != LyingBank.code:
                payee = known.order.instrument_token.split("/")[0]
                owed[payee] += known.order.amount if known.status in (SUCCEEDED, RETURNED) else 0
        booked = sum(books.balance("", code=code).posted for code in ("A10", "A11", "A20"))
        booked -= books.balance("", code="L20").posted
        for payee, right in owed.items():
            booked -= (there := _payable(payee))
            if there != right:
                yield f"payee: {payee} took {right}, the books owe it {there}"
        if moved != booked:
            yield f"imbalance: the houses hold {moved}, the books say {booked}"


def _payable(payee: str) -> int:
    """What we owe a biller or lender until its statement shows it."""
    try:
        return books.balance(f"payee:{payee}", code="L31").posted
    except NotFound:
        return 0
