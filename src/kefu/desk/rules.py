"""Pure rules of the desk: the place in the queue, the honest wait, what an agent never asks for."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

EMERGENCY, LOCKED_OUT, MONEY, OTHER = 0, 1, 2, 3
# How much later than class 1 a class may be served: ageing. Inside a class nobody overtakes, and a customer
# of the last class is passed at most by those who came within these minutes after them.
HEAD_START = {
    EMERGENCY: timedelta(hours=-12),
    LOCKED_OUT: timedelta(0),
    MONEY: timedelta(minutes=3),
    OTHER: timedelta(minutes=8),
}
REOPEN_WITHIN = timedelta(minutes=15)
HEARD_WITHIN = timedelta(seconds=60)
LOST_AFTER = timedelta(minutes=3)
GRANT_FOR = timedelta(hours=12)
PATIENCE_S = 600.0
HANDLING_DEFAULT_S, HANDLING_MIN_S, HANDLING_MAX_S = 300.0, 60.0, 1800.0
PICK_UP_S = 60
LONGEST_BODY = 4000
_Z90 = 1.2815515655446004


def rank_at(*, queued_at: datetime, priority: int) -> datetime:
    """The moment by which the queue is ordered."""
    return queued_at + HEAD_START[min(max(priority, EMERGENCY), OTHER)]


@dataclass(frozen=True)
class Wait:
    """A band in seconds, not one number: half of the customers wait less than `low_s`, nine in ten less than
    `high_s`.
    """

    low_s: int
    high_s: int


def expected_wait_s(*, ahead: int, slots: int, handling_s: float, patience_s: float = PATIENCE_S) -> float:
    """E = Σ 1/(Nμ + iθ) for i = 0..ahead: all `slots` busy, each for `handling_s` on average, and those ahead
    give up after `patience_s` on average (infinity: never).
    """
    return sum(1 / rate for rate in _rates(ahead, slots, handling_s, patience_s))


def _rates(ahead: int, slots: int, handling_s: float, patience_s: float) -> list[float]:
    leaving = 0.0 if math.isinf(patience_s) else 1 / patience_s
    return [slots / handling_s + place * leaving for place in range(ahead + 1)]


def wait_band(*, ahead: int, slots: int, busy: int, handling_s: float) -> Wait | None:
    """The wait of one with `ahead` customers before them; None when nobody is at the desk.

    The wait is a sum of exponential steps; its middle and its ninth decile come from a gamma distribution
    with the same mean and variance (Wilson–Hilferty). With a slot free, it is the time to be picked up.
    """
    if slots <= 0:
        return None
    before = ahead - max(0, slots - busy)
    if before < 0:
        return Wait(0, PICK_UP_S)
    rates = _rates(before, slots, handling_s, PATIENCE_S)
    mean, variance = sum(1 / r for r in rates), sum(1 / r**2 for r in rates)
    shape = mean**2 / variance
    return Wait(_quantile(mean, shape, 0.0), max(PICK_UP_S, _quantile(mean, shape, _Z90)))


def _quantile(mean: float, shape: float, z: float) -> int:
    cube = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
    return max(0, round(mean * cube**3))


_SECRETS = (
    r"(?:登录|登陆|支付|交易|取款|账户|账号|银行卡|网银)?密码|口令|验证码|校验码|动态码|安全码|恢复码|"
    r"(?:完整|全部|整个)的?(?:银行)?卡号|(?<![a-z])(?:cvv2?|cvc2?|pin|otp|passwords?|passcodes?)(?![a-z])|"
    r"(?:verification|security|one[- ]time|recovery|sms|auth\w*) codes?|full card numbers?"
)
_ASKS = (
    r"发(?!的|了|现|生|票)|告诉|告知|提供|报(?:一下|给|上来)?|念|说(?:一下|给|出)|给(?:我|到我们|一下)|回复|"
    r"写(?:给|在这|一下|出来)|输入到?(?:这里|对话|聊天)|截图|是(?:多少|什么|啥)|麻烦|"
    r"\b(?:send|tell|give|provide|share|reply|text|read|type|what(?:'s| is)|let me (?:have|know)|need)\b"
)
_DENIES = (
    r"不要|不用|不必|不需|不会|不能|不得|不可|不应|无需|无须|勿|切莫|(?<![特级区分类性个])别(?!的|人|处)|绝不|从不|严禁|禁止|谨防|骗子|诈骗|"
    r"\b(?:never|not|don'?t|won'?t|no one|nobody|without|cannot|can'?t|scam\w*)\b"
)
_CLAUSE = re.compile(r"[。！？!?；;\n]|\.(?:\s|$)")


def asks_for_secret(text: str) -> str:
    """The secret that `text` asks its reader for, as written there; empty when it asks for none.

    A warning (“请不要把验证码告诉任何人”) asks for none.
    """
    for clause in _CLAUSE.split(text.lower()):
        secret = re.search(_SECRETS, clause)
        if secret and re.search(_ASKS, clause) and not re.search(_DENIES, clause):
            return secret.group()
    return ""
