"""Every order: filtered, searched, page by page; each row opens its status page."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.brand import brand
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders
from kefu.wallet.queries import provisional as provisionals
from kefu.wallet.queries.bill import AGENT_AFTER_FAILURES, failures_for
from kefu.web import words
from kefu.web.customer.refund import shop_values
from kefu.web.ids import read_id
from kefu.web.orders import OrderCard, card_of, kind_words
from kefu.web.sessions import for_customers, signed_in

PAGE = 20
KINDS = (
    "topup", "transfer", "withdrawal", "payment", "refund", "reroute", "bill", "repayment", "pot", "exchange",
    "goodwill", "found", "provisional",
)  # fmt: skip
STATES = ("SUCCEEDED", "HELD", "SUBMITTED", "UNKNOWN", "ACKNOWLEDGED", "MANUAL", "FAILED", "RETURNED", "CANCELLED")


def _day(given: str) -> date | None:
    try:
        return parse_date(given)
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), brand().zone)


def _minor(given: str) -> int | None:
    try:
        return parse_amount(given).minor if given else None
    except Refusal:
        return None


def wanted_orders(given: QueryDict) -> dict[str, Any]:
    """The filters that make sense; what does not is left out."""
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    kind, state = given.get("kind", ""), given.get("status", "")
    return {
        "kind": kind if kind in KINDS else None,
        "status": state if state in STATES else None,
        "since": _start(since) if since else None,
        "until": _start(until + timedelta(days=1)) if until else None,
        "amount_min": _minor(given.get("least", "")),
        "amount_max": _minor(given.get("most", "")),
        "text": given.get("q", "")[:60],
    }


def _by_day(cards: list[OrderCard], now: datetime) -> list[tuple[str, list[OrderCard]]]:
    days: list[tuple[str, list[OrderCard]]] = []
    for card in cards:
        day = words.moment(card.order.created_at, now, "day")
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(card)
    return days


@for_customers
def activity(request: HttpRequest) -> HttpResponse:
    """The list; as a fragment for htmx."""
    actor, given, now = signed_in(request), request.GET, clock.now()
    wanted = wanted_orders(given)
    before = read_id(given["before"]) if given.get("before") else None
    found = orders.orders_for(actor, limit=PAGE + 1, before=before, **wanted)
    cards = [card_of(order, now=now) for order in found[:PAGE]]
    kept = {name: value for name, value in given.items() if value and name not in ("before", "lang")}
    more = urlencode({**kept, "before": str(cards[-1].id)}) if len(found) > PAGE else ""
    values = {
        "here": "activity",
        "days": _by_day(cards, now),
        "more": more,
        "given": given,
        "kept": urlencode(kept),
        "filtered": bool(kept),
        "kinds": [("", _("全部")), *((kind, kind_words(kind)) for kind in KINDS)],
        "states": [(state, words.order_status(state)[0]) for state in STATES],
    }
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "customer/activity_list.html" if part else "customer/activity.html", values)


def _order_values(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    actor, now = signed_in(request), clock.now()
    view = orders.order_for(actor, order_id)
    story = orders.fee_story_for(actor, order_id) if view.customer_id == actor.uuid else None
    failed = view.bill is not None and view.status == "FAILED"
    again = failures_for(actor, view.bill.account_id, now=now) if failed and view.bill else 0
    return {
        "here": "activity",
        "card": card_of(view, now=now),
        "order": view,
        "story": story,
        "offer_agent": again >= AGENT_AFTER_FAILURES,
        "given": provisionals.provisionals_of(actor, order_id, customer_id=actor.uuid, now=now),
        **shop_values(actor, view, now=now),
    }


@for_customers
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What happened to this money: done, now, next. Another's order looks like none."""
    return render(request, "customer/order.html", _order_values(request, order_id))


@for_customers
def order_body(request: HttpRequest, order_id: UUID) -> HttpResponse:
    return render(request, "customer/order_body.html", _order_values(request, order_id))


@for_customers
@require_POST
def ask_bank(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Have the bank asked again; the answer follows by itself."""
    wallet.ask_about(actor=signed_in(request), order_id=order_id, now=clock.now())
    if request.htmx:  # type: ignore[attr-defined]
        values = _order_values(request, order_id)
        return render(request, "customer/order_body.html", {**values, "asked": True})
    return redirect("order", order_id)


@for_customers
@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take a transfer back before it goes."""
    wallet.cancel_transfer(actor=signed_in(request), order_id=order_id, now=clock.now())
    return redirect("order", order_id)
