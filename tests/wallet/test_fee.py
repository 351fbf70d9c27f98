"""The fee is a pure function, and the charge is the quote."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kefu.wallet.rules.fee import FeeRule, fee, window_start

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
@pytest.mark.parametrize(
    ("amount", "left", "cost"),
    [(5_000_00, 1_000_00, 4_00), (5_000_00, 0, 5_00), (1_000_00, 1_000_00, 0), (1_000_01, 1_000_00, 10), (1, 0, 10)],
)
def test_vectors_with_a_free_quota(amount: int, left: int, cost: int) -> None:
    """Published vectors of 0.1 %, a free ¥1,000 of a person's life and at least ¥0.10."""
    assert fee(FeeRule(free_up_to=0, rate_ppm=1000, least=10, most=25_00), amount, quota_left=left) == cost


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("window", "since"),
    [("month", "2026-11-01T00:00+08:00"), ("year", "2026-01-01T00:00+08:00"), ("lifetime", None)],
)
def test_a_quota_counts_from_the_local_beginning_of_its_window(window: str, since: str | None) -> None:
    # It is November in Shanghai already, and still October in London.
    now = datetime.fromisoformat("2026-10-31T16:30+00:00")
    found = window_start(window, now=now, zone=ZoneInfo("Asia/Shanghai"))
    assert found == (datetime.fromisoformat(since) if since else None)


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
        left = dice.choice([0, dice.randrange(0, 5_000_00)])
        above = max(0, amount - rule.free_up_to - left)
        exact = Fraction(above * rule.rate_ppm, 1_000_000)
        rounded = int(exact + Fraction(1, 2))
        wanted = 0 if above == 0 or rule.rate_ppm == 0 else min(max(rounded, rule.least), rule.most)
        assert fee(rule, amount, quota_left=left) == wanted
