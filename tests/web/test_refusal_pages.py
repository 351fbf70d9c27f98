"""How a refusal reaches its reader, and the calm page for what nobody expected."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from tests.web.conftest import text_of

from kefu.web import health
from kefu.web.colours import accents, contrast

HTMX = {"hx-request": "true"}
JSON = {"accept": "application/json"}


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(headers={"accept-language": "zh-CN"}, raise_request_exception=False)


def test_a_page_for_people_a_toast_for_htmx_json_for_scripts(visitor: Client) -> None:
    page = visitor.get("/orders/11111111-1111-7111-8111-111111111111/x")
    assert page.status_code == 404
    assert "没有找到" in text_of(page)
    assert "core.thing.not_found" in text_of(page)
    part = visitor.get("/help/a/none/", headers=HTMX)
    assert part.status_code == 404
    assert part["HX-Retarget"] == "#toasts"
    assert "<html" not in text_of(part)
    told = visitor.get("/help/a/none/", headers=JSON)
    assert told.json()["refusal"]["code"] == "core.thing.not_found"
    assert "no-store" in told["Cache-Control"]


def test_who_is_signed_out_is_sent_to_sign_in_and_back(visitor: Client) -> None:
    assert visitor.get("/activity/?kind=topup")["Location"] == "/signin/?next=%2Factivity%2F%3Fkind%3Dtopup"
    part = visitor.get("/parts/purse", headers={**HTMX, "hx-current-url": "http://testserver/"})
    assert part["HX-Redirect"] == "/signin/?next=%2F"
    assert visitor.get("/chat/messages", headers=JSON).json()["refusal"]["code"] == "web.session.signed_out"


def test_what_breaks_is_calm_and_says_nothing_was_lost(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("kefu.web.help.articles.knowledge.topics", burst)
    page = visitor.get("/help/")
    assert page.status_code == 500
    assert "没有任何款项变动" in text_of(page)
    assert "secret detail" not in text_of(page)
    assert visitor.get("/help/", headers=JSON).json()["refusal"]["code"] == "web.server.broken"
    assert "toast" in text_of(visitor.get("/help/", headers=HTMX))


def test_while_the_database_is_away_browsers_come_back_by_themselves(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("kefu.web.help.articles.knowledge.topics", away)
    page = visitor.get("/help/")
    assert page.status_code == 503
    assert page["Retry-After"] == "5"
    assert 'http-equiv="refresh"' in text_of(page)
    monkeypatch.setattr("kefu.web.sessions._actor_in", away)
    assert visitor.get("/").status_code == 503


def test_a_form_without_its_token_is_refused(db: None) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    answer = strict.post("/signin/", {"phone": "1", "password": "x"})
    assert answer.status_code == 403
    assert "没有任何变动" in text_of(answer)


def test_health_names_what_is_down(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PARTS", {"database": health.PARTS["database"]})
    assert visitor.get("/healthz").json() == {"ok": True, "down": []}

    def dead() -> bool:
        raise OSError("nobody there")

    monkeypatch.setattr(health, "PARTS", {"database": lambda: True, "live": dead, "relay": lambda: False})
    answer = visitor.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["down"] == ["live", "relay"]


def test_the_worker_and_the_relay_are_asked_by_their_signs_of_life(visitor: Client) -> None:
    assert health.PARTS["worker"]() is False
    assert health.PARTS["relay"]() is False


@pytest.mark.parametrize("colour", ["#0a6b4c", "#ffdd00", "#000000", "#ffffff", "#7a1fa2", "#1166ee"])
def test_any_brand_colour_stays_readable(colour: str) -> None:
    light, dark = accents(colour)
    assert contrast(light, "#ffffff") >= 4.5
    assert contrast(dark, "#151d1a") >= 4.5


def test_a_forged_call_from_a_bank_moves_nothing(visitor: Client) -> None:
    forged = visitor.post("/rails/advice/sandbox", b'{"status": "SUCCEEDED"}', content_type="application/json")
    assert forged.status_code == 401
    assert visitor.post("/rails/advice/nobody", b"{}", content_type="application/json").status_code == 404


def test_the_first_load_is_light(visitor: Client) -> None:
    """Page, styles and scripts as they go over the wire, compressed: at most 100 KB for a first visit."""
    import gzip
    import re
    from pathlib import Path

    from django.contrib.staticfiles import finders

    for path in ("/", "/help/", "/signin/", "/chat/"):
        page = text_of(visitor.get(path, follow=True))
        total = len(gzip.compress(page.encode()))
        for name in set(re.findall(r"/static/([\w/.-]+\.(?:css|js))", page)):
            found = finders.find(name)
            assert found, name
            total += len(gzip.compress(Path(str(found)).read_bytes()))
        assert total < 100_000, (path, total)
