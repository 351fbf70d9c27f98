"""When money is expected: learned from what the bank did, said only when enough is known, kept by nine of ten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kefu.cli.prove.arrival import Outcome, drive, judge
from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries
from kefu.rails.arrival import LEAST, Past, interval
from kefu.rails.models import Instruction

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def done(*seconds: float) -> list[Past]:
    """Orders long past, the last one the newest."""
    return [Past(10_000.0, one) for one in reversed(seconds)]


def test_nothing_is_said_before_enough_is_known() -> None:
    assert interval(done(*range(1, LEAST))) is None
    assert interval(done(*range(1, LEAST + 1))) is not None


def test_the_interval_is_what_most_took() -> None:
    start, end = interval(done(*([60.0] * 5 + [100.0] * 90 + [600.0] * 5))) or (0, 0)
    assert 60 <= start <= 100 <= end <= 600
    assert interval(done(*([100.0] * 100))) == (100, 100)


def test_orders_still_under_way_count_with_their_wait() -> None:
    quick = done(*([60.0] * 40))
    slow = [Past(900.0, None) for _ in range(4)]
    assert interval(quick) == (60, 60)
    # One in eleven has waited a quarter of an hour: nobody knows yet how long the slowest take.
    assert interval([*slow, *quick]) is None


def test_missed_promises_widen_the_interval() -> None:
    spread = [float(40 + number % 41) for number in range(120)]
    kept = [Past(10_000.0, one, (1.0, 1_000.0)) for one in spread]
    missed = [Past(10_000.0, one, (59.0, 61.0)) for one in spread]
    narrow, wide = interval(kept) or (0, 0), interval(missed) or (0, 0)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    assert wide[1] - wide[0] > narrow[1] - narrow[0]


@pytest.mark.row("W-23")
def test_a_simulated_rail_keeps_nine_of_ten() -> None:
    assert judge(0, drive(seed=60_002, orders=900)) == []


def test_the_proof_sees_a_rail_that_promises_too_much_or_too_little() -> None:
    assert judge(3, Outcome(kept=0.86, width=1.0, said=9)) == [
        "rail 3: 0.860 of the intervals were kept, not 0.90 within 0.03"
    ]
    assert len(judge(3, Outcome(kept=0.94, width=1.31, said=9))) == 2


def _past(count: int, *, seconds: Callable[[int], int], status: str = "SUCCEEDED", direction: str = "out") -> None:
    for number in range(count):
        made = NOW - timedelta(hours=2, minutes=number)
        Instruction.objects.create(
            order_ref=f"order:{uuid4()}",
            direction=direction,
            connector="sandbox",
            instrument_token="tok",
            amount=100,
            currency="CNY",
            status=status,
            happened_at=made,
            outcome_at=made + timedelta(seconds=seconds(number)),
        )


@pytest.mark.django_db
def test_an_instruction_remembers_what_was_expected_when_it_was_made() -> None:
    _past(60, seconds=lambda number: 100 + number % 10)
    _past(40, seconds=lambda number: 9_000, status="FAILED")
    _past(40, seconds=lambda number: 9_000, direction="in")
    view = actions.create_instruction(
        actor=SYSTEM,
        order_ref=f"order:{uuid4()}",
        direction="out",
        amount=100,
        currency="CNY",
        instrument_token="tok",
        now=NOW,
    )
    assert view.expected is not None
    start, end = ((at - NOW).total_seconds() for at in view.expected)
    assert 100 <= start < end <= 109
    assert queries.expected_arrival(connector="other", direction="out", now=NOW) is None


@pytest.mark.django_db
def test_it_is_one_query_on_an_index(django_assert_num_queries) -> None:
    _past(60, seconds=lambda number: 100)
    with django_assert_num_queries(1):
        assert queries.expected_arrival(connector="sandbox", direction="out", now=NOW) is not None
