"""The life of a conversation, as customer, assistant and agents live it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, transaction

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry, OutboxEvent
from kefu.core.refusal import NotFound
from kefu.desk import actions, queries, rules
from kefu.desk.actions import conversation, refusals
from kefu.desk.models import Conversation, Message
from kefu.identity import queries as people

pytestmark = pytest.mark.django_db
ASSISTANT = Actor(kind="system", id="assistant", label="AI")


@pytest.fixture
def talk(cast: Any, now: datetime) -> queries.ConversationView:
    """小林's conversation with one message in it."""
    opened = actions.open_conversation(customer_id=cast.lin.uuid, now=now)
    say(cast.lin, opened.id, now, "充了200块一个小时了还没到账")
    return opened


def say(actor: Actor, conversation_id: UUID, now: datetime, body: str = "在吗", **given: Any) -> queries.MessageView:
    asked = {"message_id": uuid4(), "kind": "text"} | given
    return actions.add_message(actor=actor, conversation_id=conversation_id, body=body, now=now, **asked)


def queue(cast: Any, talk: queries.ConversationView, now: datetime, **given: Any) -> queries.ConversationView:
    asked = {"actor": cast.lin, "reason": "topup_not_arrived", "priority": rules.MONEY} | given
    return actions.queue_conversation(conversation_id=talk.id, now=now, **asked)


def take(actor: Actor, talk: queries.ConversationView, now: datetime) -> queries.ConversationView:
    return actions.take_conversation(actor=actor, conversation_id=talk.id, now=now)


