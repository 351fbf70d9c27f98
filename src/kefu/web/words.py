"""Words that every place shares: amounts, moments and states, in the active language."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.when import spoken

MINUS = "−"


def money_text(amount: Money, sign: str = "") -> str:
    """`¥1,234.50`, a real minus in front; `sign` puts '+' or '-' before an amount kept without one."""
    text = amount.text().replace("-", MINUS)
    if sign == "-" and amount.minor > 0:
        return MINUS + text
    return "+" + text if sign == "+" and amount.minor > 0 else text


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def _day(local: datetime, today: datetime) -> str:
    days = (today.date() - local.date()).days
    near = {0: _("今天"), 1: _("昨天"), -1: _("明天")}
    if days in near:
        return near[days]
    if _is_english():
        return f"{local.day} {local:%b}" + (f" {local.year}" if local.year != today.year else "")
    year = f"{local.year} 年 " if local.year != today.year else ""
    return f"{year}{local.month} 月 {local.day} 日"


def moment(at: datetime, now: datetime, style: str = "") -> str:
    """`今天 14:03`, `昨天 09:12`; `style` 'time' gives only 14:03, 'day' only the day.

    Hours are those of the wallet's zone.
    """
    local, today = at.astimezone(brand().zone), now.astimezone(brand().zone)
    if not style:
        return spoken(at, now=now)
    if style == "time":
        return f"{local:%H:%M}"
    return _day(local, today)


def duration(seconds: int) -> str:
    """A wait as people say it, rounded up to minutes."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 90:
        return _("%(minutes)s 分钟") % {"minutes": minutes}
    return _("%(hours)s 小时") % {"hours": -(-minutes // 60)}


def order_status(status: str) -> tuple[str, str, str]:
    """Label, tone (ok, wait, bad, plain) and icon of an order's status."""
    known = {
        "CREATED": (_("已提交"), "wait", "clock"),
        "HELD": (_("等待转出"), "wait", "hourglass"),
        "SUBMITTED": (_("处理中"), "wait", "clock"),
        "UNKNOWN": (_("银行确认中"), "wait", "clock"),
        "ACKNOWLEDGED": (_("已扣款，等待对方入账"), "wait", "hourglass"),
        "SUCCEEDED": (_("成功"), "ok", "circle-check"),
        "AUTHORISED": (_("已预授权"), "wait", "hourglass"),
        "PARTIALLY_REFUNDED": (_("部分退款"), "plain", "undo-2"),
        "REFUNDED": (_("已全额退款"), "plain", "undo-2"),
        "PROVISIONAL": (_("临时款，待结论"), "wait", "hourglass"),
        "GOES_BACK": (_("临时款，将收回"), "bad", "undo-2"),
        "TAKEN_BACK": (_("临时款，已收回"), "plain", "undo-2"),
        "KEPT": (_("等您选择去向"), "wait", "hourglass"),
        "REROUTED": (_("已改退"), "plain", "undo-2"),
        "FAILED": (_("未成功"), "bad", "circle-x"),
        "CANCELLED": (_("已取消"), "plain", "undo-2"),
        "RETURNED": (_("已退回"), "bad", "undo-2"),
        "MANUAL": (_("人工处理中"), "wait", "user-check"),
    }
    return known.get(status, (status, "plain", "info"))


def open_until(now: datetime) -> tuple[bool, str]:
    """Whether people answer right now, and the hour at which that changes (`24:00` is midnight)."""
    local = now.astimezone(brand().zone)
    time = f"{local:%H:%M}"
    is_open = brand().hours_open <= time < brand().hours_close
    return is_open, brand().hours_close if is_open else brand().hours_open


def greeting(now: datetime) -> str:
    """Good morning, afternoon or evening by the wallet's clock."""
    hour = now.astimezone(brand().zone).hour
    if hour < 5:
        return _("夜深了")
    if hour < 11:
        return _("早上好")
    if hour < 13:
        return _("中午好")
    if hour < 18:
        return _("下午好")
    return _("晚上好")


def wait_words(low_s: int | None, high_s: int | None) -> str:
    """`2–4 分钟` from a band in seconds; '' when nobody is at the desk."""
    if low_s is None or high_s is None:
        return ""
    low, high = max(1, low_s // 60), max(1, -(-high_s // 60))
    if low == high:
        return _("%(minutes)s 分钟") % {"minutes": high}
    return _("%(low)s–%(high)s 分钟") % {"low": low, "high": high}
