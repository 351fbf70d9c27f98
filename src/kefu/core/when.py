"""Instants as people say them: 今天 14:03, 昨天 09:12, 11月3日 20:15; the exact form stands beside it on the page."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from kefu.core.brand import brand


def spoken(at: datetime, *, now: datetime) -> str:
    """`at` in the brand's zone, relative to `now`, to the minute, in the active language."""
    zone = brand().zone
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today) // timedelta(days=1)
    if days == 0:
        return _("今天 %(clock)s") % {"clock": clock}
    if days == -1:
        return _("昨天 %(clock)s") % {"clock": clock}
    if days == 1:
        return _("明天 %(clock)s") % {"clock": clock}
    values = {"month": local.month, "day": local.day, "clock": clock, "year": local.year}
    if local.year == today.year:
        return _("%(month)s月%(day)s日 %(clock)s") % values
    return _("%(year)s年%(month)s月%(day)s日 %(clock)s") % values


def spoken_span(start: datetime, end: datetime, *, now: datetime) -> str:
    """From `start` to `end`, whole minutes outwards: 今天 14:03–14:20; the second day only when it is another one."""
    zone = brand().zone
    until = end + timedelta(seconds=59)
    same_day = start.astimezone(zone).date() == until.astimezone(zone).date()
    last = f"{until.astimezone(zone):%H:%M}" if same_day else spoken(until, now=now)
    first = spoken(start, now=now)
    return first if first.endswith(last) and same_day else f"{first}–{last}"


def spoken_day(on: date) -> str:
    """A calendar day such as a due date, always with its year: 2026年11月28日."""
    return _("%(year)s年%(month)s月%(day)s日") % {"year": on.year, "month": on.month, "day": on.day}
