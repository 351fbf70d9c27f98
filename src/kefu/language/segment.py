"""One written form for a text, and its words.

Normalising folds what different keyboards do (full width, traditional characters, capitals, runs of
spaces) so that the same question looks the same. The same function serves understanding and search: a
stored text and a query must go through the same one.
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence

from kefu.language.names import KINDS, MANNERS, WALLETS
from kefu.language.variants import SIMPLIFIED

MAX_CHARACTERS = 400
"""What is read of a text for understanding; a question that needs more words names its matter in these."""

PRODUCT_WORDS = (
    "数字钱包", "电子钱包", "支付密码", "登录密码", "交易密码", "付款码", "收款码", "收钱码", "验证码",
    "转人工", "人工客服", "客服电话", "银行卡", "信用卡", "储蓄卡", "借记卡", "快捷支付", "免密支付",
    "自动扣款", "自动续费", "实名认证", "人脸识别", "未到账", "没到账", "到账", "提现", "充值", "转账",
    "退款", "还款", "群收款", "手续费", "限额", "额度", "红包", "优惠券", "电子回单", "回单", "征信",
    "逾期", "冻结", "解冻", "申诉", "盗刷", "挂失", "注销", "解绑", "绑卡", "换绑", "话费", "公众号",
    "小程序", "闪退", "余额宝", "花呗", "借呗", "微粒贷", "白条", "零钱", "数字人民币", "原路退回",
    "延迟到账",
)  # fmt: skip

_SPACES = re.compile(r"\s+")
_SIGNS = re.compile(r"[\W_]+")
_loading = threading.Lock()


def folded(text: str) -> str:
    """Half width, simplified, single spaces, no control characters, capitals kept; at most
    `MAX_CHARACTERS`.
    """
    narrow = unicodedata.normalize("NFKC", text[: 4 * MAX_CHARACTERS]).translate(SIMPLIFIED)
    printable = "".join(c if c.isprintable() else " " for c in narrow)
    return _SPACES.sub(" ", printable).strip()[:MAX_CHARACTERS]


def normalise(text: str) -> str:
    """`folded`, in lower case: the form that is compared."""
    return folded(text).lower()


def _any_of(names: Iterable[str]) -> str:
    ordered = sorted({normalise(name) for name in names if name.strip()}, key=len, reverse=True)
    return "|".join(rf"\b{re.escape(n)}\b" if n.isascii() else re.escape(n) for n in ordered) or "(?!)"


@functools.lru_cache(maxsize=64)
def _wallets(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_any_of((*WALLETS, *names)))


_KIND_OF = {normalise(name): kind for kind, names in KINDS.items() for name in names}
_PRODUCTS = re.compile(_any_of(_KIND_OF))
_MANNERS = re.compile(rf"^(?:(?:{_any_of(MANNERS)})[\s,.!~:;、。…]*)+")


def plain(text: str, *, names: Sequence[str] = ()) -> str:
    """A normalised text reduced to its matter: wallets' names (well-known ones and `names`) and greetings
    left out, products named by their kind. What would leave nothing keeps its words.
    """
    normal = _PRODUCTS.sub(lambda found: _KIND_OF[found[0]], normalise(text))
    for pattern, only_first in ((_wallets(tuple(names)), False), (_MANNERS, True)):
        rest = _SPACES.sub(" ", pattern.sub(" ", normal, count=int(only_first))).strip(" ,.?!")
        if len(_SIGNS.sub("", rest)) >= 2:
            normal = rest
    return normal


@functools.lru_cache(maxsize=1)
def _dictionary() -> object:
    import rjieba

    for word in PRODUCT_WORDS:
        rjieba.add_word(word, 20_000, "n")
    return rjieba


def words(text: str, *, for_search: bool = False) -> list[str]:
    """The words of a text, normalised, signs dropped; `for_search` adds the shorter words inside longer
    ones.
    """
    with _loading:
        dictionary = _dictionary()
    cut = dictionary.cut_for_search if for_search else dictionary.cut  # type: ignore[attr-defined]
    return [word for word in cut(normalise(text)) if _SIGNS.sub("", word)]