def test_one_open_conversation_a_customer(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    assert actions.open_conversation(customer_id=cast.lin.uuid, now=now).id == talk.id
    assert actions.open_conversation(customer_id=cast.zhou.uuid, now=now).id != talk.id
    assert talk.status == "BOT"
    assert talk.customer_label == "林**"
    with pytest.raises(NotFound):
        actions.open_conversation(customer_id=cast.chen.uuid, now=now)


@pytest.mark.row("A-02")
def test_the_whole_way(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    """Asked, queued, taken, answered, closed with a summary; name and 工号 on all that is human."""
    queue(cast, talk, now)
    taken = take(cast.chen, talk, now + timedelta(minutes=2))
    assert (taken.status, taken.staff_label, taken.staff_no) == ("ASSIGNED", "陈工", "1024")
    answer = say(cast.chen, talk.id, now + timedelta(minutes=3), "您好，我来查。")
    assert (answer.author_label, answer.staff_no, answer.author_kind) == ("陈工", "1024", "staff")
    closed = actions.close_conversation(
        actor=cast.chen, conversation_id=talk.id, summary="充值已入账。", now=now + timedelta(minutes=9)
    )
    assert closed.status == "CLOSED"
    said = queries.messages_for(cast.lin, talk.id)
    assert [one.seq for one in said] == [1, 2, 3, 4, 5]
    assert "陈工" in said[2].body
    last = said[-1]
    for part in ("充值已入账。", "陈工", "1024", talk.no):
        assert part in last.body
    assert [row.action for row in AuditEntry.objects.filter(subject=f"conversation:{talk.id}").order_by("id")][-1] == (
        "desk.close_conversation"
    )
    told = OutboxEvent.objects.filter(kind="desk.message", payload__message=str(answer.id)).get()
    assert set(told.topics) == {
        f"customer:{cast.lin.id}",
        f"conversation:{talk.id}",
        f"staff:{cast.chen.id}",
        "desk",
    }


def test_sent_twice_it_is_said_once(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    key = uuid4()
    first = say(cast.lin, talk.id, now, "还有一件事", message_id=key)
    assert say(cast.lin, talk.id, now, "还有一件事", message_id=key) == first
    with pytest.raises(refusals.MessageIdReused):
        say(cast.lin, talk.id, now, "别的", message_id=key)


def test_another_customers_conversation_looks_like_none(
    cast: Any, talk: queries.ConversationView, now: datetime
) -> None:
    for attempt in (
        lambda: queries.conversation_for(cast.zhou, talk.id),
        lambda: queries.messages_for(cast.zhou, talk.id),
        lambda: say(cast.zhou, talk.id, now),
        lambda: queue(cast, talk, now, actor=cast.zhou),
        lambda: actions.mark_read(actor=cast.zhou, conversation_id=talk.id, seq=1, now=now),
        lambda: actions.close_conversation(actor=cast.zhou, conversation_id=talk.id, summary="", now=now),
        lambda: actions.say_typing(actor=cast.zhou, conversation_id=talk.id),
        lambda: actions.take_conversation(actor=cast.zhou, conversation_id=talk.id, now=now),
        lambda: actions.add_note(actor=cast.lin, conversation_id=talk.id, message_id=uuid4(), body="x", now=now),
        lambda: queries.conversation_for(cast.qian, talk.id),
        lambda: queries.conversation_for(cast.lin, uuid4()),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert queries.current_conversation_for(cast.zhou) is None


@pytest.mark.row("A-02")
def test_only_who_has_it_answers(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    with pytest.raises(refusals.NotTaken):
        say(cast.chen, talk.id, now)
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    with pytest.raises(refusals.AlreadyTaken) as told:
        take(cast.li, talk, now)
    assert "陈工" in told.value.reader_text()
    with pytest.raises(refusals.NotYours) as told:
        say(cast.li, talk.id, now)
    assert "1024" in told.value.reader_text()
    with pytest.raises(refusals.AssistantSilent):
        say(ASSISTANT, talk.id, now, kind="answer")
    assert take(cast.chen, talk, now).status == "ASSIGNED"


def test_the_right_to_see_the_customer_comes_and_goes_with_it(
    cast: Any, talk: queries.ConversationView, now: datetime
) -> None:
    def may_see(actor: Actor, at: datetime) -> bool:
        return people.grant_between(staff_id=actor.uuid, customer_id=cast.lin.uuid, now=at) is not None

    assert not may_see(cast.chen, now)
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    assert may_see(cast.chen, now)
    actions.set_presence(actor=cast.li, status="online", now=now)
    actions.hand_over(actor=cast.chen, conversation_id=talk.id, to_staff_id=cast.li.uuid, reason="换班", now=now)
    assert (may_see(cast.chen, now), may_see(cast.li, now)) == (False, True)
    actions.close_conversation(actor=cast.li, conversation_id=talk.id, summary="好了", now=now)
    assert not may_see(cast.li, now)


def test_handing_over(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    with pytest.raises(refusals.AgentAway):
        actions.hand_over(actor=cast.chen, conversation_id=talk.id, to_staff_id=cast.li.uuid, reason="换班", now=now)
    with pytest.raises(refusals.NotYours):
        actions.hand_over(actor=cast.li, conversation_id=talk.id, reason="", now=now)
    later = now + timedelta(minutes=30)
    back = actions.hand_over(actor=cast.chen, conversation_id=talk.id, reason="要专人", now=later)
    assert (back.status, back.queued_at, back.staff_id) == ("WAITING", now, None)
    actions.set_presence(actor=cast.li, status="online", now=later)
    assert actions.take_next(actor=cast.li, now=later).staff_no == "1031"  # type: ignore[union-attr]
    given = actions.hand_over(actor=cast.zhao, conversation_id=talk.id, to_staff_id=None, reason="主管", now=later)
    assert given.status == "WAITING"


def test_notes_are_for_staff(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    note = actions.add_note(actor=cast.li, conversation_id=talk.id, message_id=uuid4(), body="上月也投诉过", now=now)
    assert note.id in [one.id for one in queries.messages_for(cast.chen, talk.id)]
    assert note.id not in [one.id for one in queries.messages_for(cast.lin, talk.id)]
    assert note.id not in [one.id for one in queries.timeline_for(cast.lin)]
    assert note.id in [one.id for one in queries.timeline_for(cast.chen, customer_id=cast.lin.uuid)]
    told = OutboxEvent.objects.get(payload__message=str(note.id))
    assert told.topics == ["desk"]
    assert "上月" not in str(told.payload)


@pytest.mark.row("S-06")
def test_an_agent_never_asks_for_a_secret(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    with pytest.raises(refusals.AsksForSecret) as told:
        say(cast.chen, talk.id, now, "请把短信验证码发给我")
    assert "验证码" in told.value.reader_text()
    with pytest.raises(refusals.AsksForSecret):
        actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary="请把密码发给我", now=now)
    kept = say(cast.chen, talk.id, now, "您刚才发的密码是 hunter22，请尽快改掉")
    assert "hunter22" not in kept.body


def test_marks(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    assert actions.mark_read(actor=cast.li, conversation_id=talk.id, seq=9, now=now) == 0
    assert actions.mark_delivered(actor=cast.chen, conversation_id=talk.id, seq=9, now=now) == 1
    assert actions.mark_read(actor=cast.chen, conversation_id=talk.id, seq=9, now=now) == 1
    assert actions.mark_read(actor=cast.chen, conversation_id=talk.id, seq=9, now=now) == 0
    answer = say(cast.chen, talk.id, now)
    assert actions.mark_read(actor=cast.lin, conversation_id=talk.id, seq=answer.seq, now=now) >= 1
    read = {one.seq: one.read_at for one in queries.messages_for(cast.chen, talk.id)}
    assert read[1] == read[answer.seq] == now
    assert OutboxEvent.objects.filter(kind="desk.read").count() == 3


@pytest.mark.parametrize("body", ["", "   ", "好" * 4001, "a\0b"])
def test_what_cannot_be_said_is_refused(cast: Any, talk: queries.ConversationView, now: datetime, body: str) -> None:
    with pytest.raises(refusals.MessageUnfit):
        say(cast.lin, talk.id, now, body)


def test_closing_needs_a_summary_and_is_final(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    with pytest.raises(refusals.SummaryMissing):
        actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary=" ", now=now)
    actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary="好了", now=now)
    for attempt in (
        lambda: say(cast.chen, talk.id, now),
        lambda: take(cast.li, talk, now),
        lambda: queue(cast, talk, now),
        lambda: actions.hand_over(actor=cast.chen, conversation_id=talk.id, reason="", now=now),
        lambda: actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary="x", now=now),
    ):
        with pytest.raises(refusals.Closed):
            attempt()
    say(SYSTEM, talk.id, now, "工单 C1 已处理完", kind="event")


def test_writing_again_soon_meets_the_same_agent(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    actions.set_presence(actor=cast.chen, status="online", now=now)
    actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary="好了", now=now)
    soon = actions.open_conversation(customer_id=cast.lin.uuid, now=now + timedelta(seconds=50))
    assert (soon.id, soon.status, soon.staff_no) == (talk.id, "ASSIGNED", "1024")
    assert queries.handler_of(cast.lin.uuid).label == "陈工"  # type: ignore[union-attr]


def test_writing_again_to_an_absent_agent_meets_the_assistant(
    cast: Any, talk: queries.ConversationView, now: datetime
) -> None:
    queue(cast, talk, now)
    take(cast.chen, talk, now)
    actions.close_conversation(actor=cast.chen, conversation_id=talk.id, summary="好了", now=now)
    soon = actions.open_conversation(customer_id=cast.lin.uuid, now=now + timedelta(minutes=14))
    assert (soon.id, soon.status, soon.staff_id) == (talk.id, "BOT", None)
    actions.close_conversation(actor=cast.lin, conversation_id=talk.id, summary="", now=now + timedelta(minutes=15))
    later = actions.open_conversation(customer_id=cast.lin.uuid, now=now + timedelta(minutes=31))
    assert (later.id != talk.id, later.status) == (True, "BOT")
    assert queries.current_conversation_for(cast.lin).id == later.id  # type: ignore[union-attr]


def test_said_stays_said(cast: Any, talk: queries.ConversationView) -> None:
    """The application's own role can neither change nor remove what was said."""
    for attempt in (lambda: Message.objects.update(body="x"), lambda: Message.objects.all().delete(),
                    lambda: Conversation.objects.all()._raw_delete("default")):  # fmt: skip
        with pytest.raises(ProgrammingError), transaction.atomic():
            attempt()


def test_events_are_told_in_the_customers_language(cast: Any, talk: queries.ConversationView, now: datetime) -> None:
    Conversation.objects.filter(pk=talk.id).update(language="en")
    queue(cast, talk, now)
    event = queries.messages_for(cast.lin, talk.id)[-1]
    assert event.data["event"] == "queued"
    assert event.author_kind == "system"


def test_said_between_look_and_take_keeps_its_number(
    cast: Any, talk: queries.ConversationView, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The taker looks, the customer speaks, the taker takes: the next number follows what was said."""
    queue(cast, talk, now)
    monkeypatch.setattr(conversation, "_check_capacity", lambda _actor: say(cast.lin, talk.id, now, "还在吗"))
    take(cast.chen, talk, now)
    assert [one.seq for one in queries.messages_for(cast.lin, talk.id)] == [1, 2, 3, 4]
