"""Instants as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from kefu.core.when import spoken_span

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (0, 900, "今天 14:00–14:15"),
        (30, 61, "今天 14:00–14:02"),
        (0, 0, "今天 14:00"),
        (3600 * 9, 3600 * 11, "今天 23:00–明天 01:00"),
    ],
)
def test_a_span_rounds_outwards_and_names_the_day_once(start: int, end: int, said: str) -> None:
    assert spoken_span(NOW + timedelta(seconds=start), NOW + timedelta(seconds=end), now=NOW) == said
