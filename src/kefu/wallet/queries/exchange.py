"""Exchanges: what the rate is for a customer now, what an exchange would be, and what it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.identity.values import GrantView
from kefu.ledger.currencies import balances_of
from kefu.ledger.queries import Balance
from kefu.rails.queries import rates
from kefu.rails.queries.rates import DayRate, RateView
from kefu.rails.rates import is_stale
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Exchange, Limit, Order, Spread, Wallet
from kefu.wallet.queries.limits.fee import schedule_at
from kefu.wallet.queries.values import BalanceView, ExchangeView
from kefu.wallet.refusals import ExchangeTooLittle, RateStale
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.exchange import PURPOSES, Pair, at_mid, bought_for, customer_rate, in_usd
from kefu.wallet.rules.fee import window_start
from kefu.wallet.rules.limit import SIDE_OF, Ceiling


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a customer would get now: the middle rate, the house's spread on it, and the rate that is left."""

    pair: Pair
    market: RateView
    spread: Spread
    rate: Decimal

    @property
    def units(self) -> int:
        return self.market.units


def spread_at(currency: str, *, now: datetime) -> Spread:
    """The version in force. One must exist: nothing may cost what is not published."""
    return Spread.objects.filter(currency=currency, effective_from__lte=now).latest("version")


def price_of(pair: Pair, *, now: datetime) -> Price:
    """Refuses `wallet.exchange.rate_stale` while no fresh, believed rate is known."""
    market = rates.rate_now(pair.currency, now=now)
    if market is None:
        raise RateStale(currency=pair.currency)
    spread = spread_at(pair.currency, now=now)
    rate = customer_rate(market.mid, side=pair.side, bps=spread.bps)
    if rate <= 0:
        raise RateStale(currency=pair.currency)
    return Price(pair=pair, market=market, spread=spread, rate=rate)


@dataclass(frozen=True, kw_only=True)
class Sums:
    """An exchange worked out, in minor units. `home`: its side in our currency; `usd`: cents against the quota."""

    bought: int
    home: int
    usd: int


def work_out(price: Price, sold: int, *, now: datetime) -> Sums:
    """What `sold` brings at the price. Refuses `wallet.exchange.too_little`, `wallet.exchange.rate_stale`."""
    pair = price.pair
    bought = bought_for(sold, pair=pair, rate=price.rate, units=price.units)
    if bought <= 0:
        raise ExchangeTooLittle()
    foreign, home = (bought, sold) if pair.side == m.BUY else (sold, bought)
    if pair.currency == "USD":
        return Sums(bought=bought, home=home, usd=foreign)
    dollar = rates.rate_now("USD", now=now)
    if dollar is None:
        raise RateStale(currency="USD")
    worth = at_mid(foreign, currency=pair.currency, mid=price.market.mid, units=price.units)
    return Sums(bought=bought, home=home, usd=in_usd(worth, usd_mid=dollar.mid, usd_units=dollar.units))


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an exchange would be if it were quoted now; nothing is promised yet."""

    exchange: ExchangeView
    fee: Money
    total: Money
    market: RateView


def preview_for(actor: Actor, *, pair: Pair, amount: Money, now: datetime) -> Preview:
    """Writes nothing down. Refuses `wallet.exchange.rate_stale`, `.too_little`, `core.thing.not_found`."""
    customer_seen_by(actor, None, now=now)
    price = price_of(pair, now=now)
    sums = work_out(price, amount.minor, now=now)
    fee = schedule_at(kind=m.EXCHANGE, mode=pair.currency, now=now).charge(amount.minor)
    view = ExchangeView(
        side=pair.side,
        currency=pair.currency,
        sold=amount,
        bought=Money(sums.bought, pair.bought),
        units=price.units,
        mid=price.market.mid,
        rate=price.rate,
        bps=price.spread.bps,
        purpose="",
    )
    return Preview(
        exchange=view,
        fee=Money(fee, amount.currency),
        total=Money(amount.minor + fee, amount.currency),
        market=price.market,
    )


def see_exchange(row: Exchange, *, sold: Money) -> ExchangeView:
    purpose = PURPOSES[row.side].get(row.purpose, row.purpose)
    return ExchangeView(
        side=row.side,
        currency=row.currency,
        sold=sold,
        bought=Money(row.bought, row.bought_currency),
        units=row.units,
        mid=row.mid,
        rate=row.rate,
        bps=row.spread.bps,
        purpose=str(purpose),
        purpose_code=row.purpose,
    )


def exchanges_of(orders: Iterable[Order]) -> dict[UUID, ExchangeView]:
    """The exchanges among `orders`, by the order's id: no query where there is none."""
    found = {order.quote_id: order for order in orders if order.kind == m.EXCHANGE}
    if not found:
        return {}
    rows = Exchange.objects.select_related("spread").filter(pk__in=found)
    return {
        found[row.pk].id: see_exchange(row, sold=Money(found[row.pk].amount, found[row.pk].currency)) for row in rows
    }


