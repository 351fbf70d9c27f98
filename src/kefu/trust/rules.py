"""What in a stranger's words could pose as us or lead away from us: numbers to call, links, handles, official titles.

Read in the plain form of `core.redaction` (full-width, spaced, invisible and Chinese digits folded), so that what was
found is replaced where it stands and the rest stays to the letter. Amounts and dates are no numbers to call.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.core.redaction import CHINESE_DIGITS, DIGIT, MASK, Plain

NUMBER, LINK, HANDLE, TITLE = "number", "link", "handle", "title"
FOREIGN = (NUMBER, LINK, HANDLE)
"""What is reported when it is not ours; a title alone is only masked."""
_GAP = r"[\s*·•._\-–—|/~+#、,，()（）]{0,3}"
_NUMBER = re.compile(rf"\+?{DIGIT}(?:{_GAP}{DIGIT}){{6,}}")
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}\.\d{1,2}")
_DATE = re.compile(r"(?:19|20)\d{2}[-/.年\s]?\d{1,2}[-/.月\s]?\d{1,2}(?:\s+\d{1,2}[:.]?\d{2})?")
_CALL = r"(?:拨打?|致电|打电?话?|电话|热线|call|dial|tel)"
_SHORT = re.compile(
    rf"(?<!\d)(?:9{_GAP}5|1{_GAP}[02]){_GAP}\d{_GAP}\d{_GAP}\d(?!\d|\.\d|\s*(?:元|块|圆))"
)
_CALLED = re.compile(rf"{_CALL}\D{{0,6}}$", re.I)
_DOT = r"\s{0,2}(?:\.|。|·|点|點|\[\.\]|\(\.\)|(?<=\s)dot(?=\s))\s{0,2}"
_ENDS = (
    "com|cn|net|org|top|xyz|vip|cc|info|io|me|app|link|shop|site|online|club|tk|ru|hk|tw|biz|co|pro|fun|icu|ltd|wang"
    "|work|life|live|store|tech|dev|example|中国|网址|公司|网络"
)
_LINK = re.compile(
    rf"h\s?t\s?t\s?p\s?s?\s{{0,2}}:\s{{0,2}}/\s{{0,2}}/\s{{0,2}}\S+|www{_DOT}\S+|[\w.+-]{{1,64}}@[\w-]+(?:\.[\w-]+)+"
    rf"|(?<![a-z0-9])[a-z0-9][a-z0-9-]{{0,62}}(?:{_DOT}[a-z0-9-]{{1,62}}){{0,3}}{_DOT}(?:{_ENDS})(?![a-z0-9])(?:/\S*)?",
    re.I,
)
_HANDLE = re.compile(
    r"(?:微信|威信|薇信|[vw]信|扣扣|飞机|(?<![a-z])(?:vx|wx|wechat|weixin|qq|telegram|tg|whatsapp|skype))"
    r"\s*(?:号|id|群|[:：是为])?\s*[:：]?\s*[a-z0-9_-]{4,30}",
    re.I,
)
_OTHER_SCRIPT = {
    "宝": "宝寶", "检": "检檢", "银": "银銀", "联": "联聯", "务": "务務", "诈": "诈詐", "监": "监監", "钱": "钱錢",
    "总": "总總", "币": "币幣", "专": "专專", "员": "员員", "机": "机機", "关": "关關", "证": "证證", "门": "门門",
}  # fmt: skip
TITLES = (
    "客服", "官方", "支付宝", "微信支付", "财付通", "云闪付", "警察", "警官", "民警", "公安", "法院", "法官",
    "检察院", "检察官", "反诈", "银保监", "银监会", "金融监管", "人民银行", "央行", "银联", "税务局", "工信部",
    "通信管理局", "管理员", "工作人员", "安全账户", "安全中心", "风控", "理赔",
)  # fmt: skip
_LATIN_TITLES = (
    r"customer\s*(?:service|support|care)", "official", "police", "support\\s*team", "help\\s*desk", "helpdesk",
    "alipay", r"we\s*chat\s*pay", "union\\s*pay", "security\\s*(?:team|center|centre)", "safe\\s*account", "kefu",
)  # fmt: skip


@functools.cache
def _title_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    chinese = ("".join(f"[{_OTHER_SCRIPT.get(c, c)}]{_GAP}" for c in name).removesuffix(_GAP) for name in names)
    latin = (rf"(?<![a-z]){name}(?![a-z])" for name in _LATIN_TITLES)
    return re.compile("|".join([*chinese, *latin]), re.I)


@dataclass(frozen=True)
class Own:
    """Who we are: what is ours is neither masked nor reported."""

    names: tuple[str, ...]
    numbers: frozenset[str]
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A stranger's words as they may be shown. `foreign`: kinds of what names a number, link or handle not ours."""

    text: str
    masked: bool
    foreign: tuple[str, ...]


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    kind: str


def shown(text: str, own: Own) -> Shown:
    """Mask what could pose as us or lead away from us."""
    plain = Plain(text)
    spans = sorted(_spans(plain.text, own), key=lambda span: (span.start, -span.end))
    kept: list[str] = []
    done = 0
    for span in spans:
        start, end = plain.at[span.start], plain.at[span.end - 1] + 1
        if end <= done:
            continue
        if start >= done:
            kept += [text[done:start], MASK]
        done = end
    kinds = tuple(kind for kind in FOREIGN if any(span.kind == kind for span in spans))
    return Shown("".join([*kept, text[done:]]), bool(spans), kinds)


def _spans(text: str, own: Own) -> Iterator[_Span]:
    for match in _LINK.finditer(text):
        if not _is_own_link(match.group(), own):
            yield _Span(match.start(), match.end(), LINK)
    for match in _NUMBER.finditer(text):
        if not _is_own_or_plain(match.group(), own):
            yield _Span(match.start(), match.end(), NUMBER)
    for match in _SHORT.finditer(text):
        digits = digits_of(match.group())
        called = digits.startswith("95") or _CALLED.search(text[max(0, match.start() - 12) : match.start()])
        if called and digits not in own.numbers:
            yield _Span(match.start(), match.end(), NUMBER)
    for match in _HANDLE.finditer(text):
        yield _Span(match.start(), match.end(), HANDLE)
    for match in _title_pattern((*TITLES, *own.names)).finditer(text):
        yield _Span(match.start(), match.end(), TITLE)


def digits_of(text: str) -> str:
    return "".join(CHINESE_DIGITS.get(c, c) for c in text if c.isdecimal() or c in CHINESE_DIGITS)


def _is_own_or_plain(found: str, own: Own) -> bool:
    return (
        digits_of(found) in own.numbers or _AMOUNT.fullmatch(found) is not None or _DATE.fullmatch(found) is not None
    )


def _is_own_link(found: str, own: Own) -> bool:
    """By the host that a browser would open: what stands before an @ is a name, not a host."""
    rest = re.sub(r"^https?://", "", re.sub(r"\s", "", found).lower())
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rsplit("@", 1)[-1].split(":")[0]
    return any(host == domain or host.endswith(f".{domain}") for domain in own.domains)
