"""What leaves by SMS and mail: written sealed with its fact, handed over by a task, shredded after.

At least once: a message waits until its provider has taken it or its time is over. Whoever sends takes a lease on the
row first, so two tasks never send the same message at once; a sender that dies between handing over and writing it
down leaves one repeat under the same Message-ID, never a loss.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.module_loading import import_string

from kefu.core import events
from kefu.core.actor import SYSTEM
from kefu.core.ids import new_id
from kefu.core.masks import mask_email, mask_phone
from kefu.core.transition import transition
from kefu.identity import actions as identity
from kefu.notices import wording
from kefu.notices.backends import Undeliverable
from kefu.notices.events import QUEUED
from kefu.notices.models import Outgoing
from kefu.notices.sealing import seal, unseal

CODE_MINUTES = 10
MAIL_LASTS = timedelta(days=2)
LEASE = {Outgoing.SMS: timedelta(minutes=1), Outgoing.MAIL: timedelta(minutes=5)}
"""How long a sender may take; after it the message is anybody's again."""
PAUSES = {
    Outgoing.SMS: (timedelta(seconds=5), timedelta(minutes=1)),
    Outgoing.MAIL: (timedelta(seconds=30), timedelta(hours=1)),
}
"""The wait after a first failure, doubled after each further one, and the longest wait."""

log = logging.getLogger(__name__)


def send_code(*, phone: str, code: str, now: datetime, purpose: str = "", language: str = "zh-hans") -> UUID:
    """Put a one-time code on its way by SMS, within the caller's transaction. Only the sealed text is kept."""
    text = wording.code_words(code, purpose, CODE_MINUTES, language)
    until = now + timedelta(minutes=CODE_MINUTES)
    return queue(line=Outgoing.SMS, purpose=f"code:{purpose}", fields={"to": phone, "text": text}, until=until, now=now)


def send_mail_code(*, email: str, code: str, now: datetime, user_id: UUID, language: str = "zh-hans") -> UUID:
    """Put a one-time code that proves a mail address on its way, within the caller's transaction."""
    fields = wording.code_mail(code, CODE_MINUTES, language)
    until = now + timedelta(minutes=CODE_MINUTES)
    return queue(
        line=Outgoing.MAIL,
        purpose="code:confirm_email",
        fields={"to": email, **fields},
        user_id=user_id,
        until=until,
        now=now,
    )


def queue(
    *,
    line: str,
    purpose: str,
    fields: Mapping[str, str],
    until: datetime,
    now: datetime,
    key: str = "",
    user_id: UUID | None = None,
    not_before: datetime | None = None,
) -> UUID:
    """Write one message that is to leave, once for each `key`; `fields` are sealed (to, subject, text, html)."""
    row = new_id()
    to = fields["to"]
    Outgoing.objects.create(
        id=row,
        key=key or str(row),
        line=line,
        purpose=purpose,
        user_id=user_id,
        to_masked=mask_phone(to) if line == Outgoing.SMS else mask_email(to),
        sealed=seal(row, {"subject": "", "html": "", **fields}),
        made_at=now,
        next_try_at=not_before or now,
        until=max(until, not_before + MAIL_LASTS) if not_before else until,
    )
    events.announce(kind=QUEUED, key=str(row), topics=[], payload={"outgoing": str(row)}, now=now)
    return row


def send_outgoing(*, outgoing_id: UUID, now: datetime) -> bool:
    """Hand one waiting message to its provider, then shred its text. Network: from tasks only.

    True when it left now or before. False when it is not due, another task has it, it lapsed, the provider did not
    take it (it is tried again later), or it can never be delivered (BOUNCED; the address is marked).
    """
    row = Outgoing.objects.filter(pk=outgoing_id).first()
    if row is None or row.status != Outgoing.WAITING:
        return row is not None and row.status == Outgoing.SENT
    if row.until <= now:
        transition(Outgoing, row.pk, Outgoing.WAITING, Outgoing.LAPSED, sealed=b"", closed_at=now)
        return False
    if row.next_try_at > now:
        return False
    mine = Outgoing.objects.filter(pk=row.pk, status=Outgoing.WAITING, next_try_at=row.next_try_at)
    # Two tasks at once (the job of the fact, the sweep): the one that moves the time on has the message.
    if not mine.update(next_try_at=now + LEASE[row.line], tries=F("tries") + 1):
        return False
    return _hand_over(row, now=now)


def _hand_over(row: Outgoing, *, now: datetime) -> bool:
    fields = {"subject": "", "html": "", **unseal(row.id, bytes(row.sealed))}
    backend = import_string(settings.NOTICES_SMS if row.line == Outgoing.SMS else settings.NOTICES_MAIL)()
    given = {name: fields[name] for name in ("to", "subject", "text")}
    if row.line == Outgoing.MAIL:
        given["html"] = fields["html"]
    try:
        outside = backend.send(**given, key=row.id)
    except Undeliverable as problem:
        _bounced(row, fields["to"], problem, now=now)
        return False
    except Exception as problem:  # whatever a provider raises, the message must not be lost
        first, longest = PAUSES[row.line]
        wait = min(longest, first * 2 ** min(row.tries, 12))
        fault = type(problem).__name__
        Outgoing.objects.filter(pk=row.pk, status=Outgoing.WAITING).update(next_try_at=now + wait, fault=fault)
        log.warning("outgoing %s by %s was not taken (%s); again in %s", row.id, row.line, fault, wait)
        return False
    return transition(
        Outgoing, row.pk, Outgoing.WAITING, Outgoing.SENT, sealed=b"", closed_at=now, outside_id=str(outside), fault=""
    )


def _bounced(row: Outgoing, to: str, problem: Undeliverable, *, now: datetime) -> None:
    fault = f"{'address' if problem.address else 'message'} {problem.code}"
    closed = transition(
        Outgoing, row.pk, Outgoing.WAITING, Outgoing.BOUNCED, sealed=b"", closed_at=now, fault=fault
    )
    if closed and problem.address and row.user_id and not row.purpose.startswith("code:"):
        identity.note_bounce(actor=SYSTEM, user_id=row.user_id, email=to, now=now)


def due_outgoing(*, now: datetime, limit: int = 20) -> list[UUID]:
    """What waits to be tried again, or was left by a task that died: the longest due first."""
    rows = Outgoing.objects.filter(status=Outgoing.WAITING, next_try_at__lte=now, until__gt=now)
    return list(rows.order_by("next_try_at").values_list("id", flat=True)[:limit])


def lapse_outgoing(*, now: datetime) -> int:
    """Shred what is past its end and never left; returns how many."""
    late = Outgoing.objects.filter(status=Outgoing.WAITING, until__lte=now)
    return late.update(status=Outgoing.LAPSED, sealed=b"", closed_at=now)