def balances_for(
    actor: Actor, *, customer_id: UUID | None = None, now: datetime | None = None, held: GrantView | None = None
) -> list[BalanceView]:
    """What the customer has in every currency ever held, ours first (zero before the wallet is opened), in one query.

    Refuses `core.thing.not_found`.
    """
    customer = customer_seen_by(actor, customer_id, now=now, held=held)
    found = {one.currency: one for one in balances_of(f"customer:{customer}")}
    none = Balance(available=0, held=0, posted=0, currency=CURRENCY, debits_stopped=False)
    ours = found.pop(CURRENCY, none)
    return [
        BalanceView(
            available=Money(one.available, one.currency),
            held=Money(one.held, one.currency),
            posted=Money(one.posted, one.currency),
            currency=one.currency,
            debits_stopped=one.debits_stopped,
        )
        for one in (ours, *found.values())
    ]


def foreign_balances_for(actor: Actor) -> list[BalanceView]:
    """What the customer has in currencies beside ours. Refuses `core.thing.not_found`."""
    return balances_for(actor)[1:]


def quota_ceilings(wallet: Wallet, rules: Sequence[Limit], *, now: datetime) -> list[Ceiling]:
    """The yearly quotas of buying and of selling foreign money that hold for the wallet's class, with what was used of
    each (US cents).
    """
    mine = [rule for rule in rules if rule.series in SIDE_OF and rule.tier in (None, wallet.tier)]
    named = [rule for rule in mine if rule.cap is not None]
    if not named:
        return []
    since = window_start(m.YEAR, now=now, zone=brand().zone)
    rows = Exchange.objects.filter(quote__customer_id=wallet.customer_id, quote__order__created_at__gte=since)
    rows = rows.exclude(quote__order__status__in=m.CAME_TO_NOTHING)
    grouped: Any = rows.values("side").annotate(sum=Sum("usd"))
    used = {row["side"]: row["sum"] for row in grouped}
    return [
        Ceiling(
            scope=rule.scope,
            cap=rule.cap or 0,
            used=used.get(SIDE_OF[rule.series], 0),
            outlets=tuple(rule.outlets),
            series=rule.series,
            version=rule.version,
            tier=rule.tier,
            currency=rule.currency,
        )
        for rule in named
    ]


@dataclass(frozen=True, kw_only=True)
class DeskRate:
    """A currency at the operator's place. `market`: the newest from the source; `counts`: what prices now, if any."""

    currency: str
    market: RateView | None
    counts: RateView | None
    spread: Spread


@dataclass(frozen=True, kw_only=True)
class RateOpinionView:
    """What a colleague said of a rate that waits; `may_answer`: the reader's word is a second person's."""

    rate: RateView
    accepted: bool
    words: str
    by: str
    at: datetime
    may_answer: bool


def rate_opinions_for(actor: Actor, *, now: datetime) -> list[RateOpinionView]:
    """Opinions that wait for a second person's. Refuses `identity.role.insufficient`, `core.thing.not_found`."""
    if not actor.is_staff:
        raise NotFound()
    identity.require(actor=actor, action="wallet.decide_rate", now=now)
    found = [(one, UUID(one.by_ref.removeprefix("staff:"))) for one in rates.opinions_waiting(now=now)]
    known = identity.people(who for _one, who in found)
    others = {who for who in known if not identity.counts_as_one(actor.uuid, who)}
    mine = {one.rate.id for one, who in found if who == actor.uuid}
    return [
        RateOpinionView(
            rate=one.rate,
            accepted=one.accepted,
            words=one.words,
            by=known[who].shown_name,
            at=one.at,
            may_answer=who in others and one.rate.id not in mine,
        )
        for one, who in found
    ]


def desk_rates_for(actor: Actor, *, now: datetime | None = None) -> list[DeskRate]:
    """Every currency with its newest rate and spread. Refuses `identity.role.insufficient`, `core.thing.not_found`."""
    if not actor.is_staff:
        raise NotFound()
    moment = now or clock.now()
    identity.require(actor=actor, action="wallet.see_terms", now=moment)
    spreads = Spread.objects.filter(effective_from__lte=moment).order_by("currency", "-version").distinct("currency")
    in_force = {row.currency: row for row in spreads}
    found = []
    for code in m.FOREIGN:
        market = rates.newest(code)
        prices = market is not None and market.counts and not is_stale(market.as_of, now=moment)
        counts = market if prices else rates.rate_now(code, now=moment)
        found.append(DeskRate(currency=code, market=market, counts=counts, spread=in_force[code]))
    return found


def rate_history(currency: str, *, since: datetime) -> list[DayRate]:
    """The last middle rate of each day."""
    return rates.history(currency, since=since)


@dataclass(frozen=True, kw_only=True)
class SpreadVersion:
    """A version of a spread as it is published."""

    currency: str
    version: int
    effective_from: datetime
    bps: int
    is_coming: bool

    @property
    def percent(self) -> str:
        """`0.3` for 30 basis points."""
        return f"{Decimal(self.bps) / 100:f}"


def spread_versions(*, now: datetime | None = None, history: bool = False) -> list[SpreadVersion]:
    """What is in force and what was announced, by currency; with `history` also what was before."""
    moment = now or clock.now()
    rows = list(Spread.objects.order_by("currency", "-version"))
    current = {row.currency: row.version for row in reversed(rows) if row.effective_from <= moment}
    return [
        SpreadVersion(
            currency=row.currency,
            version=row.version,
            effective_from=row.effective_from,
            bps=row.bps,
            is_coming=row.effective_from > moment,
        )
        for row in rows
        if history or row.version >= current.get(row.currency, 0)
    ]

