"""The queue: fair in order, honest about the wait, taken once."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kefu.core.actor import Actor
from kefu.desk import actions, queries, rules
from kefu.desk.actions import refusals
from kefu.desk.models import Conversation
from kefu.identity import actions as identity
from kefu.identity import queries as people

NOBODY = Actor(kind="system", id="kefu")


def customers(count: int, now: datetime) -> list[Actor]:
    made = []
    for number in range(count):
        person = identity.register_customer(
            actor=NOBODY,
            phone=f"+86139{number:08d}",
            name=f"客户{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
            password="",
            now=now,
        )
        made.append(people.actor_for_user(person.id))
    return made


def wait_in_line(actor: Actor, at: datetime, priority: int = rules.OTHER) -> UUID:
    opened = actions.open_conversation(customer_id=actor.uuid, now=at)
    actions.queue_conversation(actor=actor, conversation_id=opened.id, reason="human", priority=priority, now=at)
    return opened.id


@pytest.mark.django_db
@pytest.mark.row("A-04")
def test_first_come_first_served_and_urgent_sooner(cast: Any, now: datetime) -> None:
    people_ = customers(5, now)
    minute = timedelta(minutes=1)
    first = wait_in_line(people_[0], now)
    second = wait_in_line(people_[1], now + minute)
    money = wait_in_line(people_[2], now + 2 * minute, rules.MONEY)
    urgent = wait_in_line(people_[3], now + 3 * minute, rules.EMERGENCY)
    late = wait_in_line(people_[4], now + 20 * minute, rules.LOCKED_OUT)
    order = [urgent, money, first, second, late]
    places = [queries.place_in_queue(one, now=now + 20 * minute) for one in order]
    assert [place.position for place in places if place] == [1, 2, 3, 4, 5]
    assert [row.conversation.id for row in queries.queue_for(cast.chen).waiting] == order
    taken = [actions.take_next(actor=cast.chen, now=now + 20 * minute) for _ in order]
    assert [one.id for one in taken if one] == order
    assert queries.place_in_queue(first, now=now) is None


@pytest.mark.django_db
def test_asking_again_keeps_the_place_and_a_better_reason_moves_up(cast: Any, now: datetime) -> None:
    first, second = customers(2, now)
    one, two = wait_in_line(first, now), wait_in_line(second, now + timedelta(minutes=1))
    actions.queue_conversation(actor=first, conversation_id=one, reason="human", now=now + timedelta(minutes=5))
    assert queries.place_in_queue(one, now=now).position == 1  # type: ignore[union-attr]
    actions.queue_conversation(
        actor=second, conversation_id=two, reason="scam_report", priority=rules.EMERGENCY, now=now
    )
    assert queries.place_in_queue(two, now=now).position == 1  # type: ignore[union-attr]
    actions.leave_queue(actor=second, conversation_id=two, now=now)
    assert queries.conversation_for(second, two).status == "BOT"
    with pytest.raises(refusals.NotWaiting):
        actions.leave_queue(actor=second, conversation_id=two, now=now)


@pytest.mark.django_db
@pytest.mark.row("A-04")
def test_the_wait_is_said_honestly(cast: Any, now: datetime) -> None:
    nobody = queries.wait_now(now=now)
    assert (nobody.wait_low_s, nobody.wait_high_s, nobody.agents_online) == (None, None, 0)
    actions.set_presence(actor=cast.chen, status="online", capacity=2, now=now)
    free = queries.wait_now(now=now)
    assert (free.wait_low_s, free.wait_high_s, free.agents_online) == (0, 60, 1)
    lines = [wait_in_line(one, now) for one in customers(6, now)]
    for _ in range(2):
        actions.take_next(actor=cast.chen, now=now)
    with pytest.raises(refusals.AgentFull):
        actions.take_next(actor=cast.chen, now=now)
    place = queries.place_in_queue(lines[5], now=now)
    assert place is not None
    assert place.position == 4
    assert 200 < place.wait_low_s < place.wait_high_s < 900  # type: ignore[operator]
    gone = queries.place_in_queue(lines[5], now=now + timedelta(minutes=2))
    assert gone == queries.Place(4, None, None, 0)


@pytest.mark.django_db
def test_handling_time_is_measured(cast: Any, now: datetime) -> None:
    assert queries.handling_s(now=now) == rules.HANDLING_DEFAULT_S
    for number, one in enumerate(customers(6, now)):
        line = wait_in_line(one, now)
        actions.take_conversation(actor=cast.chen, conversation_id=line, now=now)
        actions.close_conversation(
            actor=cast.chen,
            conversation_id=line,
            summary="好了",
            now=now + timedelta(seconds=100 + 20 * number),
        )
    assert queries.handling_s(now=now + timedelta(hours=1)) == pytest.approx(150)
    assert queries.handling_s(now=now + timedelta(days=8)) == rules.HANDLING_DEFAULT_S


@pytest.mark.django_db
def test_presence_ends_in_silence_and_the_unanswered_go_back(cast: Any, now: datetime) -> None:
    one, two = customers(2, now)
    actions.set_presence(actor=cast.chen, status="online", now=now)
    asked, answered = wait_in_line(one, now), wait_in_line(two, now)
    for line, customer in ((asked, one), (answered, two)):
        actions.take_conversation(actor=cast.chen, conversation_id=line, now=now)
        actions.add_message(actor=customer, conversation_id=line, message_id=uuid4(), body="在吗", now=now)
    actions.add_message(actor=cast.chen, conversation_id=answered, message_id=uuid4(), body="在的", now=now)
    later = now + timedelta(seconds=70)
    assert actions.sweep_presence(now=later) == 0
    assert queries.agents_present(now=later) == []
    assert queries.presence_of(cast.chen).status == "away"  # type: ignore[union-attr]
    assert actions.beat_presence(actor=cast.chen, now=later) == "online"
    assert [one.staff_no for one in queries.agents_present(now=later)] == ["1024"]
    lost = later + timedelta(minutes=4)
    assert actions.sweep_presence(now=lost) == 1
    states = dict(Conversation.objects.values_list("pk", "status"))
    assert (states[asked], states[answered]) == ("WAITING", "ASSIGNED")
    assert Conversation.objects.get(pk=asked).queued_at == now


@pytest.mark.django_db
def test_lists_of_the_desk(cast: Any, now: datetime, django_assert_max_num_queries: Any) -> None:
    one, two, three, four = customers(4, now)
    mine, theirs = wait_in_line(one, now), wait_in_line(two, now)
    wait_in_line(three, now)
    actions.open_conversation(customer_id=four.uuid, now=now)
    actions.take_conversation(actor=cast.chen, conversation_id=mine, now=now)
    actions.take_conversation(actor=cast.li, conversation_id=theirs, now=now)
    actions.add_message(actor=one, conversation_id=mine, message_id=uuid4(), body="你好", now=now)
    with django_assert_max_num_queries(1):
        lists = queries.queue_for(cast.chen)
    assert [len(part) for part in (lists.waiting, lists.mine, lists.others, lists.assistant)] == [1, 1, 1, 1]
    assert (lists.mine[0].excerpt, lists.mine[0].unread) == ("你好", 1)


PEOPLE = (
    "INSERT INTO desk_conversation (id, no, customer_id, customer_label, status, staff_label, staff_no, "
    "language, intent, reason, priority, opened_at, queued_at, rank_at, summary, last_seq) "
    "VALUES (%s, %s, gen_random_uuid(), "
    "'林**', 'WAITING', '', '', 'zh-hans', '', '', 3, now(), now(), now(), '', 0)"
)


def _both(dsn: str, act: Callable[[psycopg.Connection[Any], str], bool]) -> list[bool]:
    """Two agents act at the same moment: both have looked before either has written."""
    barrier, won = threading.Barrier(2), []

    def run(agent: str) -> None:
        with psycopg.connect(dsn) as connection:
            connection.execute("SELECT status FROM desk_conversation")
            barrier.wait(5)
            won.append(act(connection, agent))

    threads = [threading.Thread(target=run, args=[agent]) for agent in ("1024", "1031")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return won


def test_without_compare_and_set_two_agents_would_have_it(clone_db: str) -> None:
    """A copy of the take that looks and then writes: both think they won. The real one: exactly one."""
    with psycopg.connect(clone_db, autocommit=True) as connection:
        connection.execute(PEOPLE, [uuid4(), "K1"])
    barrier = threading.Barrier(2)

    def look_then_write(connection: psycopg.Connection[Any], agent: str) -> bool:
        row = connection.execute("SELECT status FROM desk_conversation").fetchone()
        barrier.wait(5)
        if row != ("WAITING",):
            return False
        set_ = "UPDATE desk_conversation SET status = 'ASSIGNED', staff_no = %s, staff_id = gen_random_uuid()"
        connection.execute(set_, [agent])
        return True

    assert _both(clone_db, look_then_write) == [True, True]


@pytest.mark.row("A-02")
def test_two_agents_never_take_the_same_customer(clone_db: str) -> None:
    """The real actions, again and again, by two agents at the same moment."""
    script = RACE.replace("ROUNDS", "6")
    environment = {**os.environ, "DATABASE_URL": clone_db, "DJANGO_SETTINGS_MODULE": "kefu.config.settings"}
    environment["PYTHONPATH"] = "src"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "taken 6 refused 6 next 6 none 0"


RACE = """
import threading, django
django.setup()
from uuid import uuid4
from django.db import connection
from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.desk import actions
from kefu.desk.actions.refusals import AlreadyTaken
from kefu.desk.models import Presence
from kefu.identity import actions as identity, queries as people

