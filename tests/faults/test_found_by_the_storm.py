"""What the storm found once, reduced, so that it stays away."""

import os
import subprocess
import sys
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

CLOSE_WHILE_TAKING_IN = """
import threading, django
django.setup()
from uuid import uuid4
from django.db import connection, transaction
from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.desk import actions, queries
from kefu.identity import actions as identity, queries as people

now = clock.now()
person = identity.register_customer(actor=SYSTEM, phone="+8613700001111", name="客户甲", password="", now=now)
customer = people.actor_for_user(person.id)
opened = actions.open_conversation(customer_id=customer.uuid, now=now)
found = threading.Event()

def close():
    found.wait(5)
    actions.close_conversation(actor=SYSTEM, conversation_id=opened.id, summary="", now=clock.now())
    connection.close()

closer = threading.Thread(target=close)
closer.start()
with transaction.atomic():
    again = actions.open_conversation(customer_id=customer.uuid, now=now)
    found.set()
    closer.join(0.5)
    actions.add_message(
        actor=customer, conversation_id=again.id, message_id=uuid4(), body="还在吗", kind="text", now=now)
closer.join(5)
said = [m.body for m in queries.messages_for(customer, opened.id) if m.kind == "text"]
print(said, queries.conversation_for(SYSTEM, opened.id).status)
"""


def test_message_that_comes_while_the_agent_closes_is_taken_in(clone_db: str) -> None:
    environment = {**os.environ, "DATABASE_URL": clone_db, "DJANGO_SETTINGS_MODULE": "kefu.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", CLOSE_WHILE_TAKING_IN],
        env=environment | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "['还在吗'] CLOSED"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["BOT", "ASSIGNED", "CLOSED"])
def test_word_of_the_bank_is_told_once_whatever_became_of_the_talk(cast: Any, now: datetime, state: str) -> None:
    """The worker was killed after it had told it: the second time finds other words, and leaves the first."""
    from kefu.assistant import conversation
    from kefu.assistant.answer import Answer
    from kefu.core.actor import SYSTEM
    from kefu.desk import actions as desk
    from kefu.desk import queries as talk

    opened = desk.open_conversation(customer_id=cast.lin.uuid, now=now)
    if state == "ASSIGNED":
        desk.take_conversation(actor=cast.chen, conversation_id=opened.id, now=now)
    if state == "CLOSED":
        desk.close_conversation(actor=SYSTEM, conversation_id=opened.id, summary="", now=now)
    message = uuid4()
    for words in ("已经到账，余额 ¥200.00", "已经到账，余额 ¥180.00"):
        conversation.post(opened.id, Answer("topup_not_arrived", 1.0, "AUTO_FIXED", words), message_id=message, now=now)
    said = [m for m in talk.messages_for(cast.lin, opened.id) if m.id == message]
    assert [m.body for m in said] == ["已经到账，余额 ¥200.00"]
    assert said[0].kind == ("answer" if state == "BOT" else "event")
