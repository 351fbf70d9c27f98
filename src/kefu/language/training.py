"""Fitting the head. Needs scikit-learn (the development lock); nothing here runs when questions are
answered.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kefu.language import embed, examples
from kefu.language.features import BUCKETS, Features, Floats, features_of
from kefu.language.head import LAYERS, VECTOR_WEIGHT, Calibration, Head, Layer, unit
from kefu.language.segment import plain

Progress = Callable[[str], None]

FOLDS = 5
NEARNESS = 40.0
RIGHT_WHEN_ANSWERED = 0.92
STRENGTH = 5.0


class LearnerMissingError(Exception):
    """scikit-learn is not installed: training belongs to the development lock."""


@dataclass(frozen=True)
class _Set:
    """Texts with their features and the numbers of their labels."""

    features: list[Features]
    labels: npt.NDArray[np.int64]

    def part(self, rows: npt.NDArray[np.int64]) -> "_Set":
        return _Set([self.features[row] for row in rows], self.labels[rows])


def read_features(texts: Sequence[str], *, progress: Progress) -> list[Features]:
    """The features of every text; embedding takes some 10 to 25 ms each."""
    found = []
    for number, text in enumerate(texts, 1):
        found.append(features_of(plain(text)))
        if number % 500 == 0 or number == len(texts):
            progress(f"read {number} of {len(texts)} texts")
    return found


def train_classifier(features: Sequence[Features], labels: Sequence[str]) -> Head:
    """The same machinery for any labelled texts, without out-of-scope kinds: only its largest layer."""
    names = tuple(sorted(set(labels)))
    numbers = np.array([names.index(label) for label in labels])
    whole = _Set(list(features), numbers)
    kind = _largest_layer(whole)
    idf, centres = _statistics(whole)
    layer = _fit(whole, kind, idf, centres)
    none = np.zeros((0, 0), np.float32)
    return Head(names, len(names), {kind: layer}, {}, idf, centres, none, {})


def train_head(*, progress: Progress) -> Head:
    """Train on the committed examples: cross-validated once for calibration, then fitted on everything.

    Raises LearnerMissingError without scikit-learn; ValueError when an embedder cannot run here (a head
    trained without one would be worse for everybody).
    """
    for embedder in (embed.e5(), embed.use()):
        if not embedder.available():
            raise ValueError(f"{embedder.name} does not run here; the shipped head needs it")
    known = examples.intents()
    pairs = [(text, intent.id) for intent in known.values() for text in intent.examples]
    pairs += [(text, f"outside:{kind}") for kind, texts in examples.outside().items() for text in texts]
    labels = (*known, *(f"outside:{kind}" for kind in examples.outside()))
    numbers = np.array([labels.index(label) for _, label in pairs])
    whole = _Set(read_features([text for text, _ in pairs], progress=progress), numbers)
    calibrations, accuracy = _cross_validate(whole, len(known), len(labels), progress=progress)
    progress("fitting the head on all examples")
    inside = whole.part(np.flatnonzero(numbers < len(known)))
    idf, centres = _statistics(inside)
    return Head(
        labels=labels,
        scope=len(known),
        layers={kind: _fit(whole, kind, idf, centres) for kind in LAYERS},
        calibrations=calibrations,
        idf=idf,
        centres=centres,
        bank=_bank(inside),
        facts={
            "digest": examples.digest(),
            "examples": str(len(pairs)),
            "dev_accuracy": f"{accuracy:.4f}",
        },
    )


def _largest_layer(part: _Set) -> str:
    return next(
        kind
        for kind, needed in LAYERS.items()
        if all(getattr(features, name) is not None for features in part.features for name in needed)
    )


def _statistics(part: _Set) -> tuple[Floats, dict[str, Floats]]:
    """Inverse document frequencies of the buckets, and the mean vector of each embedder."""
    seen = np.zeros(BUCKETS, np.float64)
    for features in part.features:
        seen[features.grams.buckets] += 1
    idf = (np.log((1 + len(part.features)) / (1 + seen)) + 1).astype(np.float32)
    centres = {}
    for name in LAYERS[_largest_layer(part)]:
        centres[name] = np.mean([getattr(f, name) for f in part.features], axis=0).astype(np.float32)
    return idf, centres


def _matrix(part: _Set, kind: str, idf: Floats, centres: dict[str, Floats]) -> Any:
    """The rows that `Head.logits` multiplies, as one sparse matrix."""
    from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped,unused-ignore]

    starts = np.cumsum([0, *(f.grams.buckets.size for f in part.features)])
    runs = csr_matrix(
        (
            np.concatenate([unit(f.grams.weights * idf[f.grams.buckets]) for f in part.features]),
            np.concatenate([f.grams.buckets for f in part.features]),
            starts,
        ),
        shape=(len(part.features), BUCKETS),
    )
    blocks = [runs]
    for name in LAYERS[kind]:
        rows = [unit(getattr(f, name) - centres[name]) * VECTOR_WEIGHT for f in part.features]
        blocks.append(csr_matrix(np.array(rows, np.float32)))
    return hstack(blocks).tocsr()


def _fit(part: _Set, kind: str, idf: Floats, centres: dict[str, Floats]) -> Layer:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as missing:
        raise LearnerMissingError("training needs scikit-learn: install requirements-dev.lock") from missing
    learner = LogisticRegression(C=STRENGTH, max_iter=200)
    learner.fit(_matrix(part, kind, idf, centres), part.labels)
    weights, bias = learner.coef_, learner.intercept_
    if len(learner.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Layer(weights.T.astype(np.float32), bias.astype(np.float32))


def _bank(inside: _Set) -> Floats:
    return np.array([f.e5 for f in inside.features], np.float32)


def _cross_validate(
    whole: _Set, scope: int, width: int, *, progress: Progress
) -> tuple[dict[str, Calibration], float]:
    """Calibrations fitted on logits of texts that were left out, and the share of them that was right."""
    from sklearn.model_selection import StratifiedKFold

    count = len(whole.features)
    logits = {kind: np.zeros((count, width), np.float32) for kind in LAYERS}
    near = np.zeros(count, np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(np.zeros(count), whole.labels)
    for number, (taught, left) in enumerate(folds, 1):
        part = whole.part(taught)
        inside = part.part(np.flatnonzero(part.labels < scope))
        idf, centres = _statistics(inside)
        layers = {kind: _fit(part, kind, idf, centres) for kind in LAYERS}
        head = Head((), scope, layers, {}, idf, centres, _bank(inside), {})
        for row in left:
            near[row] = head.nearest(whole.features[row])
            for kind in LAYERS:
                logits[kind][row] = head.logits(whole.features[row], kind)
        progress(f"cross-validated fold {number} of {FOLDS}")
    known = whole.labels < scope
    right = logits["full"][known, :scope].argmax(1) == whole.labels[known]
    return {k: _calibrate(v, near, whole.labels, scope, k) for k, v in logits.items()}, float(right.mean())


def _calibrate(
    logits: Floats, near: Floats, labels: npt.NDArray[np.int64], scope: int, kind: str
) -> Calibration:
    known = labels < scope
    inside, truth = logits[known, :scope].astype(np.float64), labels[known]
    temperature = min(np.arange(0.3, 2.0, 0.02), key=lambda t: _surprise(inside / t, truth))
    chances = np.exp(_log_softmax(inside / temperature))
    confidence, right = chances.max(1), inside.argmax(1) == truth
    among = (np.argsort(-inside, 1)[:, :3] == truth[:, None]).any(1)
    nearness = NEARNESS if "e5" in LAYERS[kind] else 0.0
    usual = float(near[known].mean())
    scores = scope_scores(logits, scope) + nearness * (near - usual)
    steps = np.arange(0.05, 0.96, 0.01)
    good = [t for t in steps if right[confidence >= t].mean() >= RIGHT_WHEN_ANSWERED]
    poor = [t for t in steps if (confidence < t).any() and among[confidence < t].mean() < 0.5]
    return Calibration(
        temperature=float(temperature),
        nearness=nearness,
        usual=usual,
        keep=float(np.quantile(scores[known], 0.05)),
        answer=float(min(good, default=0.95)),
        choose=float(max(poor, default=0.05)),
    )


def scope_scores(logits: npt.NDArray[Any], scope: int) -> npt.NDArray[np.float64]:
    """How much more the intents weigh than the out-of-scope kinds, in logits, a row each."""
    rows = logits.astype(np.float64)
    weighed: npt.NDArray[np.float64] = np.logaddexp.reduce(rows[:, :scope], axis=1)
    weighed -= np.logaddexp.reduce(rows[:, scope:], axis=1)
    return weighed


def _log_softmax(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = rows - np.logaddexp.reduce(rows, axis=1)[:, None]
    return result


def _surprise(rows: npt.NDArray[np.float64], truth: npt.NDArray[np.int64]) -> float:
    return -math.fsum(float(v) for v in _log_softmax(rows)[np.arange(len(truth)), truth])
