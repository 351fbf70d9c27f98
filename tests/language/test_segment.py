"""One written form, the matter of a text, its words and its language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.language.detect import language_of
from kefu.language.segment import MAX_CHARACTERS, normalise, plain, words
from kefu.language.variants import SIMPLIFIED


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("怎么提现", "zh"), ("how do I withdraw", "en"), ("app打不开", "zh"), ("ETC怎么充值", "zh"), ("12315", "zh"), ("", "zh"),
        ("my friend 王芳 did not get the money", "en"), ("PayPal的钱怎么转进来", "zh"), ("refund", "en"),
    ],
)  # fmt: skip
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_normalising_folds_what_keyboards_do() -> None:
    assert normalise(" ＡＢＣ１２３　充值\t沒到帳\n ") == "abc123 充值 没到帐"
    assert normalise("儲值") == "储值"
    assert len(normalise("长" * 10_000)) == MAX_CHARACTERS


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "\0" not in once


def test_the_table_of_characters_ends_in_simplified_ones() -> None:
    assert not {chr(key) for key in SIMPLIFIED} & set(SIMPLIFIED.values())
    assert len(SIMPLIFIED) > 650


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("支付宝怎么提现", "怎么提现"), ("请问,怎么提现?", "怎么提现"), ("京东白条怎么还", "花呗怎么还"),
        ("支付宝", "支付宝"), ("你好", "你好"), ("how do I withdraw from PayPal", "how do i withdraw from"),
        ("绑定招商银行的卡", "绑定银行的卡"), ("亲情付怎么开", "亲情付怎么开"), ("部分付款", "部分付款"),
    ],
)  # fmt: skip
def test_names_and_manners_are_left_out(text: str, matter: str) -> None:
    assert plain(text) == matter


def test_words_know_the_products() -> None:
    assert words("我的数字钱包提现没到账") == ["我", "的", "数字钱包", "提现", "没到账"]
    assert {"验证码", "验证"} <= set(words("收不到验证码", for_search=True))
    assert words("How do I top-up?") == ["how", "do", "i", "top-up"]
    assert words("!!! ,,,") == []
