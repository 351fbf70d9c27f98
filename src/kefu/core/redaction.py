"""Secrets that people type by mistake are masked before anything is stored, both ways.

A secret is a password, one-time code, payment PIN, CVV, full card number or recovery code, also in full-width,
spaced or Chinese digits. Order numbers, phones, amounts, dates and the last four of a card are no secrets.

The text is read in a plain form (compatibility characters folded, invisible ones left out, traditional key
words accepted) that remembers where each character came from, so that only the secret itself is replaced.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MASK = "●●●●"

CHINESE_DIGITS = dict(zip("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺两", "001234567891234567891" + "2", strict=True))
DIGIT = "[0-9" + "".join(CHINESE_DIGITS) + "]"
_SEPARATOR = r"[ \t\n\-–—_.·,，、/|]"
_RUN = re.compile(rf"{DIGIT}(?:{_SEPARATOR}{{0,2}}{DIGIT}){{3,40}}")
_DATE = re.compile(r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}")

# -- what a secret is called

_GAP = r"[\s\-_.]{0,2}"
_TRADITIONAL = str.maketrans(
    {"码": "[码碼]", "验": "[验驗]", "证": "[证證]", "动": "[动動]", "态": "[态態]", "号": "[号號]", "后": "[后後]",
     "复": "[复復]", "备": "[备備]", "词": "[词詞]"}
)  # fmt: skip


def _chinese(*names: str) -> list[str]:
    """Key words in either script, also with something slipped between their characters."""
    return [_GAP.join(character.translate(_TRADITIONAL) for character in name) for name in names]


def _latin(*names: str) -> list[str]:
    """Key words as whole words: Chinese may stand right beside them."""
    return [rf"(?<![a-z]){name}(?![a-z])" for name in names]


_CODE_WORDS = "|".join(
    _chinese("验证码", "校验码", "动态码", "动态口令", "短信码", "确认码", "激活码")
    + _latin(r"(?:verification|security|auth\w*|sms|login|confirmation|2fa)\s*codes?", "otps?", "yzm", r"yanzheng\s?ma")
    + _latin(r"one[- ]?time\s*(?:codes?|passwords?|pins?)")
)
_WORD_WORDS = "|".join(
    _chinese("密码", "口令", "恢复码", "备用码", "助记词", "通行码", "pin码")
    + _latin(
        r"pass\s?(?:word|code|phrase)s?", "passwd", "pwd", "psw", r"mi\s?ma", r"(?:recovery|backup)\s*(?:codes?|keys?)"
    )
    + _latin(r"pins?(?:\s*(?:code|number))?")
)
_CVV_WORDS = "|".join(
    _chinese("安全码", "末三位", "后三位", "后3位")
    + _latin(
        "cvv2?",
        "cvc2?",
        "cv2",
        r"security\s*codes?",
        r"(?:3|three)[- ]digit\s*(?:code|number)s?",
        r"card\s*(?:verification|security)\s*(?:codes?|values?)",
    )
)
_CARD_WORDS = "|".join(_chinese("卡号") + _latin(r"card\s*(?:number|no\.?)"))
_CARD_NAMED = re.compile(rf"(?:{_CARD_WORDS})\D{{0,6}}$", re.IGNORECASE)
_OTHER_NUMBER = re.compile(
    r"(?:[流单單][水号]号?|编号|凭证号?|(?<![a-z])(?:order|ref|reference|trace)(?: no\.?)?)[\s:：#]*$", re.I
)
_LINK = (
    r"(?:\s|[是为為:=：＝就的我您你这那個个用设改成了「『“”\"'`（(【\[<,，]|is|was|are|it'?s|'s|my|the|i|use|set|to)"
)
_NOT_WORDS = frozenset((
    "reset", "forgot", "forgotten", "wrong", "invalid", "incorrect", "expired", "correct", "right", "safe",
    "secure", "strong", "weak", "short", "long", "same", "changed", "change", "different", "lost", "locked",
    "blocked", "not", "never", "always", "required", "needed", "field", "page", "form", "link", "protected",
    "manager", "and", "or", "but", "for", "to", "in", "on", "of", "the", "a", "an", "my", "your", "that",
    "this", "it", "again", "please", "help", "how", "what", "why", "when", "still", "yet", "too", "so", "very",
    "also", "now", "here", "there", "unknown", "missing", "empty", "working", "set", "been", "being", "fine",
    "okay", "ok", "login", "app", "email", "sms", "stolen", "leaked", "reused", "asked", "entered", "accepted",
    "rejected", "failed", "error", "problem", "issue",
))  # fmt: skip
_NOT_AMOUNT = (
    r"(?!\s*(?:元|块|塊|圆|圓|毛|角|分钱|万|萬|千|百|年|月|日|号(?!码)|天|次|分钟|小时|秒|点|點|位|折|%|rmb|cny|yuan))"
)
_AMOUNT_BEFORE = re.compile(
    r"(?:[¥$€￥]|[转轉]走?了?|付了?|充了?|提了?|还了?|扣了?|花了?|收了?|退了?|借了?|没了|少了|丢了|剩了?|金额|余额|尾号|尾數|末四位|"
    r"后四位|订单号?|单号|流水号?|手机号?|"
    r"电话|编号|工号|no\.?|order|amount|ending(?: in)?|代码|错误码|error(?: code)?|\+)\s*[:：是为]?\s*[¥$￥]?$"
)
_SENDER_AFTER = re.compile(r"\s*(?:发|打|号|短信|这个号|客服|sent|called)")
_SENDER = re.compile(r"(?:95\d{3}|100\d{2}|12\d{3}|106\d+)$")

_NEAR = ((re.compile(rf"{_CODE_WORDS}|{_WORD_WORDS}", re.I), 4, 8), (re.compile(_CVV_WORDS, re.I), 3, 4))
_NEAR_REACH = 20
_CLAUSE_END = re.compile(r"[\n。！？!?；;]")
_NUMBER = re.compile(rf"(?<![A-Za-z0-9./]){DIGIT}(?:[ \-]?{DIGIT})*")
_WORD_VALUE = re.compile(
    rf"(?P<name>{_CODE_WORDS}|{_WORD_WORDS})(?P<link>{_LINK}{{0,12}}?)(?!(?:use|set|is|was|are|the|my)\b)(?P<value>[!-~]{{4,64}})",
    re.IGNORECASE,
)
_VALUE_FIRST = re.compile(
    rf"(?P<value>{DIGIT}(?:[ \-]?{DIGIT}){{3,7}})\s*[,，]?\s*"
    rf"(?:(?:这|那)?(?:就)?是|为|=|(?:is|was)\b)\s*(?:我|您|你|刚|才|收到|的|短信|登录|支付|交易|银行|卡|my|the|an?|\s){{0,12}}"
    rf"(?:{_CODE_WORDS}|{_WORD_WORDS}|{_CVV_WORDS})",
    re.IGNORECASE,
)
_VALUE_BESIDE = re.compile(
    r"(?<![\d¥$￥.+])(?P<value>\d{6})(?:[\s（(\[【,，]|[这那个的就是我刚收到短信]|is|the|my){0,8}"
    rf"(?:{_CODE_WORDS})(?!\s*(?:收不到|没|还没|怎么|不对|错|过期|not))",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\D{0,2}(\d{6})\D{0,2}")


@dataclass(frozen=True)
class Redacted:
    """The text as it may be stored, and the kinds of secret (`card`, `secret`) that were masked in it."""

    text: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class _Span:
    """A secret in the plain form, and what stands in its place."""

    start: int
    end: int
    kind: str
    shown: str = MASK


class Plain:
    """The text folded to plain characters; `at[i]` is where character i came from."""

    def __init__(self, text: str) -> None:
        characters: list[str] = []
        self.at: list[int] = []
        for index, character in enumerate(text):
            if character.isascii():
                characters.append(character)
                self.at.append(index)
                continue
            if unicodedata.category(character) in ("Cf", "Mn", "Me"):
                continue
            digit = unicodedata.digit(character, None)
            folded = str(digit) if digit is not None else unicodedata.normalize("NFKC", character)
            for one in folded or character:
                characters.append(one)
                self.at.append(index)
        self.text = "".join(characters)


def redact(text: str) -> Redacted:
    """Mask every secret in `text`; what is no secret stays as it was, to the letter."""
    plain = Plain(text)
    spans = sorted(_spans(plain.text), key=lambda span: (span.start, -span.end))
    kept: list[str] = []
    found: list[str] = []
    done = 0
    for span in spans:
        start, end = plain.at[span.start], plain.at[span.end - 1] + 1
        if start < done:
            continue
        kept += [text[done:start], span.shown]
        found.append(span.kind)
        done = end
    return Redacted("".join([*kept, text[done:]]), tuple(dict.fromkeys(found)))


def _spans(text: str) -> Iterator[_Span]:
    yield from _cards(text)
    yield from _numbers_near_names(text)
    yield from _values_of_names(text)
    for pattern in (_VALUE_FIRST, _VALUE_BESIDE):
        for match in pattern.finditer(text):
            if not _AMOUNT_BEFORE.search(_before(text, match.start("value"))):
                yield _Span(match.start("value"), match.end("value"), "secret")
    alone = _ALONE.fullmatch(text.strip())
    if alone and not alone.group(1).endswith("000") and not set(text) & set("¥$￥€"):
        start = text.index(alone.group(1))
        yield _Span(start, start + 6, "secret")


def _before(text: str, place: int) -> str:
    """What stands right before a place: as far as any pattern here looks back."""
    return text[max(0, place - 24) : place]


# -- cards


def _digits(run: str) -> str:
    return "".join(CHINESE_DIGITS.get(c, c) for c in run if c.isdigit() or c in CHINESE_DIGITS)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(digits: str, *, named: bool) -> bool:
    """Issuer ranges of UnionPay (62, 81, 9558), Visa (4), Mastercard (51–55, 2221–2720), Amex (34, 37), JCB (35),
    Discover (60, 65); a number that is called a card number needs no right check digit.
    """
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    known = re.match(r"62|81|9558|4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[457]|6[05]", digits)
    if named:
        return len(digits) >= 15 or (known is not None and _luhn(digits))
    return len(digits) >= 15 and known is not None and _luhn(digits)


def _cards(text: str) -> Iterator[_Span]:
    for run in _RUN.finditer(text):
        if run.start() and text[run.start() - 1].isascii() and text[run.start() - 1].isalpha():
            continue
        before = _before(text, run.start())
        if not _OTHER_NUMBER.search(before):
            yield from _cards_in_run(run, named=_CARD_NAMED.search(before) is not None)


def _cards_in_run(run: re.Match[str], *, named: bool) -> Iterator[_Span]:
    """The longest stretch of whole groups that is a card: other numbers may stand before and after it."""
    groups = list(re.finditer(rf"{DIGIT}+", run.group()))
    whole = _digits(run.group())
    upto = [0, *itertools.accumulate(len(group.group()) for group in groups)]
    for first in range(len(groups)):
        for last in range(len(groups) - 1, first - 1, -1):
            if not 13 <= upto[last + 1] - upto[first] <= 19:
                continue
            digits, piece = whole[upto[first] : upto[last + 1]], groups[first : last + 1]
            here = named and first == 0
            if _is_card(digits, named=here) and _written_as_card(run.group(), piece, named=here):
                start = run.start() + piece[0].start()
                yield _Span(start, run.start() + piece[-1].end(), "card", MASK + digits[-4:])
                return


def _written_as_card(text: str, groups: list[re.Match[str]], *, named: bool) -> bool:
    """Whether people write a card so: in one piece, in fours, as it is embossed, or digit by digit; not a date with a
    time, and not a list of amounts.
    """
    if len(groups) == 1:
        return True
    between = {text[a.end() : b.start()].strip(" \t\n") for a, b in itertools.pairwise(groups)}
    if len(between) > 1 or _DATE.search(text[groups[0].start() : groups[-1].end()]):
        return False
    sizes = [len(group.group()) for group in groups]
    fours = set(sizes[:-1]) == {4} and sizes[-1] <= 4
    single = max(sizes) <= 2 and len(sizes) >= 8
    embossed = sizes in ([4, 6, 5], [6, 10], [6, 13], [8, 8], [8, 8, 3], [4, 4, 11], [4, 12], [6, 4, 6], [6, 6, 7])
    return fours or single or ((embossed or named) and between <= {"", "-"})


# -- named secrets


def _numbers_near_names(text: str) -> Iterator[_Span]:
    """“验证码刚收到是 48 29 13”: the first number of four to eight digits soon after its name (CVV: three, four)."""
    for pattern, least, most in _NEAR:
        for name in pattern.finditer(text):
            ended = _CLAUSE_END.search(text, name.end(), name.end() + _NEAR_REACH)
            reach = ended.start() if ended else name.end() + _NEAR_REACH
            for run in _NUMBER.finditer(text, name.end(), reach + _NEAR_REACH):
                if run.start() > reach:
                    break
                counted = least <= len(_digits(run.group())) <= most
                if counted and not _is_plain_number(text, run, between=text[name.end() : run.start()]):
                    yield _Span(run.start(), run.end(), "secret")
                    break


def _is_plain_number(text: str, run: re.Match[str], *, between: str) -> bool:
    """Whether the number counts or names something else: an amount, a date, a phone, the sender of the message."""
    after = text[run.end() :]
    if not re.match(_NOT_AMOUNT, after, re.IGNORECASE) or re.match(r"[.:：/]\d", after) or re.match(r"[A-Za-z]", after):
        return True
    if (
        _AMOUNT_BEFORE.search(between)
        or _DATE.search(run.group())
        or re.search(r"\d[.:/]$", _before(text, run.start()))
    ):
        return True
    return bool(_SENDER.match(run.group()) and _SENDER_AFTER.match(after))


def _values_of_names(text: str) -> Iterator[_Span]:
    """“密码是 hunter2”: letters, digits and signs after the name."""
    for match in _WORD_VALUE.finditer(text):
        value = match.group("value").rstrip(".,;!?)'\"]>")
        said = re.search(r"[是为為:=：＝]|is|was", match.group("link"), re.IGNORECASE) is not None
        if len(value) < 4 or value.lower().strip("'\"(") in _NOT_WORDS or not re.search(r"[A-Za-z0-9]", value):
            continue
        chinese_name = not match.group("name").isascii()
        mixed = re.search(r"\d", value) is not None and re.search(r"[A-Za-z!-/:-@]", value) is not None
        if not (
            mixed
            or (said and not value.isdigit())
            or (chinese_name and value.isalpha() and not match.group("link").strip())
        ):
            continue
        if (
            _AMOUNT_BEFORE.search(match.group("link"))
            or re.match(r"[¥$]?\d[\d,]*\.\d{2}$", value)
            or _DATE.search(value)
        ):
            continue
        start = match.start("value")
        yield _Span(start, start + len(value), "secret")
