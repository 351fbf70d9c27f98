"""What people type finds what they need: words, sounds, scripts, slips of the finger, both languages."""

import time
from pathlib import Path

import pytest

from kefu.knowledge import queries
from kefu.knowledge.rules import token

pytestmark = pytest.mark.usefixtures("shipped")
SET = [line.split("\t") for line in Path(__file__).with_name("queries.tsv").read_text("utf-8").splitlines()]


@pytest.mark.row("Q-19")
@pytest.mark.row("Q-01")
def test_recall_on_the_seeded_set() -> None:
    missed, first, spent = [], 0, []
    for text, wanted in SET:
        began = time.perf_counter()
        found = [hit.slug for hit in queries.search(text, language="zh-hans", limit=3)]
        spent.append(time.perf_counter() - began)
        first += found[:1] == [wanted]
        if wanted not in found:
            missed.append((text, wanted, found))
    assert len(SET) >= 100
    assert 1 - len(missed) / len(SET) >= 0.9, missed
    assert first / len(SET) >= 0.75
    assert sorted(spent)[int(len(spent) * 0.95)] < 0.25


@pytest.mark.row("Q-01")
@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("什么是数字钱包", "what-is-a-wallet"),
        ("钱包和银行有什么区别", "wallet-vs-bank"),
        ("what is a digital wallet", "what-is-a-wallet"),
        ("wallet vs bank", "wallet-vs-bank"),
    ],
)
def test_what_a_wallet_is_comes_first(text: str, slug: str) -> None:
    assert queries.search(text, language="en")[0].slug == slug


def test_hits_are_shown_in_the_readers_language() -> None:
    [zh], [en] = (queries.search("充值没到账", language=each, limit=1) for each in ("zh-hans", "en-GB"))
    assert (zh.slug, en.slug) == ("topup-not-arrived", "topup-not-arrived")
    assert (zh.title, en.title) == ("充值没到账怎么办", "My top-up has not arrived")
    assert "<mark>" in zh.title_html
    assert zh.version == 1


def test_what_is_shown_is_escaped() -> None:
    [hit] = queries.search("<script>alert(1)</script> 充值没到账", language="zh", limit=1)
    assert "<script" not in hit.title_html + hit.snippet_html


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "%_'\"; --", "\x00".replace("\x00", "​"), "@#￥%……&*", "z" * 5000]
)
def test_nothing_to_find_finds_nothing_and_breaks_nothing(text: str) -> None:
    assert queries.search(text, language="zh") == []


@pytest.mark.parametrize("text", ["充", "钱", "a", "12", "充值" * 500, "怎么办", "😀充值😀"])
def test_odd_texts_are_searched_without_harm(text: str) -> None:
    assert len(queries.search(text, language="zh", limit=5)) <= 5


@pytest.mark.parametrize(
    ("letters", "split"),
    [
        ("chongzhi", ("chong", "zhi")),
        ("zhuanzhang", ("zhuan", "zhang")),
        ("daozhang", ("dao", "zhang")),
        ("password", None),
        ("transfer", None),
        ("", None),
    ],
)
def test_pinyin_is_told_from_english(letters: str, split: tuple[str, ...] | None) -> None:
    assert token.split_pinyin(letters) == split


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("transfers", "transfer"),
        ("transferred", "transfer"),
        ("transferring", "transfer"),
        ("fees", "fee"),
        ("charges", "charg"),
        ("charged", "charg"),
        ("bills", "bill"),
        ("pass", "pass"),
        ("is", "is"),
    ],
)
def test_endings_of_english_words_do_not_matter(word: str, root: str) -> None:
    assert token.stem(word) == root


def test_scripts_and_widths_are_one() -> None:
    assert token.normal("轉賬失敗 ＡＢＣ") == "转账失败 abc"
