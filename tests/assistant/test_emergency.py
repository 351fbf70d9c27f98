"""Emergencies are heard before anything else, and prevention questions are not taken for them."""

import pytest

from kefu.assistant.emergency import LOST_PHONE, SCAM, STOLEN, detect_emergency, wants_human


@pytest.mark.row("Q-12")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我的卡被盗刷了", STOLEN),
        ("有两笔不是我付的", STOLEN),
        ("钱被人转走了", STOLEN),
        ("我没操作过却扣了500", STOLEN),
        ("账户被盗了怎么办", STOLEN),
        ("My account was hacked", STOLEN),
        ("I didn't make this payment", STOLEN),
        ("someone emptied my wallet", STOLEN),
        ("我被骗了", SCAM),
        ("刚刚遇到诈骗转了三千", SCAM),
        ("有人让我转账到安全账户", SCAM),
        ("客服让我共享屏幕", SCAM),
        ("I got scammed", SCAM),
        ("手机丢了", LOST_PHONE),
        ("手机在地铁上被偷了", LOST_PHONE),
        ("我要挂失", LOST_PHONE),
        ("I lost my phone", LOST_PHONE),
        ("my phone has been stolen", LOST_PHONE),
    ],
)
def test_hears_an_emergency(text: str, kind: str) -> None:
    found = detect_emergency(text)
    assert found is not None
    assert found.kind == kind
    assert not found.asking_only


@pytest.mark.parametrize("text", ["怎么防止被盗刷", "如何避免被骗", "万一手机丢了怎么办", "how to avoid being scammed"])
def test_prevention_is_not_an_emergency(text: str) -> None:
    found = detect_emergency(text)
    assert found is None or found.asking_only


@pytest.mark.parametrize(
    "text", ["充了200块还没到账", "转账手续费多少", "余额多少", "What are your fees", "转错人了", "手机号换了", "你好"]
)
def test_ordinary_questions_raise_no_alarm(text: str) -> None:
    assert detect_emergency(text) is None


@pytest.mark.row("C-03")
@pytest.mark.parametrize("text", ["转人工", "人工", "人工客服", "我要真人", "找人工！", "talk to a human", "live agent please"])
def test_a_person_is_asked_for(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize("text", ["人工服务几点下班呢", "客服电话多少", "充值没到账", "human rights"])
def test_not_every_mention_asks_for_a_person(text: str) -> None:
    assert not wants_human(text)
