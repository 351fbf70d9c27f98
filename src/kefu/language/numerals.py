"""Numbers as people write them: 1,234.50, 3万, 两百, 一百五, 十几, fifty, two hundred and five."""

import re
from decimal import Decimal

CHINESE = "零〇一二两三四五六七八九十百千万亿"
_NO_NUMBER = (
    "一(?:直|般|些|下|起|定|样|共|边|旦|会|切|律|再|向|连|并|半|概|时|口气|早|晚|整|夜|辈子|大早|同|经|致|键|路|贯|刻|方面|阵|段"
    "|瞬|眨眼|带|看|查|问|拖|等|动不动|来(?!块|元))|两(?:边|头|者|手|下)|三(?:番|方|天两头)|十(?:足|有八九)"
)
NUMERAL = rf"(?!{_NO_NUMBER})[{CHINESE}]"
"""A pattern for one sign of a Chinese number, where it does not begin a word that only looks like one: 一直, 一般."""
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = (
    {word: value for value, word in enumerate(_SMALL)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {"hundred": 100, "thousand": 1_000, "grand": 1_000, "million": 1_000_000}
)
_NAMED = "|".join(sorted(_WORDS, key=len, reverse=True))

ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
ENGLISH = rf"(?:\ba\s+(?=hundred|thousand|grand))?\b(?:{_NAMED})\b(?:(?:\s+and\s+|[\s-]+)(?:{_NAMED})\b)*"
"""A pattern for English number words; `english` reads what it matches."""


def arabic(text: str) -> Decimal:
    """A number in digits, with or without thousands separators."""
    return Decimal(text.replace(",", ""))


def chinese(text: str) -> Decimal | None:
    """A number in Chinese characters, mixed with digits or not: 两千五 is 2,500, 1万2 is 12,000, 一百零五 is
    105. None when it is not one.
    """
    total, section = Decimal(0), Decimal(0)
    current: Decimal | None = None
    last_unit, zero = 0, False
    for piece in re.findall(rf"{ARABIC}|.", text):
        if piece[0].isdigit() or piece in _DIGITS:
            if current:
                return None
            zero = zero or piece in "零〇"
            current = arabic(piece) if piece[0].isdigit() else Decimal(_DIGITS[piece])
        elif piece in _UNITS:
            unit = _UNITS[piece]
            if unit < 10_000:
                section += (Decimal(1) if current is None else current) * unit
            else:
                total, section = total + (section + (current or 0)) * unit, Decimal(0)
            current, last_unit, zero = None, unit, False
        else:
            return None
    if current is not None:
        shortened = last_unit >= 100 and not zero and current < 10
        section += current * (last_unit // 10 if shortened else 1)
    return total + section


def english(text: str) -> Decimal | None:
    """A number in English words; None when it is not one."""
    total, section = 0, 0
    found = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in {"and", "a"}]
    if not found or any(word not in _WORDS for word in found):
        return None
    for word in found:
        value = _WORDS[word]
        if value == 100:
            section = max(section, 1) * 100
        elif value >= 1_000:
            total += max(section, 1) * value
            section = 0
        else:
            section += value
    return Decimal(total + section)
