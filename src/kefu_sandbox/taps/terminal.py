"""A merchant's terminal: has an amount wait, hands on what a phone said to it, and, when told to, cheats.

    python -m kefu_sandbox.taps.terminal http://127.0.0.1:8000 LOGIN 45.50

signs in as the merchant's login (the password is asked for), shows the terminal's number and waits for the payment.
"""

from __future__ import annotations

import getpass
import http.cookiejar
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Door(Protocol):
    """How a terminal speaks with the wallet: status and what was said, as JSON."""

    def post(self, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]: ...

    def get(self, path: str) -> tuple[int, dict[str, Any]]: ...


class Terminal:
    """One terminal of a merchant."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.waiting: dict[str, str] = {}
        self.last: dict[str, str] = {}

    def open(self, amount: str, subject: str = "") -> dict[str, str]:
        """Have `amount` (as people write it) wait; returns what the terminal says to a phone."""
        status, said = self.door.post("/shop/tap/", {"amount": amount, "subject": subject})
        if status != 200:
            raise RuntimeError(f"the wallet refused: {said}")
        self.waiting = {name: str(value) for name, value in said.items()}
        return self.waiting

    def take(self, tap: Mapping[str, str], **changed: str) -> tuple[int, dict[str, Any]]:
        """Hand on what a phone said; `changed` parts make this a terminal that cheats."""
        self.last = dict(tap)
        return self.door.post("/shop/tap/take", {**tap, **changed, "key": str(uuid.uuid4())})

    def replay(self) -> tuple[int, dict[str, Any]]:
        """The tap of before, once more, as if it were new."""
        return self.take(self.last)

    def status(self) -> tuple[str, str]:
        """What became of what waits: the sale's status, and the payment's address."""
        _status, said = self.door.get(f"/shop/tap/{self.waiting['sale']}/state")
        return str(said["status"]), str(said["url"])


class ShopDoor:
    """The shop's own pages over HTTP, signed in as a merchant's login."""

    def __init__(self, base: str, login: str, password: str) -> None:
        self.base = base.rstrip("/")
        if not self.base.startswith(("http://", "https://")):
            raise ValueError("the wallet speaks http or https")
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self._send("/shop/signin/", {"login": login, "password": password}, csrf=self._csrf("/shop/signin/"))

    def post(self, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        status, body = self._send(path, fields, csrf=self._csrf("/shop/tap/"))
        return status, json.loads(body)

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        status, body = self._open(path, headers={"Accept": "application/json"})
        return status, json.loads(body)

    def _csrf(self, path: str) -> str:
        _status, page = self._open(path)
        found = _CSRF.search(page)
        if found is None:
            raise RuntimeError(f"no form at {path}: wrong login?")
        return found[1]

    def _send(self, path: str, fields: Mapping[str, str], *, csrf: str) -> tuple[int, str]:
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": csrf}).encode()
        headers = {"Accept": "application/json", "Referer": self.base + path}
        return self._open(path, data=body, headers=headers)

    def _open(
        self, path: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        request = urllib.request.Request(self.base + path, data=data, headers=dict(headers or {}))  # noqa: S310 - see above
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


def main(arguments: list[str]) -> int:
    """Wait for one payment at a terminal."""
    if len(arguments) != 3:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    base, login, amount = arguments
    terminal = Terminal(ShopDoor(base, login, getpass.getpass(f"{login}: ")))
    said = terminal.open(amount)
    sys.stdout.write(f"Terminal {said['terminal']} waits for {said['text']}\n")
    while (status := terminal.status())[0] == "OPEN":
        time.sleep(1)
    sys.stdout.write(f"{status[0]} {status[1]}\n")
    return 0 if status[0] == "PAID" else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
