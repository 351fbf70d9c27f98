"""A question put over HTTP, as a browser would: sign in, say it, and look until the answer stands there."""

import time
from typing import Any
from uuid import uuid4

import httpx

from kefu.cli.asking.said import PATIENCE_SECONDS, UNFINISHED, fields_of
from kefu.cli.terminal import CannotRun

POLL_SECONDS = 0.02
JSON = {"Accept": "application/json"}


def ask(*, url: str, login: str, password: str, text: str) -> dict[str, Any]:
    """As `inside.ask`, with the customer's password."""
    try:
        with httpx.Client(base_url=url.rstrip("/"), timeout=15) as browser:
            _sign_in(browser, login, password)
            return _asked(browser, text)
    except httpx.HTTPError as problem:
        raise CannotRun(f"{url} does not answer: {problem}", status=1) from problem


def _sign_in(browser: httpx.Client, login: str, password: str) -> None:
    browser.get("/signin/")
    form = {"phone": login, "password": password, "next": "/"}
    answer = browser.post("/signin/", data=form, headers=_proof(browser))
    if answer.status_code != 302:
        raise CannotRun(f"{login!r} cannot sign in with this password (KEFU_PASSWORD)", status=1)


def _proof(browser: httpx.Client) -> dict[str, str]:
    return {"X-CSRFToken": browser.cookies.get("csrftoken") or "", "Referer": f"{browser.base_url}/"}


def _asked(browser: httpx.Client, text: str) -> dict[str, Any]:
    browser.get("/chat/")
    began, message = time.monotonic(), str(uuid4())
    sent = browser.post(
        "/chat/messages", json={"id": message, "body": text, "files": []}, headers=JSON | _proof(browser)
    )
    if sent.status_code != 202:
        raise CannotRun(f"the question was not taken: {sent.json().get('text', sent.status_code)}", status=1)
    said: dict[str, Any] = {}
    while time.monotonic() - began < PATIENCE_SECONDS and said.get("cause", UNFINISHED) == UNFINISHED:
        listed = browser.get("/chat/messages", headers=JSON).json()["messages"]
        places = [place for place, one in enumerate(listed) if one["id"] == message]
        after = listed[places[0] + 1 :] if places else []
        said = next((one["answer"] for one in reversed(after) if one["answer"].get("cause")), said)
        time.sleep(POLL_SECONDS)
    return fields_of(said, milliseconds=round((time.monotonic() - began) * 1000, 1))