now = clock.now()
agents = []
for number in ("1024", "1031"):
    person = identity.register_staff(
        actor=SYSTEM, staff_no=number, name="甲", alias="甲" + number, role="agent",
        password="seven calm cats on a wall", now=now)
    agents.append(people.actor_for_user(person.id))
    actions.set_presence(actor=agents[-1], status="online", capacity=99, now=now)
lines = []
for number in range(ROUNDS * 2):
    person = identity.register_customer(
        actor=SYSTEM, phone=f"+86137{number:08d}", name="客户甲", password="", now=now)
    customer = people.actor_for_user(person.id)
    opened = actions.open_conversation(customer_id=customer.uuid, now=now)
    actions.queue_conversation(actor=customer, conversation_id=opened.id, reason="human", now=now)
    lines.append(opened.id)

person = identity.register_customer(actor=SYSTEM, phone="+8613700009999", name="客户乙", password="", now=now)
opened = set()
gate = threading.Barrier(4)
def open_one():
    gate.wait(10)
    opened.add(actions.open_conversation(customer_id=person.id, now=now).id)
    connection.close()
openers = [threading.Thread(target=open_one) for _ in range(4)]
[t.start() for t in openers]
[t.join() for t in openers]
assert len(opened) == 1, opened

outcome = {"taken": 0, "refused": 0, "next": set()}
guard = threading.Lock()
barrier = threading.Barrier(2)

def run(agent):
    for line in lines[-ROUNDS:]:
        barrier.wait(10)
        try:
            actions.take_conversation(actor=agent, conversation_id=line, now=now)
            with guard: outcome["taken"] += 1
        except AlreadyTaken:
            with guard: outcome["refused"] += 1
    for _ in range(ROUNDS // 2):
        barrier.wait(10)
        got = actions.take_next(actor=agent, now=now)
        with guard: outcome["next"].add(got.id if got else None)
    connection.close()

threads = [threading.Thread(target=run, args=[agent]) for agent in agents]
[t.start() for t in threads]
[t.join() for t in threads]
none = 1 if None in outcome["next"] else 0
print("taken", outcome["taken"], "refused", outcome["refused"], "next", len(outcome["next"]), "none", none)
"""
