"""The wallet's name, numbers, hours and looks: one validated file, read everywhere."""

import functools
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

SHIPPED = Path(__file__).with_name("brand.toml")
LOGOS = ("leaf", "wallet", "shield")


class BrandInvalid(Exception):
    """The file cannot be used; the message names the line's key and the remedy."""


@dataclass(frozen=True)
class Brand:
    """Identity of the wallet as its customers know it. Hours are local to `timezone`; `24:00` means midnight."""

    name: str
    name_en: str
    company: str
    company_en: str
    colour: str
    hotline: str
    mail: str
    mail_sender: str
    sms_sender: str
    domains: tuple[str, ...]
    timezone: str
    hours_open: str
    hours_close: str
    staff_no_pattern: str
    wechat: str
    logo: str

    @property
    def hours(self) -> str:
        return f"{self.hours_open}–{self.hours_close}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def localized_name(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name

    def localized_company(self, language: str) -> str:
        return self.company_en if language.startswith("en") else self.company


_FORMS = {
    "colour": r"#[0-9a-fA-F]{6}",
    "hotline": r"\+?[0-9][0-9 -]{2,19}",
    "mail": r"[^@\s<>]+@[^@\s<>]+\.[a-z]{2,}",
    "mail_sender": r"[^<>\r\n]+ <[^@\s<>]+@[^@\s<>]+>",
    "hours_open": r"([01]\d|2[0-3]):[0-5]\d",
    "hours_close": r"([01]\d|2[0-3]):[0-5]\d|24:00",
}


_ELSE = {"company_en": "company"}
"""What a file may leave out, and which line stands in for it."""


def load_brand(path: Path) -> Brand:
    """Read and validate the file at `path`. Raises `BrandInvalid` with one line a person can act on."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BrandInvalid(f"{path}: {problem}") from problem
    given = {key: given[of] for key, of in _ELSE.items() if of in given} | given
    names = {f.name for f in fields(Brand)}
    for key in sorted(names ^ set(given)):
        word = "is missing" if key in names else "is not known"
        raise BrandInvalid(f"{path}: `{key}` {word}; compare with {SHIPPED.name} as shipped")
    domains = given.pop("domains")
    if not isinstance(domains, list) or not domains or not all(isinstance(d, str) and d for d in domains):
        raise BrandInvalid(f"{path}: `domains` is a list of at least one host name")
    for key, value in given.items():
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            raise BrandInvalid(f"{path}: `{key}` is one line of text in quotes")
        if key in _FORMS and not re.fullmatch(_FORMS[key], value):
            raise BrandInvalid(f"{path}: `{key}` = {value!r} does not have the form {_FORMS[key]}")
    _check_names(path, given)
    return Brand(domains=tuple(domains), **given)


def _check_names(path: Path, given: dict[str, str]) -> None:
    try:
        ZoneInfo(given["timezone"])
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise BrandInvalid(f"{path}: `timezone` {given['timezone']!r} is not known") from problem
    try:
        re.compile(given["staff_no_pattern"])
    except re.error as problem:
        raise BrandInvalid(f"{path}: `staff_no_pattern` is no regular expression: {problem}") from problem
    if given["logo"] not in LOGOS:
        raise BrandInvalid(f"{path}: `logo` is one of {', '.join(LOGOS)}")


@functools.cache
def brand() -> Brand:
    """The brand in force: `brand.toml` of the data folder, else the shipped one."""
    own = Path(settings.KEFU_DATA) / "brand.toml"
    return load_brand(own if own.exists() else SHIPPED)
