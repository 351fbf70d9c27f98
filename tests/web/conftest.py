"""A town on a scripted bank, and browsers that sign in by the doors."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.wallet.scripted import ScriptedBank, ScriptedBiller, ScriptedLender
from tests.wallet.town import Town
from tests.web.staff import Desk

from kefu.core.actor import Actor
from kefu.identity.models import User

PASSWORD = "zhangsan-li-wang-6"
FIELD_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SignedIn = Callable[[Actor], Client]


@pytest.fixture(autouse=True)
def quick_pages(settings: Any, tmp_path: Path) -> None:
    """Files as they lie in the tree, and a folder of this test's own for attachments."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.KEFU_FILES = tmp_path


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every one-time code that left, the latest last."""
    left: list[str] = []

    def send(*, code: str, **_rest: Any) -> None:
        left.append(code)

    monkeypatch.setattr("kefu.notices.actions.send_code", send)
    return left


@pytest.fixture
def town(db: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    houses = (ScriptedBank, ScriptedBiller, ScriptedLender)
    for house in houses:
        house.reset()
    named = {house.code: f"tests.wallet.scripted.{house.__name__}" for house in houses}
    monkeypatch.setattr(django_settings, "RAILS_CONNECTORS", named)
    monkeypatch.setattr(django_settings, "KEFU_FIELD_KEY", FIELD_KEY)
    return Town(datetime.now(UTC))


@pytest.fixture
def browser(town: Town) -> SignedIn:
    """A browser in which somebody of the town has signed in through their door."""

    def open_for(who: Actor) -> Client:
        client = Client(headers={"accept-language": "zh-CN"})
        if who.is_staff:
            answer = client.post("/staff/signin/", {"login": who.staff_no, "password": PASSWORD})
        elif who.kind == "merchant":
            login = User.objects.get(pk=who.uuid).login
            answer = client.post("/shop/signin/", {"login": login, "password": PASSWORD})
        else:
            answer = client.post("/signin/", {"phone": town.phone(who), "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return open_for


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def text_of(answer: Any) -> str:
    """The page's words."""
    return str(answer.content.decode())
