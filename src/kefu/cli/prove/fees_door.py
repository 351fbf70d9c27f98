"""The proof of fees inside an installation: `python -m kefu.cli.prove.fees_door SEED CASES ORDERS`.

Every published fee is held against fractions, then random fees are published one after the other and orders are made
under each: what was quoted is what the order says, what the books took and what the fractions give.
"""

import json
import random
import sys
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from kefu.cli.prove.fees import MOST_AMOUNT, check_rule, exact_fee, random_amount, random_terms

ORDERS_EACH = 4
FIELDS = ("free_up_to", "free_quota", "window", "rate_ppm", "tiers", "least", "most", "charged_to")


def _published(dice: random.Random, cases: int) -> list[str]:
    from kefu.wallet.models import FeeSchedule

    rows = [{name: getattr(row, name) for name in FIELDS} for row in FeeSchedule.objects.order_by("id")]
    found = []
    for place in range(cases):
        terms = rows[place % len(rows)] if place % 2 else random_terms(dice)
        left = dice.choice([0, terms["free_quota"], dice.randrange(0, terms["free_quota"] + 1)])
        found.append(check_rule(terms, random_amount(dice, terms), left))
    return [line for line in found if line]


class Town:
    """A payer with a card and a fortune, a payee, and a clock that only goes on."""

    def __init__(self, now: datetime) -> None:
        from kefu.core.actor import SYSTEM
        from kefu.identity import actions as identity
        from kefu.identity import queries as people
        from kefu.ledger import actions as ledger
        from kefu.wallet import actions as wallet
        from kefu.wallet.models import Instrument

        self.now = now
        ledger.ensure_chart(currency="CNY", now=now)
        ids = []
        for number in range(2):
            phone = f"+86138{number:08d}"
            made = identity.register_customer(actor=SYSTEM, phone=phone, name="林晓", password="", now=now)
            wallet.open_wallet(actor=SYSTEM, customer_id=made.id, now=now)
            wallet.set_standing(actor=SYSTEM, customer_id=made.id, tier=3, proof=3, checks=["in_person"], now=now)
            ids.append(made.id)
        who = people.actor_for_user(ids[0])
        self.payer = type(who)(kind=who.kind, id=who.id, label=who.label, session=str(uuid4()))
        identity.set_payment_pin(actor=self.payer, pin="482913", now=now)
        self.card = Instrument.objects.create(
            customer_id=ids[0], connector="sandbox", token="prove", last4="0000", bank="", kind="debit", linked_at=now
        ).id
        self.enrich()

    def enrich(self) -> None:
        """Money out of nothing: this installation is thrown away."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_account SET credits_posted = 100000000000000 WHERE code = 'L10'")

    def publish(self, kind: str, terms: dict[str, Any]) -> None:
        """The next version of the fee, in force at once."""
        from kefu.wallet.models import FeeSchedule

        last = FeeSchedule.objects.filter(kind=kind, mode="now").order_by("-version")[0]
        self.now += timedelta(seconds=1)
        FeeSchedule.objects.create(kind=kind, mode="now", version=last.version + 1, effective_from=self.now, **terms)

    def order(self, kind: str, amount: int) -> tuple[int, int, int]:
        """An order as its pages make it: the fee quoted, the fee on the order, and what left beside the amount."""
        from kefu.core.money import Money
        from kefu.identity import actions as identity
        from kefu.wallet import actions, queries

        self.now += timedelta(days=400)
        before = queries.balance_for(self.payer).available.minor
        if kind == "withdrawal":
            quote = actions.quote_withdrawal(
                actor=self.payer, instrument_id=self.card, amount=Money(amount), now=self.now
            )
        else:
            quote = actions.quote_transfer(
                actor=self.payer, payee_phone="+8613800000001", amount=Money(amount), mode="now", now=self.now
            )
        identity.prove_step_up(actor=self.payer, pin="482913", ref=f"quote:{quote.id}", now=self.now)
        make = actions.create_withdrawal if kind == "withdrawal" else actions.create_transfer
        made = make(actor=self.payer, key=uuid4(), quote_id=UUID(str(quote.id)), now=self.now)
        return quote.fee.minor, made.fee.minor, before - queries.balance_for(self.payer).available.minor - amount

    def quota_left(self, kind: str) -> int:
        from kefu.wallet.queries.limits.fee import quota_left_for

        return quota_left_for(self.payer, kind=kind, now=self.now + timedelta(days=400)).minor


def _orders(dice: random.Random, orders: int) -> tuple[int, list[str]]:
    from kefu.core import clock

    town, found, made = Town(clock.now()), [], 0
    while made < orders:
        kind, terms = dice.choice(["transfer", "withdrawal"]), random_terms(dice)
        town.publish(kind, terms)
        for _ in range(ORDERS_EACH):
            amount = min(random_amount(dice, terms), min(50_000_00, MOST_AMOUNT))
            left = town.quota_left(kind)
            wanted, (quoted, charged, left_wallet) = exact_fee(terms, amount, left), town.order(kind, amount)
            if {wanted, quoted, charged, left_wallet} != {wanted}:
                numbers = f"exactly {wanted}, quoted {quoted}, charged {charged}, taken {left_wallet}"
                found.append(f"{kind} of {amount} with {left} left: {numbers} under {terms}")
            made += 1
    return made, found


def main(arguments: list[str]) -> int:
    import django

    django.setup()
    seed, cases, orders = (int(word) for word in arguments)
    dice = random.Random(seed)
    wrong = _published(dice, cases)
    made, found = _orders(dice, orders)
    print(json.dumps({"operations": cases, "orders": made, "violations": [*wrong, *found]}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
