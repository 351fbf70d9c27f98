"""Higher standings that wait for a second person, for the operator's place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kefu.core.actor import Actor
from kefu.identity import queries as identity
from kefu.wallet.models import StandingChange
from kefu.wallet.rules.limit import PROOF_NAMES, TIER_NAMES

LIST_MOST = 50


@dataclass(frozen=True, kw_only=True)
class StandingChangeView:
    """What is proposed for whom, on which checks; `may_decide`: the reader is another person than who proposed it."""

    id: UUID
    customer_masked: str
    tier_name: Any
    proof_name: Any
    checks: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime
    may_decide: bool


def standing_changes_for(actor: Actor, *, now: datetime) -> list[StandingChangeView]:
    """Those that wait, the oldest first. Refuses `identity.role.insufficient`."""
    identity.require(actor=actor, action="wallet.decide_standing", now=now)
    rows = list(
        StandingChange.objects.filter(
            status=StandingChange.PROPOSED, proposed_at__gt=now - StandingChange.LASTS
        ).order_by("proposed_at")[:LIST_MOST]
    )
    known = identity.people(one for row in rows for one in (row.customer_id, row.proposed_by))
    return [
        StandingChangeView(
            id=row.id,
            customer_masked=known[row.customer_id].masked_name,
            tier_name=TIER_NAMES[row.tier],
            proof_name=PROOF_NAMES[row.proof],
            checks=tuple(row.checks),
            proposed_by=known[row.proposed_by].alias or known[row.proposed_by].name,
            proposed_at=row.proposed_at,
            may_decide=row.proposed_by != actor.uuid,
        )
        for row in rows
    ]
