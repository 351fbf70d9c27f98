"""From one question to what it wants, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kefu.language import embed, head
from kefu.language.detect import Language, language_of
from kefu.language.features import Features, features_of
from kefu.language.segment import plain

Decision = Literal["answer", "choose", "human", "oos"]


@dataclass(frozen=True)
class Understanding:
    """What a text wants.

    `intent` is the likeliest of `top3`, whatever the decision; `confidence` (0 to 1) is its calibrated
    chance of being right given that the text is in scope. `decision`: 'answer' it, let the customer
    'choose' among `top3`, go to a 'human', or say that it is out of scope ('oos'). `scope` is the score
    behind `out_of_scope`, larger = more ours.
    """

    intent: str
    confidence: float
    top3: tuple[tuple[str, float], ...]
    out_of_scope: bool
    decision: Decision
    language: Language
    scope: float


def understand(text: str, *, lang: str | None = None, names: Sequence[str] = ()) -> Understanding:
    """Read one question. `lang` overrides detection; `names` are the wallet's own names, which say nothing.

    Never raises for any text; an empty one is out of scope.
    """
    language: Language = language_of(text) if lang is None else ("en" if lang.startswith("en") else "zh")
    seen = plain(text, names=names)
    model = head.shipped()
    features = features_of(seen)
    kind = model.kind_for(features)
    logits = model.logits(features, kind).astype(np.float64)
    calibration = model.calibrations[kind]
    inside = logits[: model.scope] / calibration.temperature
    chances = np.exp(inside - np.logaddexp.reduce(inside))
    best = np.argsort(-chances)[:3]
    scope = _scope(model, logits, features, calibration)
    out = scope < calibration.keep or not any(c.isalnum() for c in seen)
    confidence = float(chances[best[0]])
    return Understanding(
        intent=model.labels[best[0]],
        confidence=confidence,
        top3=tuple((model.labels[i], float(chances[i])) for i in best),
        out_of_scope=out,
        decision="oos" if out else _decide(confidence, calibration),
        language=language,
        scope=scope,
    )


def warm() -> None:
    """Load all that the first question would load: call it once in every process that answers, after the
    fork.
    """
    for text in ("充了200块一个小时了还没到账", "my top-up has not arrived"):
        understand(text)
    embed.e5().forget()
    embed.use().forget()


def _scope(model: head.Head, logits: np.ndarray, features: Features, calibration: head.Calibration) -> float:
    ours = float(np.logaddexp.reduce(logits[: model.scope]))
    others = float(np.logaddexp.reduce(logits[model.scope :]))
    near = calibration.nearness and calibration.nearness * (model.nearest(features) - calibration.usual)
    score = ours - others + near
    return score if math.isfinite(score) else 0.0


def _decide(confidence: float, calibration: head.Calibration) -> Decision:
    if confidence >= calibration.answer:
        return "answer"
    return "choose" if confidence >= calibration.choose else "human"
