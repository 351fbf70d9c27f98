"""What was spent: a month by category, a year of months, each line under the category that one wants."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.money import Money
from kefu.planning import actions as planning
from kefu.planning import queries as plans
from kefu.planning.queries import MonthView, Spending
from kefu.web.sessions import for_customers, signed_in

BACK_MOST = 36
HEIGHT, SLOT, BAR = 120, 30, 18


@dataclass(frozen=True)
class Bar:
    """One month of the chart: places in its drawing's units; `height` 0 is no bar."""

    month: date
    total: Money
    x: int
    y: int
    height: int
    middle: int
    is_open: bool


def chart(view: MonthView) -> list[Bar]:
    """The months as bars, the tallest filling the drawing. A month in which more came back than went has none."""
    most = max((one.total.minor for one in view.months), default=0)
    bars = []
    for place, one in enumerate(view.months):
        height = max(2, one.total.minor * HEIGHT // most) if one.total.minor > 0 else 0
        x = place * SLOT + (SLOT - BAR) // 2
        open_now = one.month == view.month
        bars.append(Bar(one.month, one.total, x, HEIGHT - height, height, x + BAR // 2, open_now))
    return bars


def _month(given: str, today: date) -> date:
    """The month that an address names (2026-11), this one when it makes no sense or is out of reach."""
    this = today.replace(day=1)
    try:
        wanted = parse_date(f"{given}-01") or this
    except ValueError:
        wanted = this
    return wanted if this - timedelta(days=31 * BACK_MOST) <= wanted <= this else this


def _wanted(lines: tuple[Spending, ...], category: str, text: str) -> list[Spending]:
    low = text.strip().lower()[:60]
    return [
        one
        for one in lines
        if (not category or one.category == category)
        and (not low or low in f"{one.line.counterparty} {one.line.remark} {one.line.no}".lower())
    ]


@for_customers
def spending(request: HttpRequest) -> HttpResponse:
    """One month with its year; `category` and `q` leave only some of its lines."""
    now = clock.now()
    today = plans.local_day(now)
    month = _month(request.GET.get("month", ""), today)
    view = plans.spending_for(signed_in(request), month=month, now=now)
    category, text = request.GET.get("category", ""), request.GET.get("q", "")
    known = category if category in plans.CATEGORIES else ""
    values = {
        "here": "activity",
        "view": view,
        "bars": chart(view),
        "width": SLOT * len(view.months),
        "height": HEIGHT,
        "lines": _wanted(view.lines, known, text),
        "categories": plans.CATEGORIES.items(),
        "shares": _shares(view),
        "category": known,
        "category_name": plans.CATEGORIES.get(known, ""),
        "text": text,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": _after(month, now),
    }
    return render(request, "customer/planning/spending.html", values)


def _after(month: date, now: datetime) -> date | None:
    following = (month + timedelta(days=32)).replace(day=1)
    return following if following <= plans.local_day(now) else None


def _shares(view: MonthView) -> list[dict[str, Any]]:
    """Each category with its part of the month in percent."""
    whole = sum(one.total.minor for one in view.categories if one.total.minor > 0)
    return [{"one": one, "percent": max(0, one.total.minor) * 100 // whole if whole else 0} for one in view.categories]


@for_customers
@require_POST
def recategorise(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Put it under another category; `always` with all else from this counterparty."""
    given = request.POST
    planning.recategorise(
        actor=signed_in(request),
        order_id=order_id,
        category=given.get("category", ""),
        always=given.get("always") == "1",
        now=clock.now(),
    )
    back = given.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "spending")
