"""Every write of this room."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import new_id
from kefu.core.masks import mask_email, mask_phone
from kefu.core.refusal import NotFound, Refusal
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.notices import wording
from kefu.notices.events import QUEUED, TOLD
from kefu.notices.kinds import KINDS
from kefu.notices.models import Mute, Notice, Outgoing
from kefu.notices.sealing import seal, unseal

CODE_MINUTES = 10
_MAIL_LASTS = timedelta(days=2)


class KindNeverMuted(Refusal):
    code = "notices.kind.never_muted"
    status = 422
    text = _("账户安全的通知不能关闭，它们能及时告诉您异常情况。没有改动。")
    operator = "security kinds cannot be muted"


def send_code(*, phone: str, code: str, now: datetime, purpose: str = "", language: str = "zh-hans") -> UUID:
    """Put a one-time code on its way, within the caller's transaction. Only the sealed text is kept."""
    text = wording.code_words(code, purpose, CODE_MINUTES, language)
    return _queue(
        line="sms",
        purpose=f"code:{purpose}",
        to=phone,
        text=text,
        subject="",
        until=now + timedelta(minutes=CODE_MINUTES),
        now=now,
    )


def _queue(
    *, line: str, purpose: str, to: str, subject: str, text: str, until: datetime, now: datetime
) -> UUID:
    row = new_id()
    Outgoing.objects.create(
        id=row,
        line=line,
        purpose=purpose,
        to_masked=mask_phone(to) if line == "sms" else mask_email(to),
        sealed=seal(row, {"to": to, "subject": subject, "text": text}),
        made_at=now,
        until=until,
    )
    events.announce(kind=QUEUED, key=str(row), topics=[], payload={"outgoing": str(row)}, now=now)
    return row


def send_outgoing(*, outgoing_id: UUID, now: datetime) -> bool:
    """Hand one waiting message to its provider, then shred its text. Network: from tasks only.

    True when it left now or before; a message past its end lapses unsent (False). Raises what the provider
    raises; the job then tries again.
    """
    row = Outgoing.objects.filter(pk=outgoing_id).first()
    if row is None or row.status != Outgoing.WAITING:
        return row is not None and row.status == Outgoing.SENT
    if row.until <= now:
        transition(Outgoing, row.pk, Outgoing.WAITING, Outgoing.LAPSED, sealed=b"", closed_at=now)
        return False
    fields = unseal(row.id, bytes(row.sealed))
    backend = import_string(settings.NOTICES_SMS if row.line == "sms" else settings.NOTICES_MAIL)()
    outside = backend.send(to=fields["to"], subject=fields["subject"], text=fields["text"], key=row.id)
    return transition(
        Outgoing, row.pk, Outgoing.WAITING, Outgoing.SENT, sealed=b"", closed_at=now, outside_id=str(outside)
    )


def lapse_outgoing(*, now: datetime) -> int:
    """Shred what is past its end and never left; returns how many."""
    late = Outgoing.objects.filter(status=Outgoing.WAITING, until__lte=now)
    return late.update(status=Outgoing.LAPSED, sealed=b"", closed_at=now)


def tell(
    *,
    actor: Actor,
    customer_id: UUID,
    kind: str,
    values: dict[str, str],
    ref: str,
    now: datetime,
) -> UUID:
    """Tell a customer, in the app and by mail where an address is confirmed; within the caller's transaction.

    `values` fill the words of `kind` (see `kinds`); instants are ISO text under names that end in `_at`. An
    unknown kind or a missing value raises at once: that is a bug of the caller.
    """
    house = brand()
    words = KINDS[kind]
    contact = identity.contact_of(customer_id)
    with transaction.atomic(), override(wording.language_of(contact.language)):
        title, text = wording.notice_words(words, values, house.zone)
        notice = Notice.objects.create(user_id=customer_id, kind=kind, values=values, ref=ref, at=now)
        audit.record(
            actor=actor,
            action="notices.tell",
            subject=f"customer:{customer_id}",
            now=now,
            data={"kind": kind, "ref": ref, "notice": notice.id},
        )
        topics = [f"customer:{customer_id}"]
        events.announce(
            kind=TOLD, key=str(customer_id), topics=topics, payload={"notice": str(notice.id)}, now=now
        )
        if words.mail and contact.email and (words.security or not _muted(customer_id, kind)):
            _queue(
                line="mail",
                purpose=kind,
                to=contact.email,
                subject=title,
                text=text,
                until=now + _MAIL_LASTS,
                now=now,
            )
    return notice.id


def _muted(user_id: UUID, kind: str) -> bool:
    return Mute.objects.filter(user_id=user_id, kind=kind).exists()


def mark_read(*, actor: Actor, now: datetime, notice_id: UUID | None = None) -> int:
    """Mark one of the actor's notices as read, or all; returns how many were unread."""
    rows = Notice.objects.filter(user_id=actor.uuid, read_at=None)
    return (rows.filter(pk=notice_id) if notice_id else rows).update(read_at=now)


def set_muted(*, actor: Actor, kind: str, muted: bool, now: datetime) -> None:
    """Stop or resume mails of one kind; notices in the app stay. Refuses `notices.kind.never_muted`."""
    if kind not in KINDS:
        raise NotFound()
    if KINDS[kind].security:
        raise KindNeverMuted()
    if muted:
        Mute.objects.get_or_create(user_id=actor.uuid, kind=kind, defaults={"since": now})
    else:
        Mute.objects.filter(user_id=actor.uuid, kind=kind).delete()
