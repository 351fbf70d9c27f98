"""`./kefu eval classify`: the machinery of the understanding on labelled texts of others, for public
benchmarks.
"""

import argparse
import csv
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kefu.cli.scoring.scores import macro_f1, percentile
from kefu.cli.terminal import CannotRun, answer, say

if TYPE_CHECKING:
    from kefu.language.features import Features
    from kefu.language.head import Head


@dataclass(frozen=True)
class Labelled:
    """A line of a benchmark."""

    text: str
    category: str


def run(argv: list[str]) -> int:
    """Train on one file, score on another; exit 2 with one line when a file or the learner is missing."""
    parser = argparse.ArgumentParser(prog="./kefu eval classify")
    parser.add_argument("--train", type=Path, required=True, metavar="A", help="CSV with text,category")
    parser.add_argument("--test", type=Path, required=True, metavar="B", help="CSV with text,category")
    parser.add_argument("--shots", type=_count, help="train on so many lines of each category")
    parser.add_argument("--seeds", type=_count, default=5, help="with --shots: mean over so many draws")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    wanted = parser.parse_args(argv)
    taught, asked = read_labelled(wanted.train), read_labelled(wanted.test)
    draws = [taught] if wanted.shots is None else draw(taught, shots=wanted.shots, seeds=wanted.seeds)
    fields = _measure(draws, asked)
    for name, value in fields.items():
        say(f"{name}: {value}")
    if wanted.json:
        answer(fields)
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def read_labelled(path: Path) -> list[Labelled]:
    """The lines of a CSV with the columns text and category. Raises CannotRun naming the line."""
    found = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"text", "category"} <= set(rows.fieldnames or ()):
                raise CannotRun(f"{path}, line 1: needs the columns text,category")
            for row in rows:
                if not row["text"] or not row["category"]:
                    raise CannotRun(f"{path}, line {rows.line_num}: text or category is empty")
                found.append(Labelled(row["text"], row["category"]))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CannotRun(f"{path}: cannot be read ({problem})") from problem
    if not found:
        raise CannotRun(f"{path}: holds no lines")
    return found


def draw(lines: Sequence[Labelled], *, shots: int, seeds: int) -> list[list[Labelled]]:
    """For each seed, `shots` lines of every category at random (all of a category that has fewer)."""
    by_category: dict[str, list[Labelled]] = {}
    for line in lines:
        by_category.setdefault(line.category, []).append(line)
    drawn = []
    for seed in range(seeds):
        chance = random.Random(seed)
        groups = [own for _, own in sorted(by_category.items())]
        drawn.append([line for own in groups for line in chance.sample(own, min(shots, len(own)))])
    return drawn


def _measure(draws: Sequence[Sequence[Labelled]], asked: Sequence[Labelled]) -> dict[str, object]:
    from kefu.language.training import LearnerMissingError, read_features, train_classifier

    texts = list(dict.fromkeys(line.text for lines in draws for line in lines))
    started = time.monotonic()
    known = dict(zip(texts, read_features(texts, progress=say), strict=True))
    reading = time.monotonic() - started
    timed = _read_timed(asked)
    accuracies, scores, fitting = [], [], []
    for number, lines in enumerate(draws, 1):
        started = time.monotonic()
        try:
            head = train_classifier([known[line.text] for line in lines], [line.category for line in lines])
        except LearnerMissingError as missing:
            raise CannotRun(str(missing)) from missing
        fitting.append(time.monotonic() - started)
        given, times = _answers(head, timed)
        truth = [line.category for line in asked]
        accuracies.append(sum(t == g for t, g in zip(truth, given, strict=True)) / len(truth))
        scores.append(macro_f1(truth, given))
        say(f"run {number} of {len(draws)}: accuracy {accuracies[-1]:.4f}")
    return {
        "n": len(asked),
        "accuracy": round(statistics.fmean(accuracies), 4),
        "macro_f1": round(statistics.fmean(scores), 4),
        "accuracy_sd": round(statistics.stdev(accuracies), 4) if len(accuracies) > 1 else None,
        "train_s": round(reading / len(draws) + statistics.fmean(fitting), 1),
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
    }


def _read_timed(asked: Sequence[Labelled]) -> "list[tuple[Features, float]]":
    from kefu.language.features import features_of
    from kefu.language.segment import plain

    found = []
    for number, line in enumerate(asked, 1):
        started = time.perf_counter()
        features = features_of(plain(line.text))
        found.append((features, (time.perf_counter() - started) * 1000))
        if number % 500 == 0:
            say(f"read {number} of {len(asked)} questions")
    return found


def _answers(head: "Head", timed: "Sequence[tuple[Features, float]]") -> tuple[list[str], list[float]]:
    """The category of each question, and the milliseconds it took in all."""
    given, times = [], []
    for features, reading in timed:
        started = time.perf_counter()
        given.append(head.labels[int(head.logits(features, head.kind_for(features)).argmax())])
        times.append(reading + (time.perf_counter() - started) * 1000)
    return given, times
