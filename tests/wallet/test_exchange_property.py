"""Exact arithmetic: no way round makes money, in pure sums for any rate, and in orders for random ones."""

import random
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wallet.market import tell_rates
from tests.wallet.test_race import at_once

from kefu.core.money import MINOR_MAX, Money, parse_amount
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.models import BUY, FOREIGN, SELL, Order
from kefu.wallet.queries.exchange import foreign_balances_for
from kefu.wallet.rules.exchange import Pair, at_mid, bought_for, customer_rate, in_usd

pytestmark = [pytest.mark.row("W-18")]
MIDS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(99999), places=6)
BPS = st.integers(0, 500)
CODES = st.sampled_from(FOREIGN)
UNITS = st.sampled_from([1, 100])


@given(code=CODES, units=UNITS, mid=MIDS, bps=BPS, sold=st.integers(1, MINOR_MAX), first=st.sampled_from([BUY, SELL]))
def test_there_and_back_never_brings_more(code: str, units: int, mid: Decimal, bps: int, sold: int, first: str) -> None:
    """At one middle rate, at any spread (none too), without any fee."""
    there, back = Pair(side=first, currency=code), Pair(side=SELL if first == BUY else BUY, currency=code)
    one = bought_for(sold, pair=there, rate=customer_rate(mid, side=there.side, bps=bps), units=units)
    rate = customer_rate(mid, side=back.side, bps=bps)
    assert rate == 0 or bought_for(one, pair=back, rate=rate, units=units) <= sold


@given(code=CODES, units=UNITS, mid=MIDS, bps=BPS, parts=st.lists(st.integers(1, 10**9), min_size=2, max_size=5))
def test_many_small_ones_never_bring_more_than_one(code: str, units: int, mid: Decimal, bps: int, parts: list[int]) -> None:
    for side in (BUY, SELL):
        pair, rate = Pair(side=side, currency=code), customer_rate(mid, side=side, bps=bps)
        if rate > 0:
            bits = sum(bought_for(part, pair=pair, rate=rate, units=units) for part in parts)
            assert bits <= bought_for(sum(parts), pair=pair, rate=rate, units=units)


@given(code=CODES, units=UNITS, mid=MIDS, bps=BPS, sold=st.integers(1, MINOR_MAX))
def test_nobody_gets_more_than_the_middle_rate_gives(code: str, units: int, mid: Decimal, bps: int, sold: int) -> None:
    buy, sell = (customer_rate(mid, side=side, bps=bps) for side in (BUY, SELL))
    assert sell <= mid <= buy
    assert buy - mid * (10_000 + bps) / 10_000 < Decimal("0.0001")
    bought = bought_for(sold, pair=Pair(side=BUY, currency=code), rate=buy, units=units)
    assert at_mid(bought, currency=code, mid=mid, units=units) <= sold
    if sell > 0:
        got = bought_for(sold, pair=Pair(side=SELL, currency=code), rate=sell, units=units)
        assert got <= at_mid(sold, currency=code, mid=mid, units=units)


@given(home=st.fractions(min_value=0, max_value=MINOR_MAX), mid=MIDS)
def test_the_quota_counts_at_least_what_it_is_worth(home: Fraction, mid: Decimal) -> None:
    cents = in_usd(home, usd_mid=mid, usd_units=1)
    assert (cents - 1) * Fraction(mid) < home <= cents * Fraction(mid) or home == cents == 0


@given(st.sampled_from(["CNY", *FOREIGN]), st.integers(1, MINOR_MAX))
def test_amounts_of_every_currency_are_shown_and_read_again(code: str, minor: int) -> None:
    assert parse_amount(Money(minor, code).text(), code) == Money(minor, code)
    assert parse_amount(Money(minor, code).plain(), code) == Money(minor, code)


def test_random_orders_in_random_markets_keep_both_books_and_make_nobody_richer(town) -> None:
    dice = random.Random(18)
    lin, mid = town.customer("林晓", 40_000_00), {"USD": 71_000, "EUR": 82_000, "HKD": 9_100, "JPY": 45_500}
    tell_rates(town.now)
    done, refusals = 0, set()
    for _ in range(30):
        town.wait(seconds=dice.randrange(1, 50))
        for code in mid:
            mid[code] += mid[code] * dice.randrange(-30, 31) // 100_000
        tell_rates(town.now, **{code: f"{rate // 10_000}.{rate % 10_000:04d}" for code, rate in mid.items()})
        code, buying = dice.choice(FOREIGN), dice.random() < 0.5
        amount = Money(dice.randrange(1, 3_000_00)) if buying else Money(dice.randrange(1, 30_000), code)
        before = queries.balance_for(lin).posted.minor, {b.currency: b.posted.minor for b in foreign_balances_for(lin)}
        try:
            quote = actions.quote_exchange(
                actor=lin, amount=amount, into=code if buying else "CNY", purpose="other", now=town.now
            )
            town.prove(lin, f"quote:{quote.id}")
            order = actions.create_exchange(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
        except Refusal as refused:
            refusals.add(refused.code)
            continue
        done += 1
        assert order.exchange is not None
        moved = {amount.currency: -quote.total.minor, order.exchange.bought.currency: order.exchange.bought.minor}
        after = {b.currency: b.posted.minor for b in foreign_balances_for(lin)}
        assert queries.balance_for(lin).posted.minor - before[0] == moved["CNY"]
        assert after[code] - before[1].get(code, 0) == moved[code]
        for currency in ("CNY", code):
            covered = books.safeguarding(currency)
            assert covered.excess == 0, currency
    assert done > 10
    assert refusals <= {"wallet.transfer.insufficient_funds", "wallet.exchange.too_little"}
    assert books.check_books() == []


def test_two_exchanges_against_one_balance_one_goes_through(committed_town) -> None:
    town = committed_town
    tell_rates(town.now)
    lin = town.customer("林晓", 150_00)
    quotes = [
        actions.quote_exchange(actor=lin, amount=Money(100_00), into=into, purpose="other", now=town.now)
        for into in ("USD", "JPY", "USD")
    ]
    for quote in quotes:
        town.prove(lin, f"quote:{quote.id}")
    answers = at_once(
        *(
            lambda quote=quote: actions.create_exchange(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
            for quote in quotes
        )
    )
    codes = sorted(answer.code if isinstance(answer, Refusal) else answer.status for answer in answers)
    assert codes == ["SUCCEEDED", *["wallet.transfer.insufficient_funds"] * 2]
    assert Order.objects.filter(kind="exchange").count() == 1
    assert town.money(lin) == (150_00 - 100_10, 0)
    assert books.check_books() == []


def test_the_same_quote_twice_at_once_is_one_order(committed_town) -> None:
    town = committed_town
    tell_rates(town.now)
    lin = town.customer("林晓", 500_00)
    quote = actions.quote_exchange(actor=lin, amount=Money(100_00), into="EUR", purpose="other", now=town.now)
    town.prove(lin, f"quote:{quote.id}")
    answers = at_once(
        *[lambda: actions.create_exchange(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)] * 4
    )
    assert len({answer.id for answer in answers}) == 1
    assert town.money(lin)[0] == 399_90
    assert books.check_books() == []
