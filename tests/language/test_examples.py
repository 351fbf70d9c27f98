"""The bank of questions that understanding is trained on, and the head that belongs to it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from kefu.language import examples, head
from kefu.language.detect import language_of
from kefu.language.segment import normalise

INTENTS = 64


def test_every_intent_has_its_questions_in_both_languages() -> None:
    known = examples.intents()
    assert len(known) == INTENTS
    for intent in known.values():
        counts = Counter(language_of(text) for text in intent.examples)
        assert counts["zh"] >= 18, intent.id
        assert counts["en"] >= 12, intent.id
        assert intent.name("zh") == intent.name_zh
        assert intent.name("en") == intent.name_en


def test_no_question_belongs_to_two_intents() -> None:
    seen: dict[str, str] = {}
    places = {intent.id: intent.examples for intent in examples.intents().values()} | examples.outside()
    for place, texts in places.items():
        assert len(set(texts)) == len(texts), place
        for text in texts:
            key = re.sub(r"[\W_]", "", normalise(text)) or text
            assert seen.setdefault(key, place) == place, f"{text!r} stands in {seen[key]} and {place}"


def test_there_is_enough_that_is_none_of_our_business() -> None:
    outside = examples.outside()
    assert set(outside) == {"chitchat", "far", "near_finance", "near_service"}
    assert sum(map(len, outside.values())) >= 200


def test_the_committed_head_was_trained_on_these_examples() -> None:
    shipped = head.load()
    assert shipped.facts["digest"] == examples.digest(), "the examples changed: run ./kefu train"
    assert shipped.labels[: shipped.scope] == tuple(examples.intents())


def test_the_head_is_small() -> None:
    assert head.PATH.stat().st_size < 8_000_000


def test_the_digest_changes_with_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "a.txt").write_text("one\n", "utf-8")
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    before = examples.digest()
    (tmp_path / "outside" / "far.txt").write_text("two\n", "utf-8")
    assert examples.digest() != before


def test_a_head_without_a_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("group: x\nname_zh: 甲\n\n问题\n", "utf-8")
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    examples.intents.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"a\.txt: the head lacks name_en, about_zh, about_en"):
            examples.intents()
    finally:
        examples.intents.cache_clear()
