"""A small chart of our own: safeguarded money against what customers are owed, as lines in an inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

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
