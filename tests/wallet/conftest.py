"""A town on a scripted bank, inside a transaction or in a committed clone of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connections
from tests.wallet.scripted import ScriptedBank, ScriptedBiller, ScriptedLender
from tests.wallet.town import Town

FIELD_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedBank]:
    houses = (ScriptedBank, ScriptedBiller, ScriptedLender)
    for house in houses:
        house.reset()
    named = {house.code: f"tests.wallet.scripted.{house.__name__}" for house in houses}
    monkeypatch.setattr(settings, "RAILS_CONNECTORS", named)
    monkeypatch.setattr(settings, "RAILS_LADDER_SECONDS", [5, 15, 60, 300, 900, 3600, 14400])
    monkeypatch.setattr(settings, "KEFU_FIELD_KEY", FIELD_KEY)
    return ScriptedBank


@pytest.fixture
def biller(scripted: type[ScriptedBank]) -> type[ScriptedBiller]:
    return ScriptedBiller


@pytest.fixture
def lender(scripted: type[ScriptedBank]) -> type[ScriptedLender]:
    return ScriptedLender


@pytest.fixture
def town(db: None, scripted: type[ScriptedBank]) -> Town:
    return Town(datetime.now(UTC))


@pytest.fixture
def committed_town(
    clone_db: str, scripted: type[ScriptedBank], django_db_blocker: pytest.FixtureRequest
) -> Iterator[Town]:
    """A town in a database of its own: what it does is committed, and threads see it."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = clone_db.rsplit("/", 1)[1]
        yield Town(datetime.now(UTC))
        connection.close()
        connection.settings_dict["NAME"] = before
