"""What is said to us is written down once, masked, in order, or refused with a sentence."""

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kefu.channels import actions, queries
from kefu.channels.models import Incoming
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.core.models import AuditEntry, OutboxEvent, StoredFile
from kefu.core.refusal import NotFound

pytestmark = pytest.mark.django_db
LIN = Actor(kind="customer", id=str(uuid4()), label="林**")
ZHOU = Actor(kind="customer", id=str(uuid4()))


def say(
    now: datetime, body: str = "充了200块一个小时了还没到账", actor: Actor = LIN, **given: Any
) -> queries.IncomingView:
    asked = {"outside_id": uuid4(), "thread": actor.uuid, "happened_at": now} | given
    return actions.accept_incoming(actor=actor, line="webchat", body=body, now=now, **asked)


@pytest.mark.row("C-01")
def test_sent_twice_it_is_written_once(now: datetime) -> None:
    key = uuid4()
    first = say(now, outside_id=key)
    again = say(now + timedelta(seconds=40), outside_id=key)
    assert again == first
    assert Incoming.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="channels.incoming").count() == 1
    assert AuditEntry.objects.filter(action="channels.accept_incoming").count() == 1
    assert [one.body for one in queries.waiting(LIN.id)] == ["充了200块一个小时了还没到账"]


def test_the_same_id_for_other_words_is_refused(now: datetime) -> None:
    key = uuid4()
    say(now, outside_id=key)
    for given in ({"body": "别的"}, {"actor": ZHOU}):
        with pytest.raises(actions.IdReused):
            say(now, outside_id=key, **given)


@pytest.mark.row("S-06")
def test_secrets_are_masked_before_they_are_written(now: datetime) -> None:
    kept = say(now, "我的验证码是 482913，卡号 6222 0200 0000 0007 帮我看看")
    assert "482913" not in kept.body
    assert "6222 0200" not in kept.body
    assert set(kept.found) == {"secret", "card"}
    assert "482913" not in str(list(AuditEntry.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("", actions.BodyEmpty),
        (" \u200b\n ".replace("\u200b", "\x07"), actions.BodyEmpty),
        ("好" * 4001, actions.BodyTooLong),
        ("a\0b", actions.BodyUnreadable),
        ("\ud83d", actions.BodyUnreadable),
    ],
)
def test_what_cannot_be_kept_is_refused(now: datetime, body: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        say(now, body)
    assert Incoming.objects.count() == 0


def test_strange_but_harmless_text_is_kept_to_the_letter(now: datetime) -> None:
    body = "<script>alert(1)</script> ' OR 1=1 -- {{ x }} %s\n😀 \u202eabc 𠮷"
    assert say(now, f"\x07{body}\r\n").body == body


def test_another_customers_thread_or_file_looks_like_none(now: datetime) -> None:
    with pytest.raises(NotFound):
        say(now, thread=ZHOU.uuid)
    theirs = stored(ZHOU, now)
    with pytest.raises(NotFound):
        say(now, file_ids=[theirs])
    assert say(now, "", file_ids=[stored(LIN, now)]).body == ""
    with pytest.raises(actions.TooManyFiles):
        say(now, file_ids=[stored(LIN, now) for _ in range(7)])


def stored(owner: Actor, now: datetime) -> UUID:
    row = StoredFile(id=new_id(), owner_ref=owner.ref, purpose="chat", name="a.png", media_type="image/png",
                     size=1, sha256="", path="", created_at=now)  # fmt: skip
    StoredFile.objects.bulk_create([row])
    return row.id


def test_a_flood_is_slowed_and_a_repeat_is_no_flood(now: datetime) -> None:
    key = uuid4()
    say(now, "第一条", outside_id=key)
    for number in range(59):
        say(now + timedelta(milliseconds=number), f"第 {number} 条")
    with pytest.raises(actions.TooFast):
        say(now + timedelta(seconds=1))
    assert say(now + timedelta(seconds=1), "第一条", outside_id=key).body == "第一条"
    say(now, actor=ZHOU)
    assert say(now + timedelta(seconds=61)).handled_at is None


def test_it_is_handled_once_and_waits_in_order(now: datetime) -> None:
    made = [say(now, f"第 {n} 条") for n in range(3)]
    assert [one.id for one in queries.waiting(LIN.id)] == [one.id for one in made]
    assert queries.threads_waiting(before=now + timedelta(seconds=1)) == [LIN.id]
    assert actions.mark_handled(incoming_id=made[0].id, now=now) is True
    assert actions.mark_handled(incoming_id=made[0].id, now=now) is False
    assert [one.id for one in queries.waiting(LIN.id)] == [one.id for one in made[1:]]


def test_what_waits_too_long_is_told_again(now: datetime) -> None:
    made = say(now)
    assert actions.remind_waiting(now=now + timedelta(seconds=20)) == 0
    assert actions.remind_waiting(now=now + timedelta(seconds=40)) == 1
    assert OutboxEvent.objects.filter(kind="channels.incoming", key=LIN.id).count() == 2
    actions.mark_handled(incoming_id=made.id, now=now)
    assert actions.remind_waiting(now=now + timedelta(seconds=60)) == 0


def test_said_in_the_future_is_said_now(now: datetime) -> None:
    assert say(now, happened_at=now + timedelta(days=1)).at == now


def test_the_application_cannot_take_back_what_came_in(now: datetime) -> None:
    from django.db import ProgrammingError, transaction

    say(now)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incoming.objects.all().delete()


INSERT = (
    "INSERT INTO channels_incoming "
    "(line_id, outside_id, thread, author_ref, body, found, file_ids, at, heard_at) "
    "SELECT id, gen_random_uuid(), 't', 'customer:1', %s, '{}', '{}', now(), now() FROM channels_line"
)


def _two_sends(dsn: str, lock: str) -> list[str]:
    """Two sends into one thread: the first takes its id and commits late. What a drain sees, in order."""
    seen: list[str] = []
    first, second = psycopg.connect(dsn), psycopg.connect(dsn)
    first.execute(lock)
    first.execute(INSERT, ["one"])

    def send_second() -> None:
        second.execute(lock)
        second.execute(INSERT, ["two"])
        second.commit()

    thread = threading.Thread(target=send_second)
    thread.start()
    thread.join(0.3)
    drain = psycopg.connect(dsn, autocommit=True)
    for finish in (lambda: None, first.commit):
        finish()
        thread.join(0.3)
        rows = drain.execute(
            "UPDATE channels_incoming SET handled_at = now() WHERE handled_at IS NULL RETURNING id, body"
        ).fetchall()
        seen += [body for _id, body in sorted(rows)]
    for connection in (first, second, drain):
        connection.close()
    return seen


def test_the_threads_lock_keeps_order(clone_db: str) -> None:
    """Without the lock the later message is drained first; with it ids follow commits."""
    assert _two_sends(clone_db, "SELECT 1") == ["two", "one"]
    with psycopg.connect(clone_db, autocommit=True) as connection:
        connection.execute("UPDATE channels_incoming SET thread = 'old'")
    locked = "SELECT pg_advisory_xact_lock(hashtextextended('thread:t', 1))"
    assert _two_sends(clone_db, locked) == ["one", "two"]
