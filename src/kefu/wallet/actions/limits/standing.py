"""The class of an account and how strongly its payments are proved: set by the house, on checks that it names."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.wallet.actions import telling
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import StandingChange, Wallet
from kefu.wallet.refusals import ChecksMissing, StandingSamePerson, StandingSettled, StandingUnknown, StandingWaits
from kefu.wallet.rules.limit import CHECKS_NEEDED, IN_PERSON, TIER_NAMES


def set_standing(
    *, actor: Actor, customer_id: UUID, tier: int, proof: int, checks: Sequence[str], now: datetime
) -> None:
    """Put a wallet into class `tier` (1, 2, 3) with payments proved at strength `proof` (1, 2, 3). Safe to repeat.

    What one of the staff would raise is only proposed: `decide_standing` is another person's.

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
        if actor.is_staff and (tier > wallet.tier or proof > wallet.proof):
            _propose(actor, wallet, tier, proof, named, now=now)
            return
        _apply(actor, wallet, tier, proof, named, now=now)


def _propose(actor: Actor, wallet: Wallet, tier: int, proof: int, checks: list[str], *, now: datetime) -> None:
    """A newer proposal takes the place of one that nobody decided in time."""
    open_one = StandingChange.objects.filter(customer_id=wallet.pk, status=StandingChange.PROPOSED).first()
    if open_one and open_one.proposed_at > now - StandingChange.LASTS:
        raise StandingWaits()
    if open_one:
        transition(StandingChange, open_one.pk, StandingChange.PROPOSED, StandingChange.LAPSED)
    change = StandingChange.objects.create(
        customer_id=wallet.pk, tier=tier, proof=proof, checks=checks, proposed_by=actor.uuid, proposed_at=now
    )
    data = {"change": change.id, "tier": tier, "proof": proof, "checks": checks}
    subject = f"customer:{wallet.pk}"
    audit.record(actor=actor, action="wallet.propose_standing", subject=subject, now=now, data=data)


def _apply(actor: Actor, wallet: Wallet, tier: int, proof: int, checks: list[str], *, now: datetime) -> None:
    Wallet.objects.filter(pk=wallet.pk).update(tier=tier, proof=proof)
    data = {"tier": tier, "proof": proof, "checks": checks, "before": [wallet.tier, wallet.proof]}
    subject = f"customer:{wallet.pk}"
    audit.record(actor=actor, action="wallet.set_standing", subject=subject, now=now, data=data)
    values = {"tier": TIER_NAMES[tier]}
    telling.tell(wallet.pk, "standing_changed", actor=actor, ref=f"standing:{tier}", now=now, **values)


def decide_standing(*, actor: Actor, change_id: UUID, approve: bool, now: datetime) -> bool:
    """Another person's decision on a higher standing; whether it stands now.

    Refuses who proposed it and whoever stands in one line with them (`wallet.standing.same_person`), what is decided or
    older than a day (`wallet.standing.settled`), `identity.role.insufficient`, `core.thing.not_found`.
    """
    if not actor.is_staff:
        raise NotFound()
    identity.require(actor=actor, action="wallet.decide_standing", now=now)
    change = StandingChange.objects.filter(pk=change_id).first()
    if change is None:
        raise NotFound()
    if identity.counts_as_one(actor.uuid, change.proposed_by):
        raise StandingSamePerson()
    with transaction.atomic():
        wallet = lock(change.customer_id)
        to = StandingChange.APPROVED if approve else StandingChange.REJECTED
        fresh = StandingChange.objects.filter(pk=change_id, proposed_at__gt=now - StandingChange.LASTS).exists()
        if not fresh or not transition(
            StandingChange, change_id, StandingChange.PROPOSED, to, decided_by=actor.uuid, decided_at=now
        ):
            raise StandingSettled()
        if approve:
            _apply(actor, wallet, change.tier, change.proof, change.checks, now=now)
        else:
            data = {"change": change_id}
            subject = f"customer:{change.customer_id}"
            audit.record(actor=actor, action="wallet.reject_standing", subject=subject, now=now, data=data)
    return approve
