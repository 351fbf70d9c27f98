"""Changes of fees, limits and spreads on their way: for operators and supervisors."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet import models as m
from kefu.wallet.models import TermsChange
from kefu.wallet.queries.limits.fee import see_fee
from kefu.wallet.queries.limits.fee_values import FeeView
from kefu.wallet.rules.limit import currency_of

LATELY = 20


@dataclass(frozen=True, kw_only=True)
class TermsChangeView:
    """A proposed version. `fee`, or `series` and `cap` (None: no limit), or `currency` and `bps` say what it would be.

    `status`: PROPOSED, PUBLISHED, REJECTED, or LAPSED when nobody decided in time.
    """

    id: UUID
    what: str
    status: str
    effective_from: datetime
    reason: str
    maker_id: UUID
    maker: str
    proposed_at: datetime
    fee: FeeView | None
    series: str
    cap: Money | None
    currency: str = ""
    bps: int | None = None
    may_decide: bool = False

    @property
    def spread_percent(self) -> str:
        """`0.3` for 30 basis points."""
        return f"{Decimal(self.bps or 0) / 100:f}"


def changes_for(actor: Actor, what: str, *, now: datetime | None = None) -> list[TermsChangeView]:
    """What was proposed lately, open ones first. Refuses `identity.role.insufficient`, `core.thing.not_found`."""
    if not actor.is_staff:
        raise NotFound()
    moment = now or clock.now()
    identity.require(actor=actor, action="wallet.see_terms", now=moment)
    rows = list(TermsChange.objects.filter(what=what).order_by("-proposed_at")[:LATELY])
    makers = identity.people({row.maker_id for row in rows})
    seen = [
        see_change(
            row,
            maker=f"{makers[row.maker_id].alias} {makers[row.maker_id].staff_no}",
            now=moment,
            may_decide=actor.role == "supervisor" and actor.uuid != row.maker_id,
        )
        for row in rows
    ]
    return sorted(seen, key=lambda view: view.status != TermsChange.PROPOSED)


def see_change(
    row: TermsChange, *, maker: str = "", now: datetime | None = None, may_decide: bool = False
) -> TermsChangeView:
    open_ = row.status == TermsChange.PROPOSED
    lapsed = open_ and now is not None and row.until <= now
    cap = row.body.get("cap")
    return TermsChangeView(
        id=row.id,
        what=row.what,
        status="LAPSED" if lapsed else row.status,
        effective_from=row.effective_from,
        reason=row.reason,
        maker_id=row.maker_id,
        maker=maker,
        proposed_at=row.proposed_at,
        fee=_fee(row) if row.what == TermsChange.FEE else None,
        series=row.body.get("series", ""),
        cap=None if cap is None else Money(cap, currency_of(row.body["series"])),
        currency=row.body.get("currency", ""),
        bps=row.body.get("bps"),
        may_decide=may_decide and open_ and not lapsed,
    )


def _fee(row: TermsChange) -> FeeView:
    body: dict[str, Any] = row.body
    return see_fee(m.FeeSchedule(**body, version=0, effective_from=row.effective_from))
