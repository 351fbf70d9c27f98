"""What this room does on facts from below. Safe to repeat: the fact's ref is told once."""

from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.identity import queries as identity
from kefu.notices.actions import tell
from kefu.notices.models import Notice


def _told(user_id: UUID, kind: str, ref: str) -> bool:
    return Notice.objects.filter(user_id=user_id, kind=kind, ref=ref).exists()


def tell_of_new_device(*, actor: Actor, user_id: UUID, session_id: UUID) -> None:
    """The owner learns when and with what; staff are told by the office, not here."""
    session = identity.session_facts(session_id)
    ref = f"session:{session_id}"
    if session is None or identity.person(user_id).kind != "customer" or _told(user_id, "new_device", ref):
        return
    values = {"at": session.began_at.isoformat(), "device": session.device_label or "?"}
    tell(actor=actor, customer_id=user_id, kind="new_device", values=values, ref=ref, now=session.began_at)


def tell_of_secret(*, actor: Actor, user_id: UUID, what: str, at: datetime) -> None:
    """The owner learns that the password or the payment PIN was set."""
    kind = "password_changed" if what == "password" else "pin_changed"
    ref = f"{what}:{at.isoformat()}"
    if identity.person(user_id).kind != "customer" or _told(user_id, kind, ref):
        return
    tell(actor=actor, customer_id=user_id, kind=kind, values={"at": at.isoformat()}, ref=ref, now=at)


def tell_of_email(*, actor: Actor, user_id: UUID, contact_id: UUID, before_id: UUID | None) -> None:
    """The owner learns of a new address, at the one before it, too."""
    contact = identity.contact_point(contact_id)
    before = identity.contact_point(before_id) if before_id else None
    kind, ref = "email_changed" if before else "email_added", f"email:{contact_id}"
    if contact is None or identity.person(user_id).kind != "customer" or _told(user_id, kind, ref):
        return
    values = {"at": contact.bound_at.isoformat(), "email": contact.masked}
    tell(
        actor=actor,
        customer_id=user_id,
        kind=kind,
        values=values,
        ref=ref,
        now=contact.bound_at,
        also_to=before.value if before else "",
    )
