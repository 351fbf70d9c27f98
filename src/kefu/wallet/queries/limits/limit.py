"""What may still leave a wallet: the limits that hold for it, what was used of them, and the customer's switches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.identity.values import GrantView
from kefu.wallet import models as m
from kefu.wallet.access import customer_seen_by
from kefu.wallet.models import Limit, Order, OwnLimit, Wallet
from kefu.wallet.queries.exchange import quota_ceilings
from kefu.wallet.rules.amount import CURRENCY
from kefu.wallet.rules.fee import window_end, window_start
from kefu.wallet.rules.limit import PROOF_NAMES, QUOTA_NAMES, SCOPE_NAMES, SIDE_OF, TIER_NAMES, Ceiling, Spent
from kefu.wallet.rules.outlet import KINDS, OUTLETS, Outlet, outlet_of

_OWN = ((m.ORDER, "order_cap"), (m.DAY, "day_cap"), (m.MONTH, "month_cap"))


@dataclass(frozen=True, kw_only=True)
class LimitView:
    """One limit that holds. `resets_at` None: never, or for a single order, which begins anew each time."""

    name: str
    scope: str
    series: str
    own: bool
    cap: Money
    used: Money
    left: Money
    resets_at: datetime | None

    @property
    def percent(self) -> int:
        """How much is used, in whole percent, at most 100."""
        return min(100, self.used.minor * 100 // self.cap.minor)

    @property
    def is_counted(self) -> bool:
        return self.scope != m.ORDER


@dataclass(frozen=True, kw_only=True)
class OutletView:
    """One way out of the wallet: on or off, and what the customer set. Caps are None where nothing was set."""

    code: str
    name: str
    icon: str
    allowed: bool
    order_cap: Money | None
    day_cap: Money | None
    month_cap: Money | None
    limits: tuple[LimitView, ...]

    @property
    def ref(self) -> str:
        """What the payment PIN is given for when it is raised or switched on."""
        return f"limits:{self.code}"


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """Everything about how much may leave: the account's class, the house's limits, and each outlet."""

    tier: int
    proof: int
    limits: tuple[LimitView, ...]
    outlets: tuple[OutletView, ...]

    @property
    def tier_name(self) -> str:
        return TIER_NAMES[self.tier]

    @property
    def proof_name(self) -> str:
        return str(PROOF_NAMES[self.proof])


def in_force(*, now: datetime) -> list[Limit]:
    """The version in force of every series, in the order of what it counts."""
    latest = Limit.objects.filter(effective_from__lte=now).order_by("series", "-version").distinct("series")
    return [row for row in latest if row.cap is not None]


def spent(customer_id: UUID, *, now: datetime) -> dict[str, Spent]:
    """What left by each outlet, in every window: one query. What came to nothing counts no more.

    An order counts with its amount, without the fee, from the moment it was made; by the days of the wallet's zone.
    """
    zone = brand().zone
    since = {scope: window_start(scope, now=now, zone=zone) for scope in (m.DAY, m.MONTH, m.YEAR)}
    rows = Order.objects.filter(customer_id=customer_id, kind__in=KINDS).exclude(status__in=m.CAME_TO_NOTHING)
    # What is in a foreign currency counts with its side in ours.
    ours = Coalesce("counted", "amount")
    sums: dict[str, Any] = {s: Sum(ours, filter=Q(created_at__gte=at), default=0) for s, at in since.items()}
    found: dict[str, Spent] = {}
    grouped: Any = rows.values("kind", "mode").annotate(lifetime=Sum(ours), **sums)
    for row in grouped:
        code = outlet_of(row["kind"], row["mode"]).code
        part = Spent(day=row["day"], month=row["month"], year=row["year"], lifetime=row["lifetime"])
        found[code] = found.get(code, Spent()) + part
    return found


def own_limits(customer_id: UUID) -> dict[str, OwnLimit]:
    """What the customer set, by outlet."""
    return {row.outlet: row for row in OwnLimit.objects.filter(customer_id=customer_id)}


def house_ceilings(wallet: Wallet, rules: Iterable[Limit], used: dict[str, Spent]) -> list[Ceiling]:
    """The house's limits that hold for this wallet, with what was used of each."""
    return [
        Ceiling(
            scope=rule.scope,
            cap=rule.cap,
            used=sum((used.get(code, Spent()) for code in counted_by(rule)), Spent()).in_scope(rule.scope),
            outlets=counted_by(rule),
            series=rule.series,
            version=rule.version,
            tier=rule.tier,
            proof=rule.proof,
        )
        for rule in rules
        if rule.cap is not None and rule.currency == CURRENCY
        if rule.tier in (None, wallet.tier) and rule.proof in (None, wallet.proof)
    ]


def counted_by(rule: Limit) -> tuple[str, ...]:
    """The outlets whose orders a limit counts: those it names, else every payment from the balance."""
    return tuple(rule.outlets) or tuple(code for code, outlet in OUTLETS.items() if not outlet.own)


def own_ceilings(outlet: Outlet, own: OwnLimit | None, used: dict[str, Spent]) -> list[Ceiling]:
    """The customer's own caps for one outlet."""
    return [
        Ceiling(
            scope=scope, cap=cap, used=used.get(outlet.code, Spent()).in_scope(scope), outlets=(outlet.code,), own=True
        )
        for scope, name in _OWN
        if (cap := getattr(own, name, None)) is not None
    ]


