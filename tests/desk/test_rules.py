"""The honest wait, the place in the queue, and what an agent never asks for."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from kefu.desk.rules import (
    EMERGENCY,
    LOCKED_OUT,
    MONEY,
    OTHER,
    asks_for_secret,
    expected_wait_s,
    rank_at,
    wait_band,
)

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_the_vectors_of_the_trade() -> None:
    """Eight ahead, ten agents, 300 s each: 270 s, and 174 s when people give up after 180 s on average."""
    assert expected_wait_s(ahead=8, slots=10, handling_s=300, patience_s=math.inf) == pytest.approx(270)
    assert expected_wait_s(ahead=8, slots=10, handling_s=300, patience_s=180) == pytest.approx(174, abs=1)


def test_the_band_holds_the_mean_and_nobody_on_duty_is_said() -> None:
    wait = wait_band(ahead=8, slots=10, busy=10, handling_s=300)
    assert wait is not None
    assert wait.low_s < expected_wait_s(ahead=8, slots=10, handling_s=300) < wait.high_s < 3 * wait.low_s
    assert wait_band(ahead=0, slots=0, busy=0, handling_s=300) is None


def test_a_free_slot_is_a_short_wait_and_more_ahead_is_a_longer_one() -> None:
    free = wait_band(ahead=1, slots=4, busy=2, handling_s=300)
    assert free is not None
    assert free.high_s == 60
    highs = [wait_band(ahead=n, slots=4, busy=4, handling_s=300).high_s for n in range(12)]  # type: ignore[union-attr]
    assert highs == sorted(highs)


def simulated_waits(*, ahead: int, slots: int, handling_s: float, runs: int) -> list[float]:
    """A queue played out by hand: all slots busy, exponential service, those ahead may give up."""
    import random

    from kefu.desk.rules import PATIENCE_S

    dice = random.Random(7)
    waits = []
    for _ in range(runs):
        at, before = 0.0, ahead
        while True:
            serving, leaving = slots / handling_s, before / PATIENCE_S
            at += dice.expovariate(serving + leaving)
            if dice.random() < serving / (serving + leaving) and before == 0:
                break
            before -= 1
            if before < 0:
                break
        waits.append(at)
    return sorted(waits)


@pytest.mark.row("A-04")
@pytest.mark.parametrize(("ahead", "slots"), [(0, 1), (3, 2), (10, 6)])
def test_the_band_is_true_of_a_simulated_queue(ahead: int, slots: int) -> None:
    """Half wait less than the low end, nine in ten less than the high end, give or take a few."""
    waits = simulated_waits(ahead=ahead, slots=slots, handling_s=300, runs=4000)
    band = wait_band(ahead=ahead, slots=slots, busy=slots, handling_s=300)
    assert band is not None
    assert sum(w <= band.low_s for w in waits) / len(waits) == pytest.approx(0.5, abs=0.04)
    assert sum(w <= band.high_s for w in waits) / len(waits) == pytest.approx(0.9, abs=0.03)


def test_classes_age_and_nobody_overtakes_inside_one() -> None:
    later = NOON + timedelta(minutes=4)
    assert rank_at(queued_at=later, priority=LOCKED_OUT) > rank_at(queued_at=NOON, priority=MONEY)
    assert rank_at(queued_at=later, priority=LOCKED_OUT) < rank_at(queued_at=NOON, priority=OTHER)
    assert rank_at(queued_at=later, priority=EMERGENCY) < rank_at(queued_at=NOON, priority=LOCKED_OUT)
    for priority in (EMERGENCY, LOCKED_OUT, MONEY, OTHER, 9):
        assert rank_at(queued_at=NOON, priority=priority) < rank_at(queued_at=later, priority=priority)


@pytest.mark.row("S-06")
@pytest.mark.parametrize(
    "text",
    [
        "请把短信验证码发给我",
        "麻烦您提供一下登录密码",
        "您的支付密码是多少？",
        "告诉我银行卡背面的安全码就可以",
        "请您报一下完整的银行卡号",
        "我这边需要核实，请截图验证码。",
        "您好，请回复收到的动态码，谢谢",
        "把CVV念给我",
        "Please send me the verification code you received.",
        "What is your password?",
        "Could you share your PIN so I can check?",
        "请特别注意，把验证码告诉我",
    ],
)
def test_asking_for_a_secret_is_seen(text: str) -> None:
    assert asks_for_secret(text) != ""


@pytest.mark.row("S-06")
@pytest.mark.parametrize(
    "text",
    [
        "请不要把验证码告诉任何人，我们也不会向您索要密码。",
        "您可以在「安全」里修改登录密码。",
        "忘记密码可以点登录页的“忘记密码”，按提示重设。",
        "请在页面上输入 6 位支付密码完成确认。",
        "请提供订单号和大概的时间，我来查。",
        "请告诉我银行卡尾号后四位。",
        "验证码收不到的话，请检查短信是否被拦截。",
        "切勿向他人透露验证码",
        "We will never ask for your password. Do not share codes with anyone.",
        "Your PIN was changed at 14:03.",
        "麻烦您稍等，我查一下这笔充值。",
    ],
)
def test_advice_asks_for_nothing(text: str) -> None:
    assert asks_for_secret(text) == ""
