"""The first page: the wallet when signed in, what this is otherwise; its parts move by themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.identity import queries as people
from kefu.notices import queries as told
from kefu.wallet import queries as wallet
from kefu.wallet.queries.exchange import balances_for
from kefu.web.help.reach import reach_values
from kefu.web.orders import OrderCard, card_of
from kefu.web.sessions import actor_of, for_customers, private, signed_in
from kefu.web.words import greeting

SHOWN, LOOKED_AT = 6, 20


@dataclass(frozen=True)
class Standing:
    """Something that stands against the account, with what its customer has a right to know."""

    title: str
    text: str
    materials: tuple[str, ...] = ()
    until: datetime | None = None
    appeal_url: str = ""
    own_stop: bool = False


@private
def home(request: HttpRequest) -> HttpResponse:
    """The wallet; the landing page for strangers; staff and merchants go to their own place."""
    actor = actor_of(request)
    if actor is None:
        return render(request, "customer/landing.html", reach_values())
    if actor.kind != "customer":
        return redirect("/shop/" if actor.kind == "merchant" else "/console/")
    now = clock.now()
    sittings = people.sessions_for(actor)
    orders = _orders(actor, now)
    values = {
        "here": "wallet",
        "person": people.person(actor.uuid),
        "greeting": greeting(now),
        "last_sign_in": next((one for one in sittings if one.is_this), None),
        "unread": told.unread_count(actor),
        "has_cards": bool(orders) or bool(wallet.instruments_for(actor)),
        **_purse(actor),
        **_split(orders),
    }
    values["restrictions"] = standings(actor, stopped=values["balance"].debits_stopped)
    return render(request, "customer/home.html", values)


def _purse(actor: Actor) -> dict[str, Any]:
    balance, *foreign = balances_for(actor)
    others = [one for one in foreign if one.posted.minor]
    return {"balance": balance, "others": others, "outflows_stopped": balance.debits_stopped}


def _orders(actor: Actor, now: datetime) -> list[OrderCard]:
    return [card_of(order, now=now) for order in wallet.orders_for(actor, limit=LOOKED_AT)]


def _split(orders: list[OrderCard]) -> dict[str, Any]:
    return {"orders": orders[:SHOWN], "pending": [one for one in orders if one.order.is_open or one.order.is_kept][:3]}


def standings(actor: Actor, *, stopped: bool = True) -> list[Standing]:
    """The own stop first, then what the house or the law imposed."""
    found = []
    stop = wallet.stop_for(actor) if stopped else None
    if stop is not None:
        text = _("您已停止一切转出（%(reason)s）。充值和收款不受影响。") % {"reason": stop.reason}
        found.append(Standing(_("转出已停止"), text, own_stop=True))
    scopes = {"out": _("暂时不能转出"), "in": _("暂时不能转入"), "all": _("暂时不能转入和转出")}
    for one in wallet.restrictions_for(actor):
        text = _("原因：%(reason)s。由%(authority)s作出，%(scope)s；钱都还在。") % {
            "reason": one.reason,
            "authority": one.authority,
            "scope": scopes[one.scope],
        }
        found.append(Standing(_("账户受到限制"), text, tuple(map(str, one.materials)), one.until, one.appeal_url))
    return found


@for_customers
def purse(request: HttpRequest) -> HttpResponse:
    return render(request, "customer/purse.html", _purse(signed_in(request)))


@for_customers
def pending(request: HttpRequest) -> HttpResponse:
    actor = signed_in(request)
    values = {**_split(_orders(actor, clock.now())), "restrictions": standings(actor)}
    return render(request, "customer/pending.html", values)


@for_customers
def latest_orders(request: HttpRequest) -> HttpResponse:
    return render(request, "customer/orders.html", _split(_orders(signed_in(request), clock.now())))
