"""Pieces of times in English: yesterday, last Tuesday, Nov 3, this morning, 8:30 pm, an hour ago, for two
days.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from kefu.language import numerals
from kefu.language.pieces import (
    DAY,
    HOUR,
    MINUTE,
    Clock,
    Days,
    Part,
    Piece,
    Span,
    ago,
    last_date,
    last_weekday,
    month_of,
    named_year,
    one_day,
    since,
    week_of,
    within,
)

_PARTS = {
    "morning": (5, 12), "noon": (11, 14), "lunchtime": (11, 14), "afternoon": (12, 18), "evening": (17, 24),
    "tonight": (17, 24), "night": (18, 24), "midnight": (0, 1),
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY_NUMBER = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_FEW = {"a few": 3, "few": 3, "several": 4, "some": 3, "a couple of": 2, "a couple": 2, "couple of": 2}
_LENGTH = (
    rf"(?P<n>half an?|an? half|an?|{'|'.join(_FEW)}|\d+(?:\.\d)?|{numerals.ENGLISH})"
    r"(?: and a half)?(?:[\s-]|(?<=\d))"
    r"(?P<unit>min(?:ute)?|h(?:ou)?r|day|week|month|year)s?\b"
)
_AGO = re.compile(rf"\b{_LENGTH}\s(?:ago|earlier|back|before)\b", re.I)
_SINCE = re.compile(
    rf"\b(?:for|after|been|in)\s(?:about |over |more than |almost |the past |the last )?{_LENGTH}"
    rf"|\b{_LENGTH.replace('?P<n>', '?P<n_b>').replace('?P<unit>', '?P<unit_b>')}\s(?:now|already)\b",
    re.I,
)
_WITHIN = re.compile(rf"\b(?:last|past|previous|within)\s(?!an?\s){_LENGTH}", re.I)
_JUST = re.compile(r"\bjust now\b|\ba (?:moment|while|minute|sec(?:ond)?) ago\b|\bmoments ago\b", re.I)
_PERIOD = re.compile(r"\b(?P<which>last|this|past)\s(?P<unit>week|month|year)\b", re.I)
_LATELY = re.compile(r"\brecently\b|\blately\b|\bthe other day\b|\bthese days\b", re.I)
_DAY = re.compile(
    r"\b(?P<before>(?:the )?day before yesterday)\b|\b(?P<yesterday>yesterday|last(?=\s(?:night|evening)\b))"
    r"|\b(?P<today>today|this(?=\s(?:morning|afternoon|evening)\b)|(?=tonight\b))",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?P<which>last |this past |past |on |this )?(?P<day>mon(?:day)?|tue(?:s(?:day)?)?|"
    r"wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|"
    r"fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b",
    re.I,
)
_DATE = re.compile(rf"\b{_MONTH}\s{_DAY_NUMBER}(?![\d:])(?:,?\s(?P<year>20\d\d))?\b", re.I)
_DATE_DAY_FIRST = re.compile(rf"(?<![\d:])\b{_DAY_NUMBER}(?:\sof)?\s{_MONTH}(?:,?\s(?P<year>20\d\d))?\b", re.I)
_ORDINAL = re.compile(r"\bthe (?P<day>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b", re.I)
_PART = re.compile(rf"\b(?:{'|'.join(_PARTS)})\b", re.I)
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b\.?"
    r"|\bat (?P<hour_b>2[0-3]|1\d|[1-9])(?::(?P<minute_b>[0-5]\d))?(?![\d:.,%])"
    r"(?! ?(?:yuan|rmb|cny|dollars|usd|am|pm|a\.m|p\.m))",
    re.I,
)


def pieces(text: str, now: datetime) -> Iterator[Piece]:
    """All pieces in the text; some may overlap, the caller keeps the longest."""
    for found in _JUST.finditer(text):
        yield _piece(found, Span(now - HOUR, now + MINUTE))
    yield from _lengths(text, now)
    for found in _PERIOD.finditer(text):
        yield _piece(found, _period(found, now))
    for found in _LATELY.finditer(text):
        yield _piece(found, within(now, 30 if found[0].lower() in ("recently", "lately") else 7, "day"))
    for found in _DAY.finditer(text):
        back = 2 if found["before"] else int(found["yesterday"] is not None)
        yield _piece(found, one_day(now.date() - back * DAY))
    for found in _WEEKDAY.finditer(text):
        if len(found["day"]) > 3 or found["which"]:
            yield _piece(found, _weekday(found, now))
    for pattern in (_DATE, _DATE_DAY_FIRST):
        for found in pattern.finditer(text):
            date = _date(found, now)
            if date:
                yield _piece(found, date)
    for found in _ORDINAL.finditer(text):
        day = last_date(now, month=None, day=int(found["day"]))
        if day:
            yield _piece(found, one_day(day))
    for found in _PART.finditer(text):
        yield _piece(found, Part(*_PARTS[found[0].lower()]))
    for found in _CLOCK.finditer(text):
        yield _piece(found, _clock(found))


def _lengths(text: str, now: datetime) -> Iterator[Piece]:
    for found in _AGO.finditer(text):
        yield _piece(found, ago(now, _amount(found["n"]), _unit(found["unit"])))
    for found in _SINCE.finditer(text):
        number, unit = found["n"] or found["n_b"], found["unit"] or found["unit_b"]
        yield _piece(found, since(now, _amount(number), _unit(unit)))
    for found in _WITHIN.finditer(text):
        yield _piece(found, within(now, _amount(found["n"]), _unit(found["unit"])))


def _piece(found: re.Match[str], value: Days | Part | Clock | Span) -> Piece:
    return Piece(found.start(), found.end(), value)


def _amount(text: str) -> float:
    said = text.lower()
    if "half" in said:
        return 0.5
    if said in ("a", "an"):
        return 1.0
    return float(_FEW.get(said) or numerals.english(said) or (said if said[0].isdigit() else 1))


def _unit(text: str) -> str:
    return {"m": "minute", "h": "hour"}.get(text.lower()[0], text.lower()) if text.lower() != "month" else "month"


def _period(found: re.Match[str], now: datetime) -> Days:
    back = int(found["which"].lower() != "this")
    unit = found["unit"].lower()
    if unit == "week":
        return week_of(now, weeks_ago=back)
    return month_of(now, months_ago=back) if unit == "month" else named_year(now.year - back)


def _weekday(found: re.Match[str], now: datetime) -> Days:
    wanted = next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(found["day"].lower()[:3]))
    last = (found["which"] or "").lower().strip() in ("last", "this past", "past")
    return one_day(last_weekday(now, wanted, today_counts=not last))


def _date(found: re.Match[str], now: datetime) -> Days | None:
    month = _MONTHS.index(found["month"].lower()[:3]) + 1
    year = int(found["year"]) if found["year"] else None
    day = last_date(now, year=year, month=month, day=int(found["day"]))
    return one_day(day) if day else None


def _clock(found: re.Match[str]) -> Clock:
    if found["half"]:
        hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "p" else 0)
        return Clock(hour, int(found["minute"]) if found["minute"] else None, certain=True)
    return Clock(int(found["hour_b"]), int(found["minute_b"]) if found["minute_b"] else None)
