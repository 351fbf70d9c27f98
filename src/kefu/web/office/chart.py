"""Small charts of our own as lines in an inline SVG: safeguarded money against what is owed, and a rate by days."""

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.rails.queries.rates import DayRate
from kefu.settlement.queries import SafeguardingView

WIDTH, HEIGHT, EDGE = 640, 200, 8


@dataclass(frozen=True)
class Chart:
    """Points of both lines (`x,y x,y …`) in a box of `width` × `height`; `most` in minor units is its upper edge."""

    width: int
    height: int
    resource: str
    requirement: str
    first: str
    last: str
    most: int


def chart_of(days: Sequence[SafeguardingView]) -> Chart | None:
    """The chart of the days given (the newest first); None with fewer than two."""
    if len(days) < 2:
        return None
    old_first = list(reversed(days))
    most = max(max(one.resource, one.requirement) for one in old_first) or 1

    def points(values: list[int]) -> str:
        step = (WIDTH - 2 * EDGE) / (len(values) - 1)
        tall = HEIGHT - 2 * EDGE
        return " ".join(
            f"{EDGE + number * step:.1f},{HEIGHT - EDGE - tall * max(0, value) / most:.1f}"
            for number, value in enumerate(values)
        )

    return Chart(
        width=WIDTH,
        height=HEIGHT,
        resource=points([one.resource for one in old_first]),
        requirement=points([one.requirement for one in old_first]),
        first=old_first[0].date.isoformat(),
        last=old_first[-1].date.isoformat(),
        most=most,
    )


@dataclass(frozen=True)
class RateLine:
    """A rate by days (`x,y x,y …`) between the least and the most that it was."""

    width: int
    height: int
    points: str
    first: str
    last: str
    least: str
    most: str


def line_of(days: Sequence[DayRate]) -> RateLine | None:
    """The line of the days given (the oldest first); None with fewer than two."""
    if len(days) < 2:
        return None
    mids = [one.mid for one in days]
    least, most = min(mids), max(mids)
    wide, tall = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    points = " ".join(
        f"{EDGE + wide * number / (len(mids) - 1):.1f},"
        f"{HEIGHT - EDGE - tall * float((mid - least) / (most - least or 1)):.1f}"
        for number, mid in enumerate(mids)
    )
    return RateLine(
        width=WIDTH,
        height=HEIGHT,
        points=points,
        first=days[0].day.isoformat(),
        last=days[-1].day.isoformat(),
        least=f"{least:.4f}",
        most=f"{most:.4f}",
    )
