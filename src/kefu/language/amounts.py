"""Amounts of money in a text: exact ones, and ranges such as 一百多 or "about 200".

Numbers are found first, each with the least and the most that it may mean; then the words around one tell
whether it is money and how exact it is meant.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kefu.language import numerals

MOST = 10**12
"""Minor units: where an open range ends, and more than any amount that is read."""


@dataclass(frozen=True)
class Amount:
    """From `low` to `high`, both included, in minor units of `currency`; equal when the text is exact."""

    low: int
    high: int
    text: str
    currency: str = "CNY"

    @property
    def exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class _Number:
    """A number in the text at [start, end): from `low` to `high` (equal for a plain one), in major units."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    telling: bool
    """Written so that it is money even without a unit: 两百, 3万, 1,200, 35.50."""
    pronoun: bool = False
    """The English word "one", which mostly stands for a thing: I withdrew one yesterday."""


_CURRENCIES = {
    "CNY": r"元|块钱|块|圆|人民币|rmb|cny|yuan|kuai|￥|¥",
    "USD": r"美元|美金|us\$|\$|usd|dollars?|bucks",
    "EUR": r"欧元|€|eur|euros?",
    "GBP": r"英镑|£|gbp|pounds?|quid",
    "HKD": r"港币|港元|hk\$|hkd",
    "JPY": r"日元|jpy|yen",
}
_PLACES = {"十": Decimal(10), "百": Decimal(100), "千": Decimal(1_000), "万": Decimal(10_000)}
_ONES = "一二两三四五六七八九"

_SIGN = re.compile(r"(hk\$|us\$|[¥￥$€£]|\b(?:rmb|cny|usd|eur|gbp|hkd)|人民币)\s?$", re.I)
_UNIT = re.compile(rf"\s?({'|'.join(_CURRENCIES.values())})(?![a-z])", re.I)
_ODD = re.compile(r"\s?(?:多(?![久少长])|几(?![天点时])|something\b|odd\b|-odd\b|and something\b)", re.I)
_OR_SO = re.compile(r"\s?(?:左右|上下|来块|来(?=[块元])|ish\b|or so\b)", re.I)
_UP = re.compile(r"\s?(?:以上|往上|or more\b)", re.I)
_DOWN = re.compile(r"\s?(?:以下|以内|or less\b)", re.I)
_CENT = rf"(?={numerals.NUMERAL}|\d)[\d{_ONES}]"
_CENTS = re.compile(
    rf"({_CENT})(毛|角)?({_CENT})?(分)?(?!分钟|[\d.:个天次笔张百千万小点号月钟周年])"
)
_ABOUT = re.compile(
    r"(?:大概|大约|差不多|约|将近|接近|\b(?:about|around|roughly|approximately|approx\.?|nearly|almost))\s*(?:是|有)?$",
    re.I,
)
_MORE = re.compile(r"(?:超过|多于|大于|不止|高于|至少|\b(?:more than|over|above|at least))\s*$", re.I)
_LESS = re.compile(r"(?:不到|不足|少于|低于|小于|不超过|最多|\b(?:less than|under|below|at most|up to))\s*$", re.I)
_VERB = re.compile(
    r"(?:充|转|付|扣|提|退|花|还|收|存|借|汇|取|缴|交|少|差|转账|充值|提现|还款|付款|支付|退款|红包|金额|余额|到账|入账)"
    r"(?:了|过|的|出|进|走|掉|我|他|她|是|为|只|才|给?[^\W\d]{1,3}?)?\s?$"
)  # fmt: skip
_ENGLISH_VERB = re.compile(
    r"\b(?:sen[dt]|pa(?:id|y)|transferr?(?:ed)?|topp?(?:ed)? up|top-up of|add(?:ed)?|charged?|"
    r"withd(?:rew|raw)|"
    r"refund(?:ed)?|deposit(?:ed)?|deducted|took|received?|recharged?|load(?:ed)?|amount|payment|transfer|withdrawal|"
    r"got|spent|borrow(?:ed)?|repa(?:id|y)|debited|credited)"
    r"(?: (?:me|him|her|them|us|my \w+|only|just|in|exactly|of|is|"
    r"for|was|back))*\s+$",
    re.I,
)
_COUNTED = re.compile(
    r"\s?(?:多|几)?(?:个|次|天|小时|分钟|分(?!钱)|点|号|日|月|年|位|笔|张|%|折|岁|人|遍|条|家|名|期|倍|周|星期|级|回|单|秒|度|件|份|页|台|部|步|"
    r"种|样|世|多?种|服务|客服|开头|[:/]\d|"
    r"(?:st|nd|rd|th|am|pm|a\.m|p\.m|days?|hours?|hrs?|minutes?|mins?|weeks?|months?|years?|times|people|"
    r"(?:more |different )?(?:cards?|orders?|transactions?|payments?|transfers|digits?|accounts?)|"
    r"percent|seconds?|"
    r"o'clock|of (?:them|us|my))\b)",
    re.I,
)  # fmt: skip
_JOINED = re.compile(r"\s?(?:到|至|~|-|—|–|and|to)\s?(?:hk\$|us\$|[¥￥$€£])?$", re.I)


