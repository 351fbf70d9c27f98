"""People to try things with, quick hashes, and a committed database for races."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connections

from kefu.core.actor import SYSTEM, Actor
from kefu.identity import actions, queries

GOOD = "麦田里的13只白鹭 quietly"
PHONE = "+8613800001001"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(phone, code) of every code that left."""
    left: list[tuple[str, str]] = []

    def send(*, phone: str, code: str, **_rest: Any) -> None:
        left.append((phone, code))

    monkeypatch.setattr("kefu.notices.actions.send_code", send)
    return left


@pytest.fixture
def customer(now: datetime) -> Callable[..., Actor]:
    """Registers a customer and returns them in a sitting named `s1`."""

    def make(phone: str = PHONE, name: str = "林小雨", password: str = GOOD) -> Actor:
        person = actions.register_customer(actor=SYSTEM, phone=phone, name=name, password=password, now=now)
        return Actor(kind="customer", id=str(person.id), label=person.masked_name, session="s1")

    return make


@pytest.fixture
def staff(now: datetime) -> Callable[..., Actor]:
    """Registers a member of staff."""

    def make(staff_no: str, role: str = "agent", lead: Actor | None = None, name: str = "陈大文") -> Actor:
        person = actions.register_staff(
            actor=SYSTEM,
            staff_no=staff_no,
            name=name,
            alias="陈工",
            role=role,
            password=GOOD,
            lead_id=lead.uuid if lead else None,
            now=now,
        )
        return queries.actor_for_user(person.id)

    return make


@pytest.fixture
def committed(clone_db: str, django_db_blocker: Any) -> Iterator[None]:
    """Django works on a clone of its own, with commits, in every thread of this test."""
    name = psycopg.conninfo.conninfo_to_dict(clone_db)["dbname"]
    config = connections.settings["default"]
    before = config["NAME"]
    with django_db_blocker.unblock():
        connections.close_all()
        config["NAME"] = name
        try:
            yield
        finally:
            connections.close_all()
            config["NAME"] = before


@pytest.fixture
def at_once() -> Callable[[Callable[[int], Any], int], list[Any]]:
    """Runs `what(0) … what(n-1)` in n threads at once; what one raises stands in its place."""

    def run(what: Callable[[int], Any], n: int) -> list[Any]:
        def one(i: int) -> Any:
            try:
                return what(i)
            except Exception as problem:
                return problem
            finally:
                connections.close_all()

        with ThreadPoolExecutor(n) as pool:
            return list(pool.map(one, range(n)))

    return run
