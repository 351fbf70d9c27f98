"""May this amount leave by this outlet? The one question that quote and confirmation of every kind ask."""

from datetime import datetime

from django.utils.translation import gettext

from kefu.core.brand import brand
from kefu.core.money import Money
from kefu.core.when import spoken
from kefu.wallet import models as m
from kefu.wallet.models import Wallet
from kefu.wallet.queries.exchange import quota_ceilings
from kefu.wallet.queries.limits.limit import house_ceilings, in_force, name_of, own_ceilings, own_limits, spent
from kefu.wallet.refusals import (
    DailyLimit,
    ExchangeQuota,
    LifetimeLimit,
    LimitReached,
    MonthlyLimit,
    OrderLimit,
    PermissionOff,
    YearlyLimit,
)
from kefu.wallet.rules.fee import window_end
from kefu.wallet.rules.limit import QUOTA_NAMES, SIDE_OF, Ceiling, narrowest
from kefu.wallet.rules.outlet import outlet_of

_REFUSALS: dict[str, type[LimitReached]] = {
    m.ORDER: OrderLimit,
    m.DAY: DailyLimit,
    m.MONTH: MonthlyLimit,
    m.YEAR: YearlyLimit,
    m.LIFETIME: LifetimeLimit,
}


def check(wallet: Wallet, *, kind: str, mode: str, amount: int, now: datetime) -> None:
    """Refuse when the customer's switch for the order's outlet is off, or `amount` (minor units of our currency) breaks
    a limit.

    Binding only while the caller holds the wallet's row: two orders at once would both see what is left. Refuses
    `wallet.permission.off`, or of the limits that it breaks the narrowest: `wallet.limit.order`, `.daily`,
    `.monthly`, `.yearly`, `.lifetime`, each with the limit's name, what is left and when it begins anew.
    """
    outlet, own = outlet_of(kind, mode), own_limits(wallet.customer_id)
    mine = own.get(outlet.code)
    if mine is not None and not mine.allowed:
        raise PermissionOff(outlet=str(outlet.name))
    used = spent(wallet.customer_id, now=now)
    house = [c for c in house_ceilings(wallet, in_force(now=now), used) if outlet.code in c.outlets]
    broken = narrowest([*own_ceilings(outlet, mine, used), *house], amount)
    if broken is not None:
        raise _refusal(broken, now=now)


def check_quota(wallet: Wallet, *, side: str, usd: int, now: datetime) -> None:
    """Refuse `wallet.exchange.quota` when `usd` cents more would break the yearly quota of buying, or of selling,
    foreign money. Binding only while the caller holds the wallet's row.
    """
    quotas = quota_ceilings(wallet, in_force(now=now), now=now)
    broken = narrowest([one for one in quotas if SIDE_OF[one.series] == side], usd)
    if broken is not None:
        raise _refusal(broken, now=now)


def _refusal(ceiling: Ceiling, *, now: datetime) -> LimitReached:
    resets_at = window_end(ceiling.scope, now=now, zone=brand().zone)
    made = ExchangeQuota if ceiling.series in QUOTA_NAMES else _REFUSALS[ceiling.scope]
    return made(
        name=name_of(ceiling),
        cap=Money(ceiling.cap, ceiling.currency).text(),
        left=Money(ceiling.left, ceiling.currency).text(),
        resets=gettext("%(when)s 恢复。") % {"when": spoken(resets_at, now=now)} if resets_at else "",
        how=_how(ceiling),
        series=ceiling.series or f"own:{ceiling.outlets[0]}",
    )


def _how(ceiling: Ceiling) -> str:
    """What its reader can do about it."""
    if ceiling.own:
        return gettext("这是您自己设的，可以凭支付密码调高。")
    if ceiling.tier is not None:
        return gettext("补充身份核验、升级账户类别后可以提高。")
    if ceiling.proof is not None:
        return gettext("使用更强的验证方式后可以提高。")
    return gettext("请减少金额或分几次办理。")
