"""Who is who."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity.models import Consent, ContactPoint, Session, User
from kefu.identity.rules.phone import normal_phone
from kefu.identity.values import Contact, ContactView, Person, SessionView, actor_of, contact_view, person_of

IDLE = dict.fromkeys((User.CUSTOMER, User.STAFF, User.MERCHANT), timedelta(minutes=15))
"""A sitting that nobody used for so long is over."""
LONGEST = timedelta(hours=12)
"""No sitting lasts longer."""


def person(user_id: UUID) -> Person:
    """Refuses with `core.thing.not_found`."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return person_of(user)


def people(user_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Several at once, in one query; unknown ids are left out."""
    return {user.id: person_of(user) for user in User.objects.filter(pk__in=set(user_ids))}


def find_customer_by_phone(phone: str) -> Person | None:
    """The active customer with this number, however it is written. For actions, never for a page that
    anybody sees.
    """
    normal = normal_phone(phone)
    if normal is None:
        return None
    user = User.objects.filter(login=normal, kind=User.CUSTOMER, is_active=True).first()
    return None if user is None else person_of(user)


def find_staff(staff_no: str) -> Person | None:
    user = User.objects.filter(staff_no=staff_no, kind=User.STAFF).first()
    return None if user is None else person_of(user)


def find_merchant_login(login: str) -> Person | None:
    """Who acts for a merchant under this login."""
    user = User.objects.filter(login=login, kind=User.MERCHANT).first()
    return None if user is None else person_of(user)


def staff_people(*, role: str = "") -> list[Person]:
    """Active staff, by 工号."""
    rows = User.objects.filter(kind=User.STAFF, is_active=True).order_by("staff_no")
    return [person_of(user) for user in (rows.filter(role=role) if role else rows)]


def operator_exists() -> bool:
    """Whether somebody is enrolled who can register others."""
    return User.objects.filter(role=User.OPERATOR, is_active=True).exists()


def open_sitting(session_id: UUID, *, now: datetime) -> Session | None:
    """The sitting with its user; None when it ended, lay idle too long, or its owner is no longer active.
    Only for this room.
    """
    session = (
        Session.objects.select_related("user")
        .filter(pk=session_id, ended_at=None, user__is_active=True)
        .first()
    )
    if session is None or session.began_at + LONGEST <= now:
        return None
    return None if session.seen_at + IDLE[session.user.kind] <= now else session


def actor_for_session(session_id: UUID, *, now: datetime) -> Actor | None:
    """Whose open sitting this is, or None. One query; what staff may do follows from the role as it is now."""
    session = open_sitting(session_id, now=now)
    return actor_of(session.user, session=str(session.id)) if session else None


def actor_for_user(user_id: UUID) -> Actor:
    """The person without a sitting: for the demo town, tests and commands. Refuses `core.thing.not_found`."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound()
    return actor_of(user)


def customer_actor(customer_id: UUID) -> Actor:
    """An active customer without a sitting, for what is done for them. Refuses `core.thing.not_found`."""
    actor = actor_for_user(customer_id)
    if actor.kind != User.CUSTOMER:
        raise NotFound()
    return actor


def sessions_for(actor: Actor) -> list[SessionView]:
    """The actor's own open sittings, the latest first."""
    rows = Session.objects.select_related("device").filter(user_id=actor.uuid, ended_at=None)
    return [
        SessionView(
            id=row.id,
            device_label=row.device.label,
            method=row.method,
            source=row.source,
            began_at=row.began_at,
            seen_at=row.seen_at,
            is_this=str(row.id) == actor.session,
        )
        for row in rows.order_by("-seen_at")
    ]


def session_facts(session_id: UUID) -> SessionView | None:
    """One sitting, for what is told about it."""
    row = Session.objects.select_related("device").filter(pk=session_id).first()
    if row is None:
        return None
    return SessionView(row.id, row.device.label, row.method, row.source, row.began_at, row.seen_at, False)


def contact_of(user_id: UUID) -> Contact:
    """For messages that leave. Refuses with `core.thing.not_found`."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    email = email_of(user_id) if user.email else None
    good = email is not None and email.confirmed_at and not email.bounced_at
    return Contact(user.phone, user.email if good else "", user.language)


def email_of(user_id: UUID) -> ContactView | None:
    """The person's mail address as it is bound now; None when there is none."""
    rows = ContactPoint.objects.filter(user_id=user_id, kind="email", ended_at=None)
    row = rows.order_by("-bound_at").first()
    return None if row is None else contact_view(row)


def contact_point(contact_id: UUID) -> ContactView | None:
    """One phone or address of somebody, now or before."""
    row = ContactPoint.objects.filter(pk=contact_id).first()
    return None if row is None else contact_view(row)


def consents_of(*, user_id: UUID) -> dict[str, str]:
    """kind → version agreed to at present."""
    return dict(Consent.objects.filter(user_id=user_id, withdrawn_at=None).values_list("kind", "version"))
