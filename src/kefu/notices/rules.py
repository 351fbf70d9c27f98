"""Quiet hours and deep links: pure functions."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_hours(begin: str, end: str) -> tuple[int, int] | None:
    """Minutes after midnight of two different times `HH:MM`; None when they are not."""
    found = [_TIME.fullmatch(given.strip()) for given in (begin, end)]
    minutes = [int(one.group(1)) * 60 + int(one.group(2)) for one in found if one]
    return (minutes[0], minutes[1]) if len(minutes) == 2 and minutes[0] != minutes[1] else None


def end_of_quiet(begin: int, end: int, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold `now` end; None outside them. `begin` after `end` runs over midnight."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not quiet:
        return None
    day = local.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
    return day if minute < end else day + timedelta(days=1)


_PLACES = {
    "order": "/orders/{}/",
    "split": "/splits/{}/",
    "schedule": "/schedules/{}/",
    "budget": "/budgets/",
    "paper": "/receipts/{}/",
    "limits": "/me/limits/",
    "standing": "/me/limits/",
    "stop": "/me/outflows/",
    "restriction": "/me/#restrictions",
    "instrument": "/me/",
    "session": "/me/",
    "password": "/me/password/",
    "pin": "/me/pin/",
    "email": "/me/email/",
    "pay_code": "/codes/pay/{}/",
    "tap": "/tap/",
    "shop_account": "/shop/money/",
    "tap_sale": "/tap/{}/",
    "case": "/chat/",
    "conversation": "/chat/",
}
_ID = re.compile(r"[0-9A-Za-z-]{1,40}")


def place_of(ref: str) -> str:
    """The page of our own that a notice is about; the list of notices when it has none. Never holds a token."""
    noun, _, given = ref.partition(":")
    place = _PLACES.get(noun, "")
    if not place or ("{}" in place and not _ID.fullmatch(given)):
        return "/me/notices/"
    return place.format(given)
