"""Taking in what is said to us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from kefu.channels import events, rules
from kefu.channels.models import Incoming, Line
from kefu.channels.queries import IncomingView, threads_waiting, view_of
from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.events import announce
from kefu.core.models import StoredFile
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound, Refusal
from kefu.core.relay import wake_relay


class BodyTooLong(Refusal):
    code = "channels.incoming.too_long"
    status = 422
    text = _("这条消息太长（最多 %(most)s 字），没有发出。请分成几条发送。")
    operator = "body of %(given)s characters, most is %(most)s"


class BodyUnreadable(Refusal):
    code = "channels.incoming.unreadable"
    status = 422
    text = _("这条消息里有无法显示的字符，没有发出。请改用文字，或以图片、PDF 附件发送。")
    operator = "body holds NUL or broken UTF-16"


class BodyEmpty(Refusal):
    code = "channels.incoming.empty"
    status = 422
    text = _("消息是空的，没有发出。请先写点什么。")
    operator = "neither words nor files"


class TooManyFiles(Refusal):
    code = "channels.incoming.too_many_files"
    status = 422
    text = _("一条消息最多带 %(most)s 个附件，没有发出。请分成几条发送。")
    operator = "%(given)s files, most is %(most)s"


class TooFast(Refusal):
    code = "channels.incoming.too_fast"
    status = 429
    text = _("消息发得太快了，这条还没有送出，稍等几秒会自动重试。之前的消息都已收到。")
    operator = "more than %(most)s messages in %(window)s s in one thread"


class IdReused(Refusal):
    code = "channels.incoming.id_reused"
    text = _("这条消息的编号已用于另一条消息，没有再次保存。请刷新页面后重发。")
    operator = "outside id was used before for something else"


@transaction.atomic
def accept_incoming(
    *,
    actor: Actor,
    line: str,
    outside_id: UUID,
    thread: UUID | str,
    body: str,
    file_ids: Sequence[UUID] = (),
    happened_at: datetime,
    now: datetime,
) -> IncomingView:
    """Write down what came in on `line`, masked, once for each `outside_id`, and have its thread's job woken.

    The same id with the same words gets the first answer, however often it is sent. Refuses what is empty,
    too long, no text, too fast, another's file or thread (looks like nothing), an id used for other words.
    """
    thread = str(thread)
    if actor.kind == "customer" and actor.id != thread:
        raise NotFound()
    if not rules.is_text(body):
        raise BodyUnreadable()
    if len(body) > rules.LONGEST_BODY:
        raise BodyTooLong(given=len(body), most=rules.LONGEST_BODY)
    masked = redact(rules.clean_body(body))
    way = Line.objects.get(code=line)
    _lock_thread(thread)
    known = Incoming.objects.select_related("line").filter(line=way, outside_id=outside_id).first()
    if known is not None:
        same = (known.thread, known.author_ref, known.body) == (thread, actor.ref, masked.text)
        if not same or list(known.file_ids) != list(file_ids):
            raise IdReused()
        return view_of(known)
    _check_new(actor=actor, thread=thread, body=masked.text, file_ids=file_ids, now=now)
    row = Incoming(
        line=way,
        outside_id=outside_id,
        thread=thread,
        author_ref=actor.ref,
        body=masked.text,
        found=list(masked.found),
        file_ids=list(file_ids),
        at=min(happened_at, now),
        heard_at=now,
    )
    _write(row, actor=actor, now=now)
    return view_of(row)


def _write(row: Incoming, *, actor: Actor, now: datetime) -> None:
    """Keep it, and have its thread's job woken after the commit."""
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        action="channels.accept_incoming",
        subject=f"incoming:{row.pk}",
        now=now,
        data={"line": row.line.code, "thread": row.thread, "found": row.found},
    )
    announce(
        kind=events.INCOMING,
        key=row.thread,
        topics=(),
        payload={"thread": row.thread, "incoming": row.pk},
        now=now,
    )
    wake_relay()


def _lock_thread(thread: str) -> None:
    """Two sends into one thread wait for each other: ids then follow commits, and what drains in order of ids
    cannot pass over one that commits late. It also makes the first of two equal ids visible to the second.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"thread:{thread}"])


def _check_new(*, actor: Actor, thread: str, body: str, file_ids: Sequence[UUID], now: datetime) -> None:
    if not body and not file_ids:
        raise BodyEmpty()
    if len(file_ids) > rules.MOST_FILES:
        raise TooManyFiles(given=len(file_ids), most=rules.MOST_FILES)
    own = StoredFile.objects.filter(pk__in=file_ids, owner_ref=actor.ref).count()
    if own != len(set(file_ids)) or own != len(file_ids):
        raise NotFound()
    since = now - timedelta(seconds=rules.RATE_WINDOW_S)
    if Incoming.objects.filter(thread=thread, heard_at__gt=since).count() >= rules.RATE_LIMIT:
        raise TooFast(most=rules.RATE_LIMIT, window=rules.RATE_WINDOW_S)


@transaction.atomic
def remind_waiting(*, now: datetime) -> int:
    """Tell again of threads where something has waited for more than half a minute; returns how many.

    None does, unless its job failed for good or was taken away by hand. For the periodic task.
    """
    threads = threads_waiting(before=now - rules.WAITS_TOO_LONG)
    for thread in threads:
        payload = {"thread": thread, "incoming": None}
        announce(kind=events.INCOMING, key=thread, topics=(), payload=payload, now=now)
    return len(threads)


def mark_handled(*, incoming_id: int, now: datetime) -> bool:
    """Say that the thread's job has dealt with it, in the transaction that dealt with it.

    False when another was first: then the caller has nothing to do. The row stays locked until the commit.
    """
    return Incoming.objects.filter(pk=incoming_id, handled_at=None).update(handled_at=now) == 1
