"""A customer's own switches and caps: narrower at once, wider only with the payment PIN."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.money import MINOR_MAX, Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet.actions import telling
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import OwnLimit
from kefu.wallet.queries.limits.limit import OutletView, limits_for
from kefu.wallet.refusals import CapUnfit
from kefu.wallet.rules.outlet import OUTLETS


@dataclass(frozen=True, kw_only=True)
class Caps:
    """The customer's own caps for one outlet, in minor units; None: no cap of their own."""

    order_cap: int | None = None
    day_cap: int | None = None
    month_cap: int | None = None


def change_limits(*, actor: Actor, outlet: str, allowed: bool, caps: Caps, now: datetime) -> OutletView:
    """Set the customer's switch and caps for an outlet. Narrowing counts at once; anything wider needs V2.

    Refuses `core.thing.not_found` (no such outlet), `wallet.limit.cap_unfit`, and `identity.level.insufficient` unless
    the payment PIN was given for `limits:<outlet>` where a cap rises or goes, or the outlet is switched on.
    """
    if actor.kind != "customer" or outlet not in OUTLETS:
        raise NotFound()
    identity.require(actor=actor, action="wallet.lower_limits", now=now)
    if any(cap is not None and not 0 < cap <= MINOR_MAX for cap in asdict(caps).values()):
        raise CapUnfit(most=Money(MINOR_MAX).text())
    with transaction.atomic():
        ensure(actor, actor.uuid, now=now)
        # The row that every order queues at: an order at this instant sees all of the change or none.
        lock(actor.uuid)
        before = OwnLimit.objects.filter(customer_id=actor.uuid, outlet=outlet).first()
        if _widens(before, allowed, caps):
            identity.require(actor=actor, action="wallet.change_limits", ref=f"limits:{outlet}", now=now)
        given = {"allowed": allowed, **asdict(caps)}
        if before is None or any(getattr(before, name) != value for name, value in given.items()):
            OwnLimit.objects.update_or_create(
                customer_id=actor.uuid, outlet=outlet, defaults={**given, "changed_at": now}
            )
            _tell(actor, outlet, given, now=now)
    return next(view for view in limits_for(actor, now=now).outlets if view.code == outlet)


def _widens(before: OwnLimit | None, allowed: bool, caps: Caps) -> bool:
    if before is None:
        return False
    if allowed and not before.allowed:
        return True
    pairs = ((getattr(before, name), cap) for name, cap in asdict(caps).items())
    return any(old is not None and (cap is None or cap > old) for old, cap in pairs)


def _tell(actor: Actor, outlet: str, given: dict[str, object], *, now: datetime) -> None:
    subject = f"customer:{actor.uuid}"
    audit.record(
        actor=actor, action="wallet.change_limits", subject=subject, now=now, data={"outlet": outlet, **given}
    )
    telling.tell(actor.uuid, "limits_changed", actor=actor, ref=f"limits:{outlet}", now=now, outlet=outlet)
