"""A browser without a screen: cookies, forms, their tokens; and the difference between No and no answer."""

import html
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r'([a-zA-Z_:-]+)="([^"]*)"')
TIMEOUT_SECONDS = 12.0
AGAIN_SECONDS = 0.4


class NothingKnownError(Exception):
    """No usable answer came: it may have happened or not."""


class StormOverError(Exception):
    """The storm and the quiet after it are over; a client that is still trying gives up and says so."""


class Answer:
    """A usable answer: below 500, read to its end."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.text = response.text
        self.location = response.headers.get("Location", "")
        self._response = response

    def json(self) -> dict[str, Any]:
        """The body; an empty object when it is none."""
        try:
            value = self._response.json()
        except ValueError:
            return {}
        return dict(value) if isinstance(value, dict) else {}

    def hidden(self, name: str) -> str:
        """The value of the first input of that name on the page; '' when there is none."""
        for tag in INPUT.findall(self.text):
            attributes = dict(ATTRIBUTE.findall(tag))
            if attributes.get("name") == name:
                return html.unescape(attributes.get("value", ""))
        return ""

    @property
    def refused(self) -> str:
        """The refusal's code in a JSON answer, else ''."""
        told = self.json().get("refusal", {})
        return str(told.get("code", "")) if isinstance(told, dict) else ""


class Browser:
    """One person's browser. Every method raises `NothingKnownError` when no usable answer came."""

    def __init__(self, url: str, *, over: threading.Event, count: Callable[[str], None]) -> None:
        self.url = url
        self.over = over
        self.count = count
        self._http = self._fresh()

    def _fresh(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Chrome/140 storm", "Accept-Language": "zh-CN"},
        )

    def forget(self) -> None:
        """A private window: no cookies."""
        self._http.close()
        self._http = self._fresh()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, {}, {})

    def post(self, path: str, fields: Mapping[str, Any], *, script: bool = False) -> Answer:
        """Send a form; `script` sends JSON and wants it back. The CSRF token comes from the cookie."""
        headers = {"X-CSRFToken": self._http.cookies.get("csrftoken") or ""}
        if script:
            return self._ask("POST", path, {"json": dict(fields)}, headers | {"Accept": "application/json"})
        return self._ask("POST", path, {"data": dict(fields)}, headers)

    def post_form(self, path: str, fields: Mapping[str, Any]) -> Answer:
        """Send a form's fields and have JSON back, as the desk's script does."""
        headers = {"X-CSRFToken": self._http.cookies.get("csrftoken") or "", "Accept": "application/json"}
        return self._ask("POST", path, {"data": dict(fields)}, headers)

    def _ask(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        try:
            answer = Answer(self._http.request(method, path, headers=headers, **body))
        except httpx.HTTPError as problem:
            self.count("unanswered")
            raise NothingKnownError(f"{method} {path}: {problem!r}") from problem
        if answer.status >= 500:
            self.count("unanswered")
            raise NothingKnownError(f"{method} {path}: {answer.status}")
        self.count("answered")
        return answer

    def patiently(self, act: Callable[[], T]) -> T:
        """Do it until there is a usable answer, as people and scripts do: the same keys each time."""
        while True:
            try:
                return act()
            except NothingKnownError as problem:
                if self.over.is_set():
                    raise StormOverError(str(problem)) from problem
                time.sleep(AGAIN_SECONDS)
