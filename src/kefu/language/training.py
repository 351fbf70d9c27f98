"""Fitting the head. Needs SciPy (the development lock, with scikit-learn); nothing here runs when
questions are answered.
"""

import contextlib
import math
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kefu.language import embed, examples
from kefu.language.features import BUCKETS, Features, Floats, features_of
from kefu.language.head import LAYERS, VECTOR_WEIGHT, Calibration, Head, Layer, unit
from kefu.language.segment import plain

Progress = Callable[[str], None]

CHUNK = 500
FOLDS = 5
NEARNESS = 40.0
RIGHT_WHEN_ANSWERED = 0.95
STRANGERS = 1.25
"""Customers word things less like our examples than these are like each other: confidence is toned down by this."""
STRENGTH = 5.0
"""How little the weights are held back: 1 / penalty."""
ROUNDS = 80


class LearnerMissingError(Exception):
    """SciPy is not installed: training belongs to the development lock."""


@dataclass(frozen=True)
class _Set:
    """Texts with their features and the numbers of their labels."""

    features: list[Features]
    labels: npt.NDArray[np.int64]

    def part(self, rows: npt.NDArray[np.int64]) -> "_Set":
        return _Set([self.features[row] for row in rows], self.labels[rows])


def read_features(texts: Sequence[str], *, progress: Progress) -> list[Features]:
    """The features of every text; embedding takes some 10 to 25 ms each, so many texts are read by a
    process a core.
    """
    found: list[Features] = []
    parts = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    workers = min(os.cpu_count() or 1, len(parts))
    with contextlib.ExitStack() as stack:
        read: Callable[..., Iterable[list[Features]]] = map
        if workers > 1:
            # A fresh interpreter each: neither embedder survives a fork.
            context = multiprocessing.get_context("spawn")
            read = stack.enter_context(ProcessPoolExecutor(workers, mp_context=context)).map
        for features in read(_read_part, parts):
            found += features
            progress(f"read {len(found)} of {len(texts)} texts")
    return found


def _read_part(texts: Sequence[str]) -> list[Features]:
    return [features_of(plain(text)) for text in texts]


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

    Raises LearnerMissingError without SciPy; ValueError when an embedder cannot run here (a head
    trained without one would be worse for everybody).
    """
    for embedder in (embed.e5(), embed.use()):
        if not embedder.available():
            raise ValueError(f"{embedder.name} does not run here; the shipped head needs it")
    known = examples.intents()
    pairs = [
        (text, intent.id)
        for intent in known.values()
        # The names too: a button that offers an intent says its name, and what it says must be understood.
        for text in (intent.name_zh, intent.name_en, *intent.examples)
    ]
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


def _rows(part: _Set, kind: str, idf: Floats, centres: dict[str, Floats]) -> tuple[Any, Floats]:
    """The rows that `Head.logits` multiplies: the runs as a sparse matrix, the vectors as a dense one."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped,unused-ignore]

    starts = np.cumsum([0, *(f.grams.buckets.size for f in part.features)])
    weights = np.concatenate([unit(f.grams.weights * idf[f.grams.buckets]) for f in part.features])
    buckets = np.concatenate([f.grams.buckets for f in part.features])
    runs = csr_matrix((weights, buckets, starts), shape=(len(part.features), BUCKETS))
    blocks = [
        np.array([unit(getattr(f, name) - centres[name]) * np.float32(VECTOR_WEIGHT) for f in part.features])
        for name in LAYERS[kind]
    ]
    dense = np.hstack(blocks) if blocks else np.zeros((len(part.features), 0))
    return runs, dense.astype(np.float32)


def _fit(part: _Set, kind: str, idf: Floats, centres: dict[str, Floats]) -> Layer:
    """Multinomial logistic regression with a quadratic penalty on the weights, by L-BFGS.

    Sparse and dense columns are multiplied apart, which takes a third of the time of one sparse matrix.
    """
    try:
        from scipy.optimize import minimize  # type: ignore[import-untyped,unused-ignore]
    except ImportError as missing:
        raise LearnerMissingError("training needs SciPy: install requirements-dev.lock") from missing
    runs, dense = _rows(part, kind, idf, centres)
    turned = runs.T.tocsr()
    count, width = len(part.labels), int(part.labels.max()) + 1
    columns = BUCKETS + dense.shape[1]
    everyone = np.arange(count)

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        layer = flat.reshape(columns + 1, width).astype(np.float32)
        logits = runs @ layer[:BUCKETS] + dense @ layer[BUCKETS:columns] + layer[columns]
        logits -= logits.max(1, keepdims=True)
        chances = np.exp(logits)
        sums = chances.sum(1, keepdims=True)
        surprise = float(np.log(sums).sum() - logits[everyone, part.labels].sum())
        chances /= sums
        chances[everyone, part.labels] -= 1
        slope = np.vstack([turned @ chances, dense.T @ chances, chances.sum(0)])
        slope[:columns] += layer[:columns] / STRENGTH
        penalty = float((layer[:columns] ** 2).sum()) / (2 * STRENGTH)
        return (surprise + penalty) / count, slope.ravel().astype(np.float64) / count

    start = np.zeros((columns + 1) * width)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "gtol": 1e-5})
    solved = found.x.reshape(columns + 1, width).astype(np.float32)
    return Layer(solved[:columns], solved[columns])


def _bank(inside: _Set) -> Floats:
    return np.array([f.e5 for f in inside.features], np.float32)


def _cross_validate(whole: _Set, scope: int, width: int, *, progress: Progress) -> tuple[dict[str, Calibration], float]:
    """Calibrations fitted on logits of texts that were left out, and the share of them that was right.

    The layers for poorer machines are calibrated on the first fold alone.
    """
    count = len(whole.features)
    near = np.zeros(count, np.float32)
    logits = {kind: np.full((count, width), np.nan, np.float32) for kind in LAYERS}
    for fold, (taught, left) in enumerate(_folds(whole.labels)):
        part = whole.part(taught)
        inside = part.part(np.flatnonzero(part.labels < scope))
        idf, centres = _statistics(inside)
        kinds = list(LAYERS) if fold == 0 else ["full"]
        layers = {kind: _fit(part, kind, idf, centres) for kind in kinds}
        head = Head((), scope, layers, {}, idf, centres, _bank(inside), {})
        for row in left:
            near[row] = head.nearest(whole.features[row])
            for kind in kinds:
                logits[kind][row] = head.logits(whole.features[row], kind)
        progress(f"cross-validated fold {fold + 1} of {FOLDS}")
    known = whole.labels < scope
    right = logits["full"][known, :scope].argmax(1) == whole.labels[known]
    calibrations = {}
    for kind, values in logits.items():
        seen = np.isfinite(values).all(1)
        calibrations[kind] = _calibrate(values[seen], near[seen], whole.labels[seen], scope, kind)
    return calibrations, float(right.mean())


def _folds(
    labels: npt.NDArray[np.int64],
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """(rows to learn from, rows left out), every label spread evenly over the folds, the same in every
    run.
    """
    chance = np.random.default_rng(7)
    fold_of = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        rows = chance.permutation(np.flatnonzero(labels == label))
        fold_of[rows] = (np.arange(rows.size) + int(label)) % FOLDS
    return [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(FOLDS)]


def _calibrate(logits: Floats, near: Floats, labels: npt.NDArray[np.int64], scope: int, kind: str) -> Calibration:
    known = labels < scope
    inside, truth = logits[known, :scope].astype(np.float64), labels[known]
    temperature = STRANGERS * min(np.arange(0.3, 2.0, 0.02), key=lambda t: _surprise(inside / t, truth))
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
