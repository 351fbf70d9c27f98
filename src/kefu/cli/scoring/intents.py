"""`./kefu eval intents FILE`: how well the shipped understanding reads questions that it has never seen."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.cli.scoring.scores import auroc, macro_f1, percentile
from kefu.cli.terminal import CannotRun, answer, say

OUTSIDE = "oos"


@dataclass(frozen=True)
class Question:
    """A line of the file: the text and the intents that count as right; none when it is out of scope."""

    text: str
    accept: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """What understanding made of a question."""

    top3: tuple[str, ...]
    scope: float
    decision: str


def run(argv: list[str]) -> int:
    """Measure and print; exit 2 with the line's number when the file cannot be used."""
    parser = argparse.ArgumentParser(prog="./kefu eval intents")
    parser.add_argument("file", type=Path, help='lines {"text", "accept": […]} or {… "intent": "oos"}')
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    wanted = parser.parse_args(argv)
    from kefu.language import embed, examples, understand

    questions = read_questions(wanted.file, known=frozenset(examples.intents()))
    say(f"{len(questions)} questions; warming up")
    understand.warm()
    reads, times = [], []
    for number, question in enumerate(questions, 1):
        embed.e5().forget()
        embed.use().forget()
        started = time.perf_counter()
        found = understand.understand(question.text)
        times.append((time.perf_counter() - started) * 1000)
        reads.append(Read(tuple(intent for intent, _ in found.top3), found.scope, found.decision))
        if number % 200 == 0:
            say(f"read {number} of {len(questions)}")
    fields = measure(questions, reads)
    fields |= {
        "p50_ms": round(percentile(times, 0.5), 2),
        "p95_ms": round(percentile(times, 0.95), 2),
        "rss_mb": round(_peak_memory() / 1e6),
    }
    for name, value in fields.items():
        say(f"{name}: {value}")
    if wanted.json:
        answer(fields)
    return 0


def read_questions(path: Path, *, known: frozenset[str]) -> list[Question]:
    """The questions of a file of JSON lines. Raises CannotRun naming the line that cannot be used."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise CannotRun(f"{path}: cannot be read ({problem})") from problem
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_question(json.loads(line), known))
            except ValueError as problem:
                raise CannotRun(f"{path}, line {number}: {problem}") from problem
    if not found:
        raise CannotRun(f"{path}: holds no questions")
    return found


def _question(given: object, known: frozenset[str]) -> Question:
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError('needs an object with a "text"')
    accept = given.get("accept", given.get("intent"))
    accepted = (accept,) if isinstance(accept, str) else accept
    if not isinstance(accepted, list | tuple) or not accepted:
        raise ValueError('needs "accept": a list of intents, or "intent": "oos"')
    if OUTSIDE in (*accepted, given.get("intent")):
        return Question(given["text"], ())
    unknown = [intent for intent in accepted if intent not in known]
    if unknown:
        raise ValueError(f"there is no intent {unknown[0]!r}")
    return Question(given["text"], tuple(accepted))


def measure(questions: Sequence[Question], reads: Sequence[Read]) -> dict[str, object]:
    """The figures but the times. A question with several accepted intents counts for the one that was
    given, else for the first.
    """
    inside = [(q, r) for q, r in zip(questions, reads, strict=True) if q.accept]
    outside = [r for q, r in zip(questions, reads, strict=True) if not q.accept]
    ours, others = [r.scope for _, r in inside], [r.scope for r in outside]
    right = [r.top3[0] in q.accept for q, r in inside]
    truth = [r.top3[0] if hit else q.accept[0] for (q, r), hit in zip(inside, right, strict=True)]
    both = bool(ours and others)
    limit = percentile(ours, 0.05) if ours else 0.0
    answered = [hit for (_, r), hit in zip(inside, right, strict=True) if r.decision == "answer"]
    return {
        "n": len(inside),
        "accuracy": _share(right),
        "top3": _share([bool(set(r.top3) & set(q.accept)) for q, r in inside]),
        "macro_f1": round(macro_f1(truth, [r.top3[0] for _, r in inside]), 4) if inside else None,
        "oos_n": len(outside),
        "oos_auroc": round(auroc(ours, others), 4) if both else None,
        "oos_rejected_at_95_kept": _share([score < limit for score in others]) if both else None,
        "oos_decided": _share([r.decision == OUTSIDE for r in outside]),
        "kept": _share([r.decision != OUTSIDE for _, r in inside]),
        "answered": _share([r.decision == "answer" for _, r in inside]),
        "answered_right": _share(answered),
    }


def _share(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 4) if hits else None


def _peak_memory() -> float:
    """The largest resident size of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
