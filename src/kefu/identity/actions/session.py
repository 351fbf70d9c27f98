"""Sittings and devices: opened at sign-in, seen while in use, ended by their owner or by a change of
secrets.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.refusal import NotFound
from kefu.identity.events import SESSION_ENDED, SIGNED_IN, topic_of
from kefu.identity.models import Device, Session, User
from kefu.identity.queries.person import open_sitting
from kefu.identity.values import SignedIn, actor_of

_SEEN_EVERY = timedelta(seconds=60)


def _device_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _device(user: User, token: str, label: str, now: datetime) -> tuple[Device, str, bool]:
    """This browser's device row and token. Another person's token is as good as none."""
    if token:
        device = Device.objects.filter(user=user, digest=_device_digest(token)).first()
        if device:
            Device.objects.filter(pk=device.pk).update(last_seen_at=now, label=label[:200])
            return device, token, False
    fresh = secrets.token_urlsafe(24)
    device = Device.objects.create(
        id=new_id(),
        user=user,
        digest=_device_digest(fresh),
        label=label[:200],
        first_seen_at=now,
        last_seen_at=now,
    )
    return device, fresh, True


def open_session(
    *, user: User, method: str, source: str, device_token: str, device_label: str, now: datetime
) -> SignedIn:
    """Within the caller's transaction, after the proof: begin a sitting on this device, and tell."""
    device, token, is_new = _device(user, device_token, device_label, now)
    first = not Session.objects.filter(user=user).exists()
    session = Session.objects.create(
        id=new_id(), user=user, device=device, method=method, source=source, began_at=now, seen_at=now
    )
    audit.record(
        actor=actor_of(user, session=str(session.id)),
        action="identity.sign_in",
        subject=f"user:{user.id}",
        now=now,
        data={"session": session.id, "method": method, "source": source, "new_device": is_new},
    )
    events.announce(
        kind=SIGNED_IN,
        key=str(user.id),
        topics=[topic_of(user.kind, user.id)],
        payload={
            "user": str(user.id),
            "session": str(session.id),
            "device": str(device.id),
            "new_device": is_new and not first,
        },
        now=now,
    )
    return SignedIn(user.id, session.id, token, is_new, False)


def _end(*, actor: Actor, session: Session, reason: str, now: datetime) -> bool:
    rows = Session.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now, end_reason=reason)
    if not rows:
        return False
    audit.record(
        actor=actor,
        action="identity.end_session",
        subject=f"user:{session.user_id}",
        now=now,
        data={"session": session.id, "reason": reason},
    )
    events.announce(
        kind=SESSION_ENDED,
        key=str(session.user_id),
        topics=[topic_of(session.user.kind, session.user_id)],
        payload={"user": str(session.user_id), "session": str(session.id)},
        now=now,
    )
    return True


def sign_out(*, actor: Actor, now: datetime) -> None:
    """End the sitting that the actor is in. Doing it twice is the same as once."""
    if not actor.session:
        return
    with transaction.atomic():
        session = Session.objects.select_related("user").filter(pk=actor.session, user_id=actor.uuid).first()
        if session:
            _end(actor=actor, session=session, reason="sign_out", now=now)


def end_session(*, actor: Actor, session_id: UUID, now: datetime) -> None:
    """End one of the actor's own sittings, on another device say. Refuses `core.thing.not_found`."""
    with transaction.atomic():
        session = Session.objects.select_related("user").filter(pk=session_id, user_id=actor.uuid).first()
        if session is None:
            raise NotFound()
        _end(actor=actor, session=session, reason="owner", now=now)


def end_sessions(*, actor: Actor, user_id: UUID, reason: str, now: datetime, keep: str = "") -> int:
    """End all sittings of a person but `keep`; returns how many. Within the caller's transaction."""
    sessions = Session.objects.select_related("user").filter(user_id=user_id, ended_at=None)
    if keep:
        sessions = sessions.exclude(pk=keep)
    return sum(_end(actor=actor, session=session, reason=reason, now=now) for session in sessions)


def end_other_sessions(*, actor: Actor, now: datetime) -> int:
    """Sign out everywhere else; returns how many sittings ended."""
    with transaction.atomic():
        return end_sessions(actor=actor, user_id=actor.uuid, reason="owner", now=now, keep=actor.session)


def see_session(*, session_id: UUID, now: datetime) -> Actor | None:
    """Whose open sitting this is, noted as in use; None when it is over. Pages may call it each time: it is one
    read, and writes at most once a minute.
    """
    session = open_sitting(session_id, now=now)
    if session is None:
        return None
    if session.seen_at < now - _SEEN_EVERY:
        Session.objects.filter(pk=session_id, ended_at=None, seen_at__lt=now - _SEEN_EVERY).update(seen_at=now)
    return actor_of(session.user, session=str(session.id))
