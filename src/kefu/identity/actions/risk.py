"""Signals that rules of other rooms read, and consents to texts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.identity.models import Consent, RiskSignal


def raise_risk(
    *, actor: Actor, customer_id: UUID, kind: str, ref: str, until: datetime, now: datetime
) -> UUID:
    """Say that something about this customer asks for care until `until`; returns the signal's id."""
    with transaction.atomic():
        signal = RiskSignal.objects.create(
            customer_id=customer_id, kind=kind, ref=ref, since=now, until=until, by=actor.ref
        )
        audit.record(
            actor=actor,
            action="identity.raise_risk",
            subject=f"customer:{customer_id}",
            now=now,
            data={"kind": kind, "ref": ref, "until": until},
        )
    return signal.id


def end_risk(*, actor: Actor, signal_id: UUID, now: datetime) -> bool:
    """End a signal before its time. True when it was still in force."""
    with transaction.atomic():
        signal = RiskSignal.objects.filter(pk=signal_id, until__gt=now).first()
        if signal is None or not RiskSignal.objects.filter(pk=signal_id, until__gt=now).update(until=now):
            return False
        audit.record(
            actor=actor,
            action="identity.end_risk",
            subject=f"customer:{signal.customer_id}",
            now=now,
            data={"kind": signal.kind, "ref": signal.ref},
        )
    return True


def give_consent(*, actor: Actor, kind: str, version: str, now: datetime) -> None:
    """Record that the person agreed to `kind` in this version; an earlier version's consent ends."""
    with transaction.atomic():
        given = Consent.objects.filter(user_id=actor.uuid, kind=kind, withdrawn_at=None)
        if given.filter(version=version).exists():
            return
        given.update(withdrawn_at=now)
        Consent.objects.create(user_id=actor.uuid, kind=kind, version=version, given_at=now)
        audit.record(
            actor=actor,
            action="identity.give_consent",
            subject=f"user:{actor.id}",
            now=now,
            data={"kind": kind, "version": version},
        )


def withdraw_consent(*, actor: Actor, kind: str, now: datetime) -> bool:
    """Take a consent back. True when there was one."""
    with transaction.atomic():
        rows = Consent.objects.filter(user_id=actor.uuid, kind=kind, withdrawn_at=None).update(
            withdrawn_at=now
        )
        if rows:
            audit.record(
                actor=actor,
                action="identity.withdraw_consent",
                subject=f"user:{actor.id}",
                now=now,
                data={"kind": kind},
            )
    return bool(rows)
