"""The class of an account and how strongly its payments are proved: set by the house, on checks that it names."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as identity
from kefu.wallet.actions import telling
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import Wallet
from kefu.wallet.refusals import ChecksMissing, StandingUnknown
from kefu.wallet.rules.limit import CHECKS_NEEDED, IN_PERSON, TIER_NAMES


def set_standing(
    *, actor: Actor, customer_id: UUID, tier: int, proof: int, checks: Sequence[str], now: datetime
) -> None:
    """Put a wallet into class `tier` (1, 2, 3) with payments proved at strength `proof` (1, 2, 3). Safe to repeat.

    `checks` name the outside checks of identity that it rests on: one, three or five different ones for Ⅰ, Ⅱ, Ⅲ, or
    `in_person`; they stay in the audit trail. Refuses `wallet.standing.unknown`, `wallet.standing.checks_missing`,
    `identity.role.insufficient`, `core.thing.not_found`.
    """
    if actor.kind == "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.set_standing", now=now)
    if tier not in CHECKS_NEEDED or proof not in (1, 2, 3):
        raise StandingUnknown()
    named = sorted({check.strip()[:80] for check in checks} - {""})
    if IN_PERSON not in named and len(named) < CHECKS_NEEDED[tier]:
        raise ChecksMissing(tier=TIER_NAMES[tier], needed=CHECKS_NEEDED[tier])
    if identity.person(customer_id).kind != "customer":
        raise NotFound()
    with transaction.atomic():
        ensure(actor, customer_id, now=now)
        wallet = lock(customer_id)
        if (wallet.tier, wallet.proof) == (tier, proof):
            return
        Wallet.objects.filter(pk=customer_id).update(tier=tier, proof=proof)
        data = {"tier": tier, "proof": proof, "checks": named, "before": [wallet.tier, wallet.proof]}
        subject = f"customer:{customer_id}"
        audit.record(actor=actor, action="wallet.set_standing", subject=subject, now=now, data=data)
        values = {"tier": TIER_NAMES[tier]}
        telling.tell(customer_id, "standing_changed", actor=actor, ref=f"standing:{tier}", now=now, **values)
