"""Telling a customer, and what they have read."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.identity import queries as identity
from kefu.notices import wording
from kefu.notices.actions.outgoing import MAIL_LASTS, queue
from kefu.notices.actions.preference import quiet_until, wants_mail
from kefu.notices.events import TOLD
from kefu.notices.kinds import KINDS, SECURITY
from kefu.notices.models import Notice, Outgoing


def tell(
    *,
    actor: Actor,
    customer_id: UUID,
    kind: str,
    values: Mapping[str, object],
    ref: str,
    now: datetime,
    also_to: str = "",
) -> UUID:
    """Tell a customer, in the app and by mail where an address is confirmed; within the caller's transaction.

    `values` fill the words of `kind` (see `kinds`). What is lazy among them are words of ours: they are kept in the
    source language and said in the reader's, whenever it is read (`wording.TRANSLATED`, `Kind.words`). Instants are
    ISO text under names that end in `_at`. An unknown kind or a missing value raises at once: that is a bug of the
    caller. `also_to` is an address that was theirs a moment ago: whoever took it away must not be the only one who
    hears of it.
    """
    words = KINDS[kind]
    with override(settings.LANGUAGE_CODE):
        kept = {name: str(value) for name, value in values.items()}
    contact = identity.contact_of(customer_id)
    with transaction.atomic(), override(wording.language_of(contact.language)):
        wording.notice_words(words, kept, brand().zone)
        notice = Notice.objects.create(user_id=customer_id, kind=kind, values=kept, ref=ref, at=now)
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
        if words.mail and wants_mail(customer_id, words.group):
            for place, address in enumerate(dict.fromkeys(one for one in (contact.email, also_to) if one)):
                _mail(notice, address, key=f"notice:{notice.id}:mail:{place}", now=now)
    return notice.id


def _mail(notice: Notice, address: str, *, key: str, now: datetime) -> None:
    words = KINDS[notice.kind]
    waits = None if words.group == SECURITY else quiet_until(notice.user_id, now=now)
    queue(
        line=Outgoing.MAIL,
        purpose=notice.kind,
        key=key,
        user_id=notice.user_id,
        fields={"to": address, **wording.notice_mail(words, notice.values, notice.ref)},
        not_before=waits,
        until=now + MAIL_LASTS,
        now=now,
    )


def mark_read(*, actor: Actor, now: datetime, notice_id: UUID | None = None, group: str = "") -> int:
    """Mark one of the actor's notices as read, those of a group, or all; returns how many were unread."""
    rows = Notice.objects.filter(user_id=actor.uuid, read_at=None)
    if notice_id:
        rows = rows.filter(pk=notice_id)
    if group:
        rows = rows.filter(kind__in=[code for code, kind in KINDS.items() if kind.group == group])
    return rows.update(read_at=now)


