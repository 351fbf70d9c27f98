"""A customer's mail address: proved by a code sent to it, marked when mail to it comes back."""

import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.refusal import NotFound, Refusal
from kefu.identity.actions.attempt import count_try, forgive_tries
from kefu.identity.actions.code import CodeTooMany, CodeWrong, check_pace, digest_of, redeem
from kefu.identity.events import EMAIL_CHANGED, topic_of
from kefu.identity.models import ContactPoint, OneTimeCode, User
from kefu.identity.queries.access import require
from kefu.identity.rules import attempt as limits
from kefu.identity.rules.name import email_fault

CHANGE_EMAIL = "identity.change_email"


class EmailUnreadable(Refusal):
    code = "identity.email.unreadable"
    status = 422
    text = _("这个邮箱地址看起来不对，请检查后重新填写。")
    operator = "not a mail address"


def checked_email(email: str) -> str:
    """Without the spaces around it; may be empty. Refuses with `identity.email.unreadable`."""
    if email and email_fault(email):
        raise EmailUnreadable()
    return email.strip()


def request_email_code(*, actor: Actor, email: str, now: datetime, source: str = "") -> int:
    """Have a code sent to an address that the customer wants to bind. Returns for how many seconds it is good.

    The first address asks for V1; another one in place of a confirmed one asks for the payment PIN, given for
    `identity.change_email`: who took over a sitting must not silence the owner's mails. Refuses
    `identity.email.unreadable`, `identity.code.too_soon`, `.too_many`, `identity.level.insufficient`.
    """
    address = checked_email(email)
    if not address:
        raise EmailUnreadable()
    user = _allowed(actor, now=now)
    purpose, code, code_id = _purpose(user), f"{secrets.randbelow(1_000_000):06d}", new_id()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two requests at once must not both find the pause over.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"code:{purpose}"])
        check_pace(address, source, now)
        _check_own_pace(purpose, now)
        OneTimeCode.objects.filter(purpose=purpose, ended_at=None).update(ended_at=now)
        OneTimeCode.objects.create(
            id=code_id,
            address=address,
            purpose=purpose,
            digest=digest_of(code_id, purpose, address, code),
            source=source,
            created_at=now,
            expires_at=now + limits.CODE_LASTS,
        )
        send_code = import_string(settings.IDENTITY_SEND_MAIL_CODE)
        send_code(email=address, code=code, now=now, user_id=user.id, language=user.language)
    return int(limits.CODE_LASTS.total_seconds())


def _purpose(user: User) -> str:
    return f"confirm_email:{user.id}"


def _check_own_pace(purpose: str, now: datetime) -> None:
    """One customer cannot have codes sent to one address after another."""
    since = now - limits.ONE_HOUR
    if OneTimeCode.objects.filter(purpose=purpose, created_at__gt=since).count() >= limits.CODES_PER_PHONE_HOUR:
        raise CodeTooMany()


def _allowed(actor: Actor, *, now: datetime) -> User:
    if actor.kind != "customer":
        raise NotFound()
    user = User.objects.get(pk=actor.uuid, kind=User.CUSTOMER, is_active=True)
    held = ContactPoint.objects.filter(user=user, kind="email", ended_at=None).exclude(confirmed_at=None)
    if held.exists():
        require(actor=actor, action=CHANGE_EMAIL, ref=CHANGE_EMAIL, now=now)
    else:
        require(actor=actor, action="identity.add_email", now=now)
    return user


def confirm_email_code(*, actor: Actor, code: str, now: datetime) -> str:
    """Bind the address to which the customer's latest code went; returns it masked. The owner is told, at the address
    before it, too.

    Refuses `identity.code.wrong`, `identity.attempt.locked`, `identity.level.insufficient`. To be called outside the
    caller's transaction: each call counts a try.
    """
    user = _allowed(actor, now=now)
    purpose = _purpose(user)
    tried = count_try(what="code:confirm_email", subject=str(user.id), patience=limits.PER_ACCOUNT, now=now)
    row = OneTimeCode.objects.filter(purpose=purpose, ended_at=None, expires_at__gt=now).order_by("-created_at").first()
    if row is None:
        raise CodeWrong()
    redeem(row, code, now=now)
    forgive_tries(tried)
    confirm_email(actor=actor, user_id=user.id, email=row.address, now=now)
    return row.address


def confirm_email(*, actor: Actor, user_id: UUID, email: str, now: datetime) -> None:
    """Bind an address that its owner proved to read; an earlier one is ended and stays on record.

    Refuses with `identity.email.unreadable`.
    """
    address = checked_email(email)
    if not address:
        raise EmailUnreadable()
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        held = ContactPoint.objects.filter(user=user, kind="email", ended_at=None)
        before = held.exclude(confirmed_at=None).exclude(value=address).first()
        held.update(ended_at=now)
        User.objects.filter(pk=user_id).update(email=address)
        contact = ContactPoint.objects.create(user=user, kind="email", value=address, bound_at=now, confirmed_at=now)
        audit.record(actor=actor, action="identity.confirm_email", subject=f"user:{user_id}", now=now)
        payload = {"user": user_id, "contact": contact.id, "before": before.id if before else ""}
        topics = [topic_of(user.kind, user.id)]
        events.announce(kind=EMAIL_CHANGED, key=str(user.id), topics=topics, payload=payload, now=now)


def note_bounce(*, actor: Actor, user_id: UUID, email: str, now: datetime) -> bool:
    """Mail to this address came back for good: nothing more goes there until it is confirmed again. Safe to repeat."""
    with transaction.atomic():
        rows = ContactPoint.objects.filter(
            user_id=user_id, kind="email", value=email, ended_at=None, bounced_at=None
        )
        marked = bool(rows.update(bounced_at=now))
        if marked:
            audit.record(actor=actor, action="identity.note_bounce", subject=f"user:{user_id}", now=now)
    return marked