def read_amounts(text: str) -> tuple[Amount, ...]:
    """All amounts of a `segment.folded` text, in their order. Numbers that count something else are left
    out.
    """
    numbers = [number for match in _ANY_NUMBER.finditer(text) if (number := _read_number(match))]
    found: list[Amount] = []
    read_to = 0
    for number, following in zip(numbers, [*numbers[1:], None], strict=False):
        if number.start < read_to:
            continue
        read = (following and _between(text, number, following, read_to)) or _amount(text, number, read_to)
        if read and read[0].low < MOST:
            found.append(read[0])
            read_to = read[1]
    return tuple(found)


_ANY_NUMBER = re.compile(
    rf"(?P<vague>(?P<head>好几|几|数|上|成)(?P<place>[百千万])(?!次|人|个|遍)|(?:好几|几)十(?=[块元])|十几(?=[块元]))"
    rf"|(?P<pair>[一二三四五六七八][两二三四五六七八九](?P<pair_place>[十百千万]))"
    rf"|(?P<digits>(?<![\d.A-Za-z])(?:{numerals.ARABIC})\s?[wk](?![a-z]))"
    rf"|(?P<mixed>(?<![\d.])(?:{numerals.ARABIC})[百千万](?:\d|{numerals.NUMERAL})*)"
    rf"|(?P<arabic>(?<![\d.,])(?:{numerals.ARABIC})(?![\d,]*\d))"
    rf"|(?P<chinese>(?<![第\d])(?=[{_ONES}十])(?:{numerals.NUMERAL})+)"
    rf"|(?P<english>{numerals.ENGLISH})",
    re.I,
)


def _read_number(match: re.Match[str]) -> _Number | None:
    text, kind = match[0], match.lastgroup
    if match["vague"]:
        low, high = _vague(match)
        return _Number(match.start(), match.end(), low, high, True)
    if match["pair"]:
        unit = _PLACES[match["pair_place"]]
        one, two = numerals.chinese(text[0]), numerals.chinese(text[1])
        if one is None or two is None or two - one != 1:
            return None
        top = two * unit if one == 1 else (two + 1) * unit - Decimal("0.01")
        return _Number(match.start(), match.end(), one * unit, top, True)
    value = _value(text)
    if value is None:
        return None
    written_out = kind == "chinese" and re.search(r"[百千万]", text[1:])
    precise = re.search(r",\d{3}|\.\d\d$", text)
    telling = bool(kind in ("mixed", "digits") or written_out or precise or (kind == "english" and value >= 100))
    return _Number(match.start(), match.end(), value, value, telling, text.lower() == "one")


