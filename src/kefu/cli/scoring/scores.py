"""Plain definitions of the scores that the measurements print."""

from collections import Counter
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, between neighbours linearly."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def auroc(ours: Sequence[float], others: Sequence[float]) -> float:
    """The chance that one of ours scores above one of the others, ties counting half."""
    ranked = sorted([(score, True) for score in ours] + [(score, False) for score in others])
    total, start = 0.0, 0
    while start < len(ranked):
        end = start
        while end < len(ranked) and ranked[end][0] == ranked[start][0]:
            end += 1
        middle = (start + 1 + end) / 2
        total += middle * sum(mine for _, mine in ranked[start:end])
        start = end
    count = len(ours)
    return (total - count * (count + 1) / 2) / (count * len(others))


def macro_f1(truth: Sequence[str], given: Sequence[str]) -> float:
    """The mean over all labels that occur of the harmonic mean of precision and recall."""
    named = Counter(truth) + Counter(given)
    hits = Counter(t for t, g in zip(truth, given, strict=True) if t == g)
    return sum(2 * hits[label] / count for label, count in named.items()) / len(named) if named else 0.0
