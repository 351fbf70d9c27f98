"""The fee is a pure function, and the charge is the quote."""

import random

import pytest

from kefu.wallet.rules.fee import FeeRule, fee

NOW = FeeRule(free_up_to=1_000_00, rate_ppm=1000, least=10, most=25_00)


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("amount", "cost"),
    [
        (1, 0),
        (1_000_00, 0),
        (1_000_01, 10),
        (1_100_00, 10),
        (1_104_99, 10),
        (1_105_00, 11),
        (5_000_00, 4_00),
        (26_000_00, 25_00),
        (50_000_00, 25_00),
    ],
)
def test_vectors(amount: int, cost: int) -> None:
    assert fee(NOW, amount) == cost


@pytest.mark.row("W-17")
def test_a_hundred_thousand_cases_against_fractions() -> None:
    from fractions import Fraction

    dice = random.Random(20)
    for _ in range(100_000):
        rule = FeeRule(
            free_up_to=dice.randrange(0, 200_00),
            rate_ppm=dice.choice([0, 1, 500, 1000, 6000, 999_999]),
            least=dice.randrange(0, 50),
            most=dice.randrange(50, 30_00),
        )
        amount = dice.randrange(1, 60_000_00)
        above = max(0, amount - rule.free_up_to)
        exact = Fraction(above * rule.rate_ppm, 1_000_000)
        rounded = int(exact + Fraction(1, 2))
        wanted = 0 if above == 0 or rule.rate_ppm == 0 else min(max(rounded, rule.least), rule.most)
        assert fee(rule, amount) == wanted