def _vague(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    cent = Decimal("0.01")
    if match[0] == "十几":
        return Decimal(11), 20 - cent
    if match["place"] is None:
        return Decimal(30 if match[0][0] == "好" else 20), 100 - cent
    unit = _PLACES[match["place"]]
    return {"好几": 3, "上": 1, "成": 1}.get(match["head"], 2) * unit, 10 * unit - cent


def _value(text: str) -> Decimal | None:
    compact = text.strip().lower()
    scale = {"w": 10_000, "k": 1_000}.get(compact[-1:], 1)
    if scale > 1 and compact[0].isdigit():
        return numerals.arabic(compact[:-1].strip()) * scale
    if re.fullmatch(numerals.ARABIC, compact):
        return numerals.arabic(compact)
    return (
        numerals.chinese(compact)
        if compact[0] in numerals.CHINESE or compact[0].isdigit()
        else numerals.english(compact)
    )


def _between(text: str, one: _Number, two: _Number, since: int) -> tuple[Amount, int] | None:
    """100到200块, "between 100 and 200 yuan", ¥100-200; with where it ends. A sign before `since` is another's."""
    middle = text[one.end : two.start]
    unit_between = _UNIT.match(middle)
    if not _JOINED.fullmatch(middle[unit_between.end() :] if unit_between else middle) or one.high >= two.high:
        return None
    sign, unit = _SIGN.search(text, since, one.start), _UNIT.match(text, two.end)
    verb = _VERB.search(text[: one.start]) or re.search(r"\bbetween\s$", text[: one.start], re.I)
    if not (sign or unit or unit_between or verb or two.telling) or (_COUNTED.match(text, two.end) and not unit):
        return None
    start, end = sign.start() if sign else one.start, unit.end() if unit else two.end
    return Amount(_minor(one.low), _minor(two.high), text[start:end], _currency(sign, unit)), end


def _amount(text: str, number: _Number, since: int) -> tuple[Amount, int] | None:
    """The amount around a number, and where it ends. A sign before `since` is another's."""
    sign = _SIGN.search(text, since, number.start)
    start = sign.start() if sign else number.start
    left = text[:start]
    end, low, high = number.end, number.low, number.high
    odd = _ODD.match(text, end)
    end = odd.end() if odd else end
    or_so = _OR_SO.match(text, end)
    end = or_so.end() if or_so else end
    unit = _UNIT.match(text, end)
    end = unit.end() if unit else end
    if not (sign or unit or _is_money(text, number, left)):
        return None
    if unit and not odd and low == high and (cents := _CENTS.match(text, end)):
        low = high = low + _coins(cents)
        end = cents.end()
    if not unit and (coin := re.compile(r"(毛|角|分)(?:钱|(?!\w))").match(text, number.end)):
        low = high = low / (100 if coin[1] == "分" else 10)
        end = coin.end()
    or_so = or_so or _OR_SO.match(text, end)
    up, down = _UP.match(text, end) or _MORE.search(left), _DOWN.match(text, end) or _LESS.search(left)
    about = or_so or _ABOUT.search(left)
    low_minor, high_minor = _minor(low), _minor(high)
    if odd and low == high:
        high_minor = low_minor + _minor(_step(low)) - 1
    elif about:
        low_minor, high_minor = low_minor - low_minor // 10, high_minor + high_minor // 10
    elif up or down:
        low_minor, high_minor = (low_minor, MOST) if up else (0, high_minor)
    return Amount(low_minor, high_minor, text[start:end].strip(), _currency(sign, unit)), end


def _is_money(text: str, number: _Number, left: str) -> bool:
    if re.match(r"(毛|角)(?:钱|(?![a-z]))|分钱", text[number.end : number.end + 2]):
        return True
    if _COUNTED.match(text, number.end) or number.pronoun:
        return False
    after = number.end
    hedged = _OR_SO.match(text, after) or _UP.match(text, after) or _DOWN.match(text, after)
    hedged = hedged or _ABOUT.search(left) or _MORE.search(left) or _LESS.search(left)
    plain = _ABOUT.sub("", _MORE.sub("", _LESS.sub("", left)))
    return bool(number.telling or hedged or _VERB.search(plain) or _ENGLISH_VERB.search(plain))


def _coins(cents: re.Match[str]) -> Decimal:
    """三块五 is 3.50, 3块8毛5 is 3.85, 5块25 is 5.25."""
    tenths, hundredths = (
        numerals.chinese(cents[1]) or Decimal(0),
        numerals.chinese(cents[3] or "零") or Decimal(0),
    )
    return tenths / 10 + hundredths / 100


def _step(value: Decimal) -> Decimal:
    """The place of the last digit that is not zero: 100 for 200, 10 for 150, 1,000 for 3,000."""
    step = Decimal(1)
    while value and value % (step * 10) == 0:
        step *= 10
    return step


def _minor(value: Decimal) -> int:
    return min(int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)), MOST)


def _currency(*signs: re.Match[str] | None) -> str:
    for sign in signs:
        for code, pattern in _CURRENCIES.items():
            if sign and re.fullmatch(pattern, sign[1], re.I):
                return code
    return "CNY"