def name_of(ceiling: Ceiling) -> str:
    """`Ⅱ类账户每年限额`, `您自己设的转账每日限额` …, in the active language."""
    if ceiling.series in QUOTA_NAMES:
        return str(QUOTA_NAMES[ceiling.series])
    values = {"scope": str(SCOPE_NAMES[ceiling.scope])}
    if ceiling.own:
        values["what"] = str(OUTLETS[ceiling.outlets[0]].name)
        return gettext("您自己设的%(what)s%(scope)s限额") % values
    if ceiling.tier is not None:
        return gettext("%(tier)s类账户%(scope)s付款限额") % {"tier": TIER_NAMES[ceiling.tier], **values}
    if ceiling.proof is not None:
        return gettext("按验证方式的%(scope)s付款限额") % values
    values["what"] = "、".join(str(OUTLETS[code].name) for code in ceiling.outlets if code in OUTLETS)
    return gettext("%(what)s%(scope)s限额") % values


def see_ceiling(ceiling: Ceiling, *, now: datetime) -> LimitView:
    return LimitView(
        name=name_of(ceiling),
        scope=ceiling.scope,
        series=ceiling.series,
        own=ceiling.own,
        cap=Money(ceiling.cap, ceiling.currency),
        used=Money(ceiling.used, ceiling.currency),
        left=Money(ceiling.left, ceiling.currency),
        resets_at=window_end(ceiling.scope, now=now, zone=brand().zone),
    )


def limits_for(
    actor: Actor, *, customer_id: UUID | None = None, now: datetime | None = None, held: GrantView | None = None
) -> StandingView:
    """The customer's class, limits, counters and switches, in five queries. Refuses `core.thing.not_found`."""
    moment = now or clock.now()
    customer = customer_seen_by(actor, customer_id, now=moment, held=held)
    wallet = _wallet(customer)
    used, own = spent(customer, now=moment), own_limits(customer)
    rules = in_force(now=moment)
    ceilings = [*house_ceilings(wallet, rules, used), *quota_ceilings(wallet, rules, now=moment)]
    return StandingView(
        tier=wallet.tier,
        proof=wallet.proof,
        limits=tuple(see_ceiling(ceiling, now=moment) for ceiling in ceilings),
        outlets=tuple(
            _see_outlet(
                outlet,
                own.get(outlet.code),
                [*own_ceilings(outlet, own.get(outlet.code), used), *(c for c in ceilings if outlet.code in c.outlets)],
                now=moment,
            )
            for outlet in OUTLETS.values()
        ),
    )


def _see_outlet(outlet: Outlet, own: OwnLimit | None, ceilings: Iterable[Ceiling], *, now: datetime) -> OutletView:
    caps = {name: getattr(own, name, None) for _scope, name in _OWN}
    return OutletView(
        code=outlet.code,
        name=str(outlet.name),
        icon=outlet.icon,
        allowed=own is None or own.allowed,
        limits=tuple(see_ceiling(ceiling, now=now) for ceiling in ceilings),
        **{name: None if cap is None else Money(cap, CURRENCY) for name, cap in caps.items()},
    )


def quota_for(actor: Actor, *, side: str, now: datetime) -> LimitView | None:
    """The customer's yearly quota of buying, or of selling, foreign money, the one that leaves the least; None while
    there is none.
    """
    wallet = _wallet(customer_seen_by(actor, None, now=now))
    quotas = [one for one in quota_ceilings(wallet, in_force(now=now), now=now) if SIDE_OF[one.series] == side]
    mine = min(quotas, key=lambda one: one.left, default=None)
    return see_ceiling(mine, now=now) if mine else None


def _wallet(customer_id: UUID) -> Wallet:
    """The wallet, or one as it will begin."""
    return Wallet.objects.filter(pk=customer_id).first() or Wallet(customer_id=customer_id, tier=1, proof=1)


@dataclass(frozen=True, kw_only=True)
class LimitVersion:
    """A version of a house's limit as it is published. `cap` None: no limit any more."""

    series: str
    version: int
    effective_from: datetime
    name: str
    scope: str
    tier: int | None
    proof: int | None
    cap: Money | None
    is_coming: bool

    @property
    def proof_words(self) -> str:
        """The strength of proof that it is for, in the active language; '' for all."""
        return str(PROOF_NAMES[self.proof]) if self.proof else ""


def _ceiling_of(row: Limit) -> Ceiling:
    return Ceiling(
        scope=row.scope,
        cap=row.cap or 1,
        used=0,
        outlets=counted_by(row),
        series=row.series,
        tier=row.tier,
        proof=row.proof,
        currency=row.currency,
    )


def limit_versions(*, now: datetime | None = None, history: bool = False) -> list[LimitVersion]:
    """What is in force and what was announced, by series; with `history` also what was in force before."""
    moment = now or clock.now()
    rows = list(Limit.objects.order_by("series", F("version").desc()))
    current = {row.series: row.version for row in reversed(rows) if row.effective_from <= moment}
    wanted = [row for row in rows if history or row.version >= current.get(row.series, 0)]
    return [
        LimitVersion(
            series=row.series,
            version=row.version,
            effective_from=row.effective_from,
            name=name_of(_ceiling_of(row)),
            scope=row.scope,
            tier=row.tier,
            proof=row.proof,
            cap=None if row.cap is None else Money(row.cap, row.currency),
            is_coming=row.effective_from > moment,
        )
        for row in wanted
    ]
