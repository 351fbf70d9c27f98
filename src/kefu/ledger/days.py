"""Local days: when one begins and ends in the time zone of the brand."""

from datetime import date, datetime, time, timedelta

from kefu.core.brand import brand


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a local day and of the next one."""
    zone = brand().zone
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def local_day(moment: datetime) -> date:
    """The local day in which `moment` lies."""
    return moment.astimezone(brand().zone).date()
