"""`./kefu ask --as LOGIN "text"`: one question as a customer of the running product, by the chat's own door."""

import argparse
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from kefu.cli.running.installation import joined
from kefu.cli.terminal import CannotRun, answer, say

HELP = "ask one question as a customer of the running product"
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.004


def run(argv: list[str]) -> int:
    """Print the answer with its sources; with `--json` the fields of the answer. Exit 1 when none came."""
    parser = argparse.ArgumentParser(prog="kefu ask", description=HELP)
    parser.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="the customer's phone")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder of the running product")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("text")
    options = parser.parse_args(argv)
    if not options.text.strip():
        raise CannotRun("the question is empty")
    with joined(options.data) as running:
        if running is None:
            raise CannotRun("nothing runs here; start it with ./kefu up", status=1)
        import django

        django.setup()
        fields = ask(login=options.login, text=options.text)
    if options.json:
        answer(fields)
    else:
        print(fields["answer"])
        for source in fields["sources"]:
            print(f"  · {source['kind']} {source['label'] or source['id']} {source['version']}".rstrip())
    return 0 if fields["answer"] else 1


def ask(*, login: str, text: str) -> dict[str, Any]:
    """Put the question and wait for the final answer (an “asking the bank…” is waited out). `ms` is wall time."""
    from kefu.channels.actions import accept_incoming
    from kefu.core import clock
    from kefu.core.ids import new_id
    from kefu.identity import queries as people

    person = people.find_customer_by_phone(login)
    if person is None:
        raise CannotRun(f"no customer signs in as {login!r}", status=1)
    actor = people.actor_for_user(person.id)
    began, now = time.monotonic(), clock.now()
    message = new_id()
    accept_incoming(
        actor=actor, line="webchat", outside_id=message, thread=str(person.id), body=text, happened_at=now, now=now
    )
    said = _wait_for_answer(actor.uuid, message)
    milliseconds = round((time.monotonic() - began) * 1000, 1)
    if said is None:
        say("no answer came; is the worker running?")
        said = {}
    return {
        "intent": said.get("intent"),
        "confidence": said.get("confidence"),
        "cause": said.get("cause", "unknown"),
        "answer": "\n".join([said.get("headline", ""), *said.get("paragraphs", [])]).strip(),
        "sources": said.get("sources", []),
        "facts": said.get("facts", {}),
        "actions": [{k: b[k] for k in ("code", "label", "level")} for b in said.get("buttons", [])],
        "handover": said.get("handover", False),
        "ms": milliseconds,
    }


def _wait_for_answer(customer: UUID, message: UUID) -> dict[str, Any] | None:
    """The data of the first final answer that stands after the question."""
    from kefu.core.actor import SYSTEM
    from kefu.desk import queries as talk

    deadline, seen = time.monotonic() + PATIENCE_SECONDS, None
    while time.monotonic() < deadline:
        said = talk.timeline_for(SYSTEM, customer_id=customer, limit=20)
        after = [m.id for m in said].index(message) + 1 if message in [m.id for m in said] else len(said)
        for one in said[after:]:
            if one.data.get("cause"):
                seen = one.data
                if seen["cause"] != "ASKING_BANK":
                    return seen
        time.sleep(POLL_SECONDS)
    return seen
