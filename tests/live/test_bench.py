"""The bench of the event stream runs its phases and finds nothing lost, on a few streams."""

import pytest
from tests.live.live_town import KEY, Town, awaited

from kefu.cli.bench import live as bench_live
from kefu.cli.bench import screens as bench_screens
from kefu.cli.terminal import CannotRun


def test_a_small_bench_delivers_everything_once(town: Town) -> None:
    bench = bench_live.Bench(town.dsn, town.port, town.live.pid, 12, 0.3, KEY)
    figures = awaited(bench.run())
    assert (figures["connections"], figures["lost"], figures["doubled"]) == (12, 0, 0)
    # 500 + 150 to two each, 6 + 200 to all twelve, 200 to two each while all return
    assert figures["delivered"] == 2 * (500 + 150 + 200) + 12 * (6 + 200)
    assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
    assert figures["deliveries_per_s"] > 0


@pytest.mark.parametrize("argv", [["--connections", "1"], ["--seconds", "0"]])
def test_bad_numbers_are_bad_usage(argv: list[str]) -> None:
    with pytest.raises(CannotRun) as refused:
        bench_live.run(argv)
    assert refused.value.status == 2


def test_two_messages_are_no_measurement_of_screens() -> None:
    with pytest.raises(CannotRun, match="--messages is 5 to 1000") as refused:
        bench_screens.run(["--messages", "2"])
    assert refused.value.status == 2
