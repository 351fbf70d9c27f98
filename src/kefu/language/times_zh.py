"""Pieces of times in Chinese: 大前天, 11月3号, 上周三, 凌晨, 8点半, 一个小时前, 三天了, 最近."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from kefu.language import numerals
from kefu.language.pieces import (
    DAY,
    HOUR,
    Clock,
    Days,
    Part,
    Piece,
    Span,
    ago,
    last_date,
    last_weekday,
    month_of,
    named_month,
    named_year,
    one_day,
    since,
    week_of,
    within,
)

_PARTS = {
    "凌晨": (0, 6), "半夜": (0, 6), "深夜": (0, 6), "清晨": (5, 9), "早上": (5, 11), "早晨": (5, 11),
    "早": (5, 11), "上午": (6, 12), "中午": (11, 14), "午后": (12, 18), "下午": (12, 18),
    "傍晚": (17, 20), "晚上": (18, 24), "夜里": (18, 24), "晚": (18, 24), "夜": (18, 24),
}  # fmt: skip
_BACK = {"大前": 3, "前": 2, "昨": 1, "今": 0}
_WEEKDAYS = {sign: number for number, sign in enumerate("一二三四五六")} | {"日": 6, "天": 6}
_UNITS = {
    "分钟": "minute", "分": "minute", "个小时": "hour", "小时": "hour", "个钟头": "hour", "个钟": "hour",
    "钟头": "hour", "天": "day", "日": "day", "个星期": "week", "星期": "week", "周": "week",
    "个礼拜": "week", "礼拜": "week", "个月": "month", "年": "year",
}  # fmt: skip
_ONES = "一二三四五六七八九"
_N = rf"\d+(?:\.\d)?|[{numerals.CHINESE}]+"
_LENGTH = (
    rf"(?P<n>{_N}|半|好几|几)(?P<odd>多)?"
    rf"(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?P<half>半)?(?P<more>多)?"
)

_DAY = re.compile(r"(?P<back>大前|前|昨|今)(?:[天日儿](?!多)|(?=[早晚夜]))")
_DATE = re.compile(
    rf"(?:(?P<year>20\d\d)年)?(?<!\d)(?P<month>1[0-2]|0?[1-9]|十[一二]?|[{_ONES}])月(?:份)?的?"
    rf"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[{_ONES}]?|二十|[{_ONES}])(?!\d)(?:号|日)?"
    r"|(?P<year_b>20\d\d)[-/.](?P<month_b>1[0-2]|0?[1-9])[-/.](?P<day_b>3[01]|[12]\d|0?[1-9])(?!\d)"
    r"|(?<![\d/])(?P<month_c>1[0-2]|0?[1-9])/(?P<day_c>3[01]|[12]\d|0?[1-9])(?![\d/])"
)
_DAY_OF_MONTH = re.compile(
    rf"(?P<which>上个?月|这个?月|本月)?的?(?<![\d第{numerals.CHINESE}])"
    rf"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[{_ONES}]?|[{_ONES}])(?:号|日)(?!线|码|店|楼|门|机|卡|客服|员)"
)
_WEEKDAY = re.compile(r"(?P<which>上上个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_PART = re.compile(
    "|".join(sorted((p for p in _PARTS if len(p) > 1), key=len, reverse=True)) + r"|(?<=[昨今前])[早晚夜]"
)
_CLOCK = re.compile(
    rf"(?<![\d.:])(?P<hour>2[0-4]|1\d|0?\d|(?<![{numerals.CHINESE}])(?:十[一二]?|[{_ONES[:9]}两]))"
    rf"(?:点(?!了吗|心|餐|击|开|赞|卡|评)(?:钟|整)?|时(?!候|间|限|常|段|尚))"
    rf"(?:(?P<fraction>半|一刻|三刻)|(?P<minute>[0-5]?\d(?![\d元块])|[{numerals.CHINESE[3:]}]{{1,3}})分?(?!钟))?(?:多|左右|前后)?"
    r"|(?<![\d.:])(?P<hour_b>2[0-3]|[01]?\d):(?P<minute_b>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?!\s?[ap]\.?m)"
)
_AGO = re.compile(rf"{_LENGTH}(?:之|以)?前")
_SINCE = re.compile(rf"(?:都|已经|过了|等了|快)?{_LENGTH}(?:过去)?(?:了|还|都|没|仍|过去|一直|未)(?!多|内)")
_WITHIN = re.compile(rf"(?:最近|近|过去|这){_LENGTH}(?:内|里|以来)?(?!前)")
_JUST = re.compile(r"刚才|刚刚|方才|刚(?=[充转付提还买扣收存交缴打给])|(?<![一-鿿])刚(?=\w)")
_PERIODS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"上上(?:周|个?星期|个?礼拜)(?![一二三四五六日天])", "week 2"),
        (r"上(?:周|个?星期|个?礼拜)(?![一二三四五六日天])", "week 1"),
        (r"(?:本周|这(?:周|个?星期|个?礼拜))(?![一二三四五六日天])", "week 0"),
        (r"上上个?月(?!\d|[一二三])", "month 2"),
        (r"上个?月(?!\d|[一二三])", "month 1"),
        (r"(?:这个?月|本月|当月)(?!\d)", "month 0"),
        (r"前年", "year 2"),
        (r"去年(?!\d)", "year 1"),
        (r"今年(?!\d)", "year 0"),
        (r"前几天|前两天|前些天|前些日子", "few days"),
        (r"这几天|这两天|近几天|近日", "last days"),
        (r"最近|近期|近来|前段时间|前一阵|前阵子", "lately"),
        (r"半天(?=了|还|都|没)", "half day"),
    )
)
_MONTH = re.compile(
    rf"(?:(?P<year>20\d\d)年|(?P<last>去年|前年|今年))?(?<!\d)(?P<month>1[0-2]|0?[1-9]|(?<![{numerals.CHINESE}个])"
    rf"(?:十[一二]?|[{_ONES}]))月(?:份)?(?![\d{_ONES}十])"
)


def pieces(text: str, now: datetime) -> Iterator[Piece]:
    """All pieces in the text; some may overlap, the caller keeps the longest."""
    for found in _JUST.finditer(text):
        yield _piece(found, Span(now - HOUR, now + timedelta(minutes=1)))
    for pattern, reading in ((_AGO, ago), (_SINCE, since), (_WITHIN, within)):
        for found in pattern.finditer(text):
            span = _length(found, now, reading)
            if span:
                yield _piece(found, span)
    for pattern, name in _PERIODS:
        for found in pattern.finditer(text):
            yield _piece(found, _period(name, now))
    for pattern, value in (
        (_DATE, _date),
        (_DAY_OF_MONTH, _day_of_month),
        (_MONTH, _month),
        (_CLOCK, _clock),
    ):
        for found in pattern.finditer(text):
            read = value(found, now)
            if read:
                yield _piece(found, read)
    for found in _DAY.finditer(text):
        yield _piece(found, one_day(now.date() - _BACK[found["back"]] * DAY))
    for found in _WEEKDAY.finditer(text):
        yield _piece(found, _weekday(found, now))
    for found in _PART.finditer(text):
        yield _piece(found, Part(*_PARTS[found[0]]))


def _piece(found: re.Match[str], value: Days | Part | Clock | Span) -> Piece:
    return Piece(found.start(), found.end(), value)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(numerals.chinese(text) or 0)


def _length(found: re.Match[str], now: datetime, reading: object) -> Span | None:
    unit = _UNITS[found["unit"]]
    if found["n"] in ("几", "好几"):
        return _few(unit, now)
    amount = 0.5 if found["n"] == "半" else float(numerals.chinese(found["n"]) or 0)
    amount += 0.5 if found["half"] or found["odd"] or found["more"] else 0
    if not amount or amount > 1_000 or not callable(reading):
        return None
    span: Span = reading(now, amount, unit)
    return span


def _few(unit: str, now: datetime) -> Span:
    near, far = within(now, 1, unit), within(now, 10, unit)
    return Span(far.start, near.start + (now - near.start) / 2)


def _period(name: str, now: datetime) -> Days | Span:
    kind, _, back = name.partition(" ")
    if back.isdigit():
        if kind == "week":
            return week_of(now, weeks_ago=int(back))
        return month_of(now, months_ago=int(back)) if kind == "month" else named_year(now.year - int(back))
    days = {"few days": 7, "last days": 4, "lately": 30, "half day": 1}[name]
    return within(now, 12, "hour") if name == "half day" else within(now, days, "day")


def _date(found: re.Match[str], now: datetime) -> Days | None:
    if found["year_b"]:
        day = last_date(now, year=int(found["year_b"]), month=int(found["month_b"]), day=int(found["day_b"]))
    elif found["month_c"]:
        day = last_date(now, month=int(found["month_c"]), day=int(found["day_c"]))
    else:
        year = int(found["year"]) if found["year"] else None
        day = last_date(now, year=year, month=_number(found["month"]), day=_number(found["day"]))
    return one_day(day) if day else None


def _day_of_month(found: re.Match[str], now: datetime) -> Days | None:
    number = _number(found["day"])
    if found["which"] and found["which"].startswith("上"):
        month = month_of(now, months_ago=1)
        day = last_date(now, year=month.first.year, month=month.first.month, day=number)
    else:
        day = last_date(now, month=None, day=number)
    return one_day(day) if day else None


def _month(found: re.Match[str], now: datetime) -> Days:
    month = _number(found["month"])
    if found["last"]:
        return named_month(now.year - ("今去前".index(found["last"][0])), month)
    year = int(found["year"]) if found["year"] else now.year - (month > now.month)
    return named_month(year, month)


def _weekday(found: re.Match[str], now: datetime) -> Days:
    weekday, which = _WEEKDAYS[found["day"]], found["which"] or ""
    if which.startswith("上"):
        week = week_of(now, weeks_ago=which.count("上"))
        return one_day(week.first + weekday * DAY)
    return one_day(last_weekday(now, weekday, today_counts=True))


def _clock(found: re.Match[str], _now: datetime) -> Clock | None:
    if found["hour_b"]:
        return Clock(int(found["hour_b"]), int(found["minute_b"]), certain=found["hour_b"].startswith("0"))
    hour = _number(found["hour"])
    if hour > 24:
        return None
    if found["fraction"]:
        return Clock(hour, {"半": 30, "一刻": 15, "三刻": 45}[found["fraction"]])
    minute = _number(found["minute"]) if found["minute"] else None
    return Clock(hour, minute) if minute is None or minute < 60 else None
